// tls-psk inspect --psk: the binders of OpenSSL, of this package, and of RFC 8448, verified without a connection.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startTls } from "tls-psk";
import { connected } from "../node/support/endpoints.mjs";
import { start, startCli } from "../node/support/process.mjs";
import { published } from "../node/support/vectors.mjs";
import { startSClient, startSServer } from "./support/openssl.mjs";
import { HEX, PSK, temporaryFile } from "./support/peers.mjs";

const OTHER = "0f".repeat(32);

/** The lines about binders, with the exit status. */
async function inspected(t, input, ...keys) {
  const cli = startCli(t, ["inspect", "-", ...keys.flatMap((key) => ["--psk", key])]);
  const status = await cli.finish(input);
  return { status, binders: cli.stdout.split("\n").filter((line) => /binder \d+ of/.test(line)), stderr: cli.stderr };
}

/** What a client of this package sends first. */
async function firstFlight(options) {
  let sent;
  const promise = new Promise((resolve) => {
    sent = resolve;
  });
  const writable = new WritableStream({ write: (bytes) => sent(Buffer.from(bytes)) });
  const transport = { readable: new ReadableStream(), writable };
  const socket = startTls(transport, options);
  const bytes = await promise;
  await socket.close().catch(() => {});
  return bytes;
}

test("the binder of RFC 8448 section 4 is that of a session", async (t) => {
  const hello = published("ClientHello");
  const right = await inspected(t, hello, `other:${OTHER}`, `a ticket:${published("PSK").toString("hex")}`);
  assert.equal(right.status, 0, right.stderr);
  assert.equal(right.binders.length, 1);
  assert.match(
    right.binders[0],
    /^the first ClientHello, binder 0 of 0x2c035d[0-9a-f]+… \(178 bytes\): verifies: resumption, SHA-256, the key of "a ticket"$/,
  );
  const wrong = await inspected(t, hello, `other:${OTHER}`);
  assert.equal(wrong.status, 1);
  assert.match(wrong.binders[0], /: does not verify with any of the keys$/);
  assert.match(wrong.stderr, /no binder that verifies/);
  assert.ok(!wrong.stderr.includes(OTHER));
});

test("binders of OpenSSL verify in what s_client prints, with a PSK and with a ticket", async (t) => {
  const session = temporaryFile(t);
  const { port } = await startSServer(t, ["-naccept", "2"]);
  const printed = async (args) => {
    const client = startSClient(t, port, ["-msg", ...args]);
    await client.printed(/SSL handshake has read/);
    if (args.includes("-sess_out")) await client.printed(/NewSessionTicket/);
    client.end();
    await client.ended;
    return client.stdout;
  };
  const external = await inspected(t, await printed(["-sess_out", session]), `${PSK.identity}:${HEX}`);
  assert.deepEqual(external.binders, [
    `the first ClientHello, binder 0 of "${PSK.identity}": verifies: external, SHA-256`,
  ]);
  const shown = start(t, "openssl", ["sess_id", "-in", session, "-noout", "-text"]);
  await shown.ended;
  const [, key] = /Resumption PSK: ([0-9A-F]+)/.exec(shown.stdout);
  const resumed = await inspected(t, await printed(["-sess_in", session]), `session:${key}`);
  assert.equal(resumed.status, 0, resumed.stderr);
  assert.match(resumed.binders[0], /verifies: resumption, SHA-(256|384), the key of "session"$/);
});

test("the kinds and hashes of an offer are told apart, imported ones included", async (t) => {
  const [short, long, shared] = ["a1", "a2", "a3"].map((byte) => byte.repeat(32));
  const secret = (hex) => Buffer.from(hex, "hex");
  const flight = await firstFlight({
    psks: [
      { identity: "short", secret: secret(short) },
      { identity: "long", secret: secret(long), hmac: "SHA-384" },
      { identity: "shared", secret: secret(shared), hmac: "SHA-384", context: Buffer.from("a to b") },
    ],
  });
  const { status, binders, stderr } = await inspected(
    t,
    flight,
    `short:${short}`,
    `long:${long}:SHA-384`,
    `shared:${shared}`,
  );
  assert.equal(status, 0, stderr);
  const told = binders.map((line) => line.replace(/^the first ClientHello, binder \d+ of /, ""));
  assert.deepEqual(told.toSorted(), [
    '"long": verifies: external, SHA-384',
    '"shared": verifies: imported from a PSK with SHA-384, SHA-256',
    '"shared": verifies: imported from a PSK with SHA-384, SHA-384',
    '"short": verifies: external, SHA-256',
  ]);
});

test("after a HelloRetryRequest, both ClientHellos have binders that verify", async (t) => {
  const messages = [];
  const psks = [{ identity: PSK.identity, secret: PSK.secret }];
  const { client, server } = await connected(
    { psks, groups: ["x25519", "secp256r1"], onTrace: ({ bytes }) => bytes && messages.push(bytes.slice()) },
    { psks, groups: ["secp256r1"] },
  );
  await Promise.all([client.close(), server.close()]);
  const three = Buffer.concat(messages.slice(0, 3));
  const { status, binders } = await inspected(t, three, `${PSK.identity}:${HEX}`);
  assert.equal(status, 0);
  assert.deepEqual(binders, [
    `the first ClientHello, binder 0 of "${PSK.identity}": verifies: external, SHA-256`,
    `the second ClientHello, binder 0 of "${PSK.identity}": verifies: external, SHA-256`,
  ]);
  // a byte that the binder covers
  three[three.length - messages[2].length + 8] ^= 1;
  const changed = await inspected(t, three, `${PSK.identity}:${HEX}`);
  assert.equal(changed.status, 1);
  assert.match(changed.binders[1], /does not verify/);
});

test("without a binder, and with both files from standard input, it fails", async (t) => {
  const none = await inspected(t, "0800000200 00", `${PSK.identity}:${HEX}`);
  assert.equal(none.status, 1);
  assert.match(none.stderr, /no ClientHello with a binder/);
  const twice = startCli(t, ["inspect", "-", "--psk-file", "-"]);
  assert.equal(await twice.finish(""), 2);
});
