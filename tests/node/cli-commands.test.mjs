// The other commands of tls-psk, and the options of all commands.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect as connectTcp, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { acceptTls, inspectRecords } from "tls-psk";
import { path as certificate, NAME, pem } from "./support/certificates.mjs";
import { transportPair } from "./support/cli-peers.mjs";
import { startCli, startServer } from "./support/process.mjs";
import { readAll } from "./support/streams.mjs";
import { published } from "./support/vectors.mjs";

const HEX = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const KEY = ["--psk", `device-7:${HEX}`];

function directory(t) {
  const path = mkdtempSync(join(tmpdir(), "tls-psk-cli-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

async function output(t, args, input) {
  const cli = startCli(t, args);
  assert.equal(await cli.finish(input), 0, cli.stderr);
  return cli;
}

test("keygen makes lines of a psk file, and keys", async (t) => {
  const { stdout: line } = await output(t, ["keygen", "device-7"]);
  assert.match(line, /^device-7:[0-9a-f]{64}\n$/);
  assert.notEqual((await output(t, ["keygen", "device-7"])).stdout, line);
  assert.match((await output(t, ["keygen"])).stdout, /^[0-9a-f]{64}\n$/);
  const { stdout: long } = await output(t, ["keygen", "#00ff", "--bytes", "48", "--hash", "sha384"]);
  assert.match(long, /^#00ff:[0-9a-f]{96}:SHA-384\n$/);
  for (const args of [["a", "b"], ["a", "--bytes", "8"], ["a", "--hash", "MD5"], [" a"], [""]]) {
    const cli = startCli(t, ["keygen", ...args]);
    assert.equal(await cli.finish(), 2, args.join());
  }
  // and serve takes it
  const path = join(directory(t), "psks");
  writeFileSync(path, line);
  const server = await startServer(t, ["--psk-file", path]);
  const client = await output(t, ["connect", server.address, "--psk-file", path], "hello\n");
  assert.equal(client.stdout, "hello\n");
});

test("each command has help that fits a screen, and every option is in it", async (t) => {
  for (const [args, first] of [
    [["--help"], /^Usage:/],
    [["-h"], /^Usage:/],
    [["help"], /^Usage:/],
    ...["connect", "serve", "tunnel", "keygen", "inspect"].flatMap((name) => [
      [["help", name], new RegExp(`^Usage: tls-psk ${name}`)],
      [[name, "--help"], new RegExp(`^Usage: tls-psk ${name}`)],
    ]),
  ]) {
    const { stdout } = await output(t, args);
    assert.match(stdout, first);
    const lines = stdout.split("\n");
    assert.ok(lines.length <= 50 && lines.every((line) => line.length <= 120), args.join(" "));
  }
  const source = readFileSync(new URL("../../pkg/src/cli/arguments.ts", import.meta.url), "utf8");
  const options = [...source.matchAll(/^ {2}"?([a-z-]+)"?: \{ type: "(?:string|boolean)"/gm)].map(([, name]) => name);
  assert.ok(options.length > 25);
  const help = readFileSync(new URL("../../pkg/src/cli/help.ts", import.meta.url), "utf8");
  // --psks is the same as --psk-file
  for (const name of options.filter((name) => name !== "psks")) assert.match(help, new RegExp(`--${name}\\b`), name);
});

test("--version tells it", async (t) => {
  const { version } = JSON.parse(readFileSync(new URL("../../pkg/package.json", import.meta.url), "utf8"));
  assert.equal((await output(t, ["--version"])).stdout, `tls-psk ${version}\n`);
});

test("tunnel carries plaintext to a server, and both ends of it", async (t) => {
  const server = await startServer(t, KEY);
  const tunnel = startCli(t, ["tunnel", "--listen", "0", server.address, ...KEY]);
  const [, host, port] = await tunnel.printed(/^listening on (127\.0\.0\.1):(\d+)$/m);
  const data = "x".repeat(300_000);
  const answers = await Promise.all(
    ["a", "b", "c"].map(async (name) => {
      const socket = connectTcp({ host, port, allowHalfOpen: true });
      socket.end(name + data);
      return String(await readAll(socket));
    }),
  );
  assert.deepEqual(
    answers,
    ["a", "b", "c"].map((name) => name + data),
  );
  tunnel.child.kill("SIGTERM");
  assert.equal(await tunnel.ended, 0);
});

test("a tunnel whose server refuses ends its connections and goes on", async (t) => {
  const server = await startServer(t, ["--psk", `device-7:${HEX.replaceAll("0", "f")}`]);
  const tunnel = startCli(t, ["tunnel", "--listen", "127.0.0.1:0", server.address, ...KEY]);
  const [, host, port] = await tunnel.printed(/^listening on (127\.0\.0\.1):(\d+)$/m);
  for (let round = 0; round < 2; round++) {
    const socket = connectTcp({ host, port });
    socket.on("error", () => {});
    await new Promise((resolve) => socket.on("close", resolve));
  }
  assert.equal(tunnel.stderr.match(/decrypt_error/g).length, 2);
});

test("local sockets are listened on and connected to, and what was left of one is no obstacle", async (t) => {
  const path = join(directory(t), "socket");
  for (let round = 0; round < 2; round++) {
    const server = startCli(t, ["serve", "--listen", `unix:${path}`, ...KEY]);
    await server.printed(/^listening on unix:/m);
    const client = await output(t, ["connect", `unix:${path}`, ...KEY], "hello\n");
    assert.equal(client.stdout, "hello\n");
    server.child.kill("SIGKILL");
    await server.ended;
    assert.ok(existsSync(path));
  }
});

test("--session keeps a session for the next connection, where only its owner can read it", async (t) => {
  const session = join(directory(t), "session");
  const secret = Buffer.from(HEX, "hex");
  const kinds = [];
  const tickets = { keys: [new Uint8Array(32).fill(3)] };
  const address = await transportPair(t, async (transport) => {
    const tls = acceptTls(transport, { psks: [{ identity: "device-7", secret }], tickets });
    kinds.push((await tls.opened).pskKind);
    const writer = tls.writable.getWriter();
    await writer.write(Buffer.from("hello\n"));
    await tls.close();
  });
  for (let round = 0; round < 2; round++) {
    const client = await output(t, ["connect", address, ...KEY, "--session", session]);
    assert.equal(client.stdout, "hello\n");
    assert.equal(statSync(session).mode & 0o777, 0o600);
  }
  assert.deepEqual(kinds, ["external", "resumption"]);
});

test("--early-data is sent all the same where it cannot be early", async (t) => {
  const early = join(directory(t), "early");
  writeFileSync(early, "early ");
  const server = await startServer(t, KEY);
  const client = await output(t, ["connect", server.address, ...KEY, "--early-data", early], "and late");
  assert.equal(client.stdout, "early and late");
  assert.match(client.stderr, /^early data: not possible, sent after the handshake$/m);
});

test("--json tells of each connection as an object, --quiet nothing but errors", async (t) => {
  const server = await startServer(t, [...KEY, "--json"]);
  const client = await output(t, ["connect", server.address, ...KEY, "--json"], "hello\n");
  const told = JSON.parse(client.stderr);
  assert.deepEqual([told.peer, told.pskIdentity, told.error], [server.address, '"device-7"', undefined]);
  const wrong = startCli(t, ["connect", server.address, "--psk", `stranger:${HEX}`, "--json"]);
  assert.equal(await wrong.finish(), 1);
  assert.equal(JSON.parse(wrong.stderr.split("\n")[0]).error.alert, "decrypt_error");
  await server.printed(/"error":/);
  const lines = server.stderr
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line));
  assert.equal(lines[0].cipherSuite, told.cipherSuite);
  assert.equal(lines[1].error.code, "ERR_TLS_DECRYPT");

  const quiet = await output(t, ["connect", server.address, ...KEY, "-q"], "hello\n");
  assert.deepEqual([quiet.stdout, quiet.stderr], ["hello\n", ""]);
});

test("--export, --key-update, --context and SSLKEYLOGFILE", async (t) => {
  const keylog = join(directory(t), "keys");
  const server = await startServer(t, [...KEY, "--context", "tunnel"]);
  const options = ["--context", "tunnel", "--export", "EXPORTER-x:16", "--key-update", "--grease", "off"];
  const cli = startCli(t, ["connect", server.address, ...KEY, ...options], { env: { SSLKEYLOGFILE: keylog } });
  assert.equal(await cli.finish("hello\n"), 0, cli.stderr);
  assert.equal(cli.stdout, "hello\n");
  assert.match(cli.stderr, /^exported: [0-9a-f]{32}$/m);
  assert.match(readFileSync(keylog, "utf8"), /CLIENT_TRAFFIC_SECRET_0 /);
  const other = startCli(t, ["connect", server.address, ...KEY, "--context", "another"]);
  assert.equal(await other.finish(), 1);
});

test("--show-certs prints the certificates of the server", async (t) => {
  const shown = ["--cert", certificate("p256.chain"), "--key", certificate("p256.key")];
  const server = await startServer(t, shown);
  const trust = ["--ca", certificate("root"), "--server-name", NAME];
  const { stderr } = await output(t, ["connect", server.address, ...trust, "--show-certs"]);
  assert.ok(stderr.includes(pem("p256.chain").trim()));
});

test("groups are taken as others spell them, X25519MLKEM768 works, and what is unknown is named", async (t) => {
  const server = await startServer(t, [...KEY, "--groups", "x25519mlkem768,P-256"]);
  for (const [name, group] of [
    ["X25519MLKEM768", "X25519MLKEM768"],
    ["prime256v1", "secp256r1"],
    ["P-256", "secp256r1"],
  ]) {
    const { stderr } = await output(t, ["connect", server.address, ...KEY, "--groups", name]);
    assert.match(stderr, new RegExp(` ${group} `));
  }
  for (const [option, value] of [
    ["--groups", "x448"],
    ["--ciphersuites", "TLS_AES_128_CCM_SHA256"],
    ["--modes", "psk"],
    ["--grease", "perhaps"],
    ["--timeout", "soon"],
    ["--timeout", "0"],
  ]) {
    const cli = startCli(t, ["connect", server.address, ...KEY, option, value]);
    assert.equal(await cli.finish(), 2);
    assert.ok(cli.stderr.includes(`${option}`) && cli.stderr.includes(`"${value}"`), cli.stderr);
  }
});

test("--timeout is for a server that says nothing", async (t) => {
  const silent = createServer(() => {}).listen(0, "127.0.0.1");
  t.after(() => silent.close());
  await new Promise((resolve) => silent.on("listening", resolve));
  const address = `127.0.0.1:${silent.address().port}`;
  const cli = startCli(t, ["connect", address, ...KEY, "--timeout", "0.2"]);
  assert.equal(await cli.ended, 1);
  assert.match(cli.stderr, /ERR_TLS_TIMEOUT/);
});

test("SIGTERM lets connections end, and a limit keeps others out", async (t) => {
  const server = await startServer(t, [...KEY, "--max-connections", "1"]);
  const client = startCli(t, ["connect", server.address, ...KEY]);
  client.write("one\n");
  await client.printed(/^one$/m);
  const refused = startCli(t, ["connect", server.address, ...KEY]);
  assert.equal(await refused.ended, 1);
  server.child.kill("SIGTERM");
  await server.printed(/stopping: 1 connections are still open/);
  client.write("two\n");
  await client.printed(/^two$/m);
  assert.equal(await client.finish(), 0);
  assert.equal(await server.ended, 0);
});

test("inspect names the fields of records and messages, in hexadecimal and as they are", async (t) => {
  const record = Buffer.from("15030300020232", "hex");
  const { stdout } = await output(t, ["inspect", "-"], record);
  assert.match(stdout, /alert/i);
  assert.equal((await output(t, ["inspect", "-"], "15 03:03\n00 02 02 32")).stdout, stdout);
  assert.ok(inspectRecords(record).every(({ name }) => stdout.includes(name)));
  const path = join(directory(t), "hello.hex");
  writeFileSync(path, "0800000200 00");
  assert.match((await output(t, ["inspect", path])).stdout, /encrypted_extensions/);
  const wrong = startCli(t, ["inspect", "-"]);
  assert.equal(await wrong.finish("1503030002023"), 2);
  const cut = startCli(t, ["inspect", "-"]);
  assert.equal(await cut.finish("1503030002 0232 1503"), 1);
  assert.match(cut.stderr, /from byte 8 of 9 on/);
});

test("inspect reads dumps as well, and says who sent what", async (t) => {
  const hello = published("ClientHello");
  const dump = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  const { stdout } = await output(
    t,
    ["inspect", "-"],
    [
      `<<< TLS 1.3, Handshake [length ${hello.length.toString(16)}], ClientHello`,
      `    ${dump(hello)}`,
      ">>> TLS 1.3, Handshake [length 0006], EncryptedExtensions",
      "    08 00 00 02 00 00",
    ].join("\n"),
  );
  assert.match(stdout, /^client:\n {2}Handshake: client_hello$/m);
  assert.match(stdout, /^server:\n {2}Handshake: encrypted_extensions$/m);
  const nothing = startCli(t, ["inspect", "-"]);
  assert.equal(await nothing.finish("no bytes here"), 2);
  assert.match(nothing.stderr, /There are no bytes in this text/);
});
