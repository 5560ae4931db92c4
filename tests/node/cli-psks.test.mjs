// PSK files of other programs: files of mosquitto, stunnel, GnuTLS's psktool and Zabbix are interpreted as in those
// programs, or refused with the line and the cause.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "tls-psk/node";
import { parsePskLines, textOf } from "../../pkg/dist/cli/psk-lines.js";
import { startCli, startServer } from "./support/process.mjs";

const HEX = "000102030405060708090a0b0c0d0e0f";
const OTHER = HEX.replaceAll("0", "f");

function file(t, content) {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-psks-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const path = join(directory, "psks");
  writeFileSync(path, content);
  return path;
}

/** Whether a server with this file knows the identity with this key. */
async function knows(server, identity, hex = HEX, hmac = "SHA-256") {
  const [host, port] = server.address.split(":");
  const psks = [{ identity, secret: Buffer.from(hex, "hex"), hmac }];
  const socket = connect({ host, port, psks });
  const error = await new Promise((resolve) => socket.on("secureConnect", resolve).on("error", resolve));
  socket.on("error", () => {}).destroy();
  return error === undefined;
}

/** What it has, a line, whose it is, and for which hash. */
const GOOD = [
  ["an identity and a key", `device-7:${HEX}`, "device-7"],
  ["a key in capitals", `device-7:${HEX.toUpperCase()}`, "device-7"],
  ["blanks around the key", `device-7: ${HEX} \t`, "device-7"],
  ["a hash", `device-7:${HEX}:SHA-384`, "device-7", "SHA-384"],
  ["a hash in another spelling", `device-7:${HEX}:sha384`, "device-7", "SHA-384"],
  ["colons in the identity", `a:b:${HEX}`, "a:b"],
  ["blanks in the identity", `a b:${HEX}`, "a b"],
  ["letters that are not of ASCII", `ünï\u200b:${HEX}`, "ünï\u200b"],
  ["a backslash and quotes, which escape nothing", `"a\\n":${HEX}`, '"a\\n"'],
  ["a control, as psktool writes it", `ctl\x01:${HEX}`, "ctl\x01"],
  ["a binary identity of psktool", `#00ff3a:${HEX}`, Buffer.from([0x00, 0xff, 0x3a])],
];

test("a psk file is read as its makers read it", async (t) => {
  // The same identity twice would be refused.
  const lines = GOOD.map(([, line], place) => line.replace("device-7:", `device-7-${place}:`));
  const content = ["# a comment", "", "  # another", `#device-8:${OTHER}`, ...lines].join("\r\n");
  const server = await startServer(t, ["--psk-file", file(t, `\ufeff${content}`)]);
  for (const [place, [what, , identity, hmac]] of GOOD.entries()) {
    const whose = identity === "device-7" ? `device-7-${place}` : identity;
    assert.equal(await knows(server, whose, HEX, hmac), true, what);
  }
  for (const identity of ["device-8", "#device-8", "\ufeff# a comment"]) {
    assert.equal(await knows(server, identity, OTHER), false, identity);
  }
  assert.match(server.stderr, /line \d+: read as an identity in hexadecimal; a comment needs a space after its #/);
});

/** What it has, all of it, and why it is refused. */
const BAD = [
  ["no identity", `${HEX}\n`, /line 1: a key without an identity, as in Zabbix/],
  ["an empty identity", `:${HEX}`, /line 1: the identity before the colon is empty/],
  ["no key", "device-7", /line 1: not IDENTITY:HEX/],
  ["an empty key", "device-7:", /line 1: the key of "device-7" has 0 bytes, but at least 16 are needed/],
  ["a key that is text, as stunnel takes it", "device-7:correct horse", /line 1: the key of "device-7" is not hexa/],
  ["a key in base64", "device-7:AAECAwQFBgcICQoLDA0ODw==", /line 1: the key of "device-7" is not hexadecimal/],
  ["an odd number of digits", `device-7:${HEX}0`, /line 1: the key of "device-7" has an odd number/],
  ["a short key", "\ndevice-7:0102", /line 2: the key of "device-7" has 2 bytes, but at least 16 are needed/],
  ["0x in front of the key", `device-7:0x${HEX}`, /line 1: the key of "device-7" begins with 0x/],
  ["colons in the key", `device-7:${HEX.match(/../g).join(":")}`, /written with colons: remove them/],
  ["an unknown hash", `device-7:${HEX}:SHA-1`, /line 1: unknown hash "SHA-1"/],
  ["a blank in front", ` device-7:${HEX}`, /line 1: the identity begins or ends with a space/],
  ["a blank behind the identity", `device-7 :${HEX}`, /line 1: the identity begins or ends with a space/],
  ["a NUL", `device\0-7:${HEX}`, /line 1: the identity has a NUL/],
  ["line ends of long ago", `a:${HEX}\rb:${HEX}\r`, /line 1: the identity has a NUL or a carriage return/],
  ["bytes that are not UTF-8", Buffer.from(`ger\xe4t:${HEX}`, "latin1"), /is not UTF-8: save it as UTF-8/],
  ["UTF-16", Buffer.from(`\ufeffdevice-7:${HEX}`, "utf16le"), /is not UTF-8/],
];

test("what cannot be read is refused by line, with the cause and without the key", () => {
  for (const [what, content, cause] of BAD) {
    assert.throws(
      () => parsePskLines(textOf(Buffer.from(content), "psks"), "psks", () => {}),
      ({ name, message }) => {
        assert.equal(name, "UsageError");
        assert.match(message, cause, what);
        assert.ok(!message.includes(HEX.slice(0, 12)) && !message.includes("horse"), message);
        return true;
      },
      what,
    );
  }
});

test("keys are looked at before anything is connected or listened on", async (t) => {
  for (const [content, cause] of [
    [`device-7:${HEX}0`, /line 1: the key of "device-7" has an odd number/],
    [`a:${HEX}\nb:${HEX}\na:${OTHER}`, /line 3: repeats the identity of \S+, line 1/],
    ["# nothing\n\n", /has no PSK/],
  ]) {
    for (const command of [
      ["connect", "127.0.0.1:1"],
      ["serve", "--port", "0"],
    ]) {
      const cli = startCli(t, [...command, "--psk-file", file(t, content)]);
      assert.equal(await cli.finish(), 2, cli.stderr);
      assert.match(cli.stderr, cause);
      assert.match(cli.stderr, /^tls-psk: [^\n]+; see tls-psk --help\n$/);
    }
  }
});

test("keys are read from standard input, and again on SIGHUP without an end of connections", async (t) => {
  const path = file(t, `first:${HEX}\n`);
  const server = await startServer(t, ["--psk-file", path]);
  const client = startCli(t, ["connect", server.address, "--psk", `first:${HEX}`]);
  client.write("one\n");
  await client.printed(/^one$/m);
  writeFileSync(path, `second:${OTHER}\n`);
  server.child.kill("SIGHUP");
  await server.printed(/keys and certificates were reloaded/);
  assert.equal(await knows(server, "first"), false);
  assert.equal(await knows(server, "second", OTHER), true);
  writeFileSync(path, "broken\n");
  server.child.kill("SIGHUP");
  await server.printed(/keys and certificates were not reloaded: .*line 1/);
  assert.equal(await knows(server, "second", OTHER), true);
  client.write("two\n");
  await client.printed(/^two$/m);
  assert.equal(await client.finish(), 0);

  const piped = startCli(t, ["serve", "--port", "0", "--psk-file", "-"]);
  piped.end(`piped:${HEX}\n`);
  const [, address] = await piped.printed(/^listening on (\S+)$/m);
  assert.equal(await knows({ address }, "piped"), true);
});
