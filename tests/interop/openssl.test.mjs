import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startCli, startServer } from "../node/support/process.mjs";
import { acceptSClient, REVERSE, startSClient, startSServer } from "./support/openssl.mjs";
import {
  collectKeyLog,
  echo,
  HEX,
  keyLogLines,
  LARGE,
  ourClient,
  PSK,
  psk,
  readAll,
  readExactly,
  rejection,
  temporaryFile,
  WRONG_HEX,
  WRONG_PSK,
  watchMessages,
  write,
} from "./support/peers.mjs";

const CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256";
const AES_128 = "TLS_AES_128_GCM_SHA256";

/** What is negotiated by default. */
const USUAL = { pskMode: "psk_dhe_ke", cipherSuite: CHACHA20, group: "x25519", helloRetryRequest: false };

const WITHOUT_DHE = { pskMode: "psk_ke", group: undefined };

const retried = (group) => ({ group, helloRetryRequest: true });
const received = (alert) => ({ code: "ERR_TLS_ALERT_RECEIVED", alert, alertDirection: "received" });
const sent = (alert, code) => ({ code, alert, alertDirection: "sent" });
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const isOurs = ({ identity }) => String(Buffer.from(identity)) === PSK.identity;

function assertNegotiated(info, expected = {}) {
  const { pskMode, cipherSuite, group, helloRetryRequest, pskIdentity } = info;
  assert.deepEqual({ pskMode, cipherSuite, group, helloRetryRequest }, { ...USUAL, ...expected });
  assert.equal(String(Buffer.from(pskIdentity)), PSK.identity);
}

// Our client, their server.

for (const { what, theirs = [], ours = {}, expected } of [
  { what: "psk_dhe_ke" },
  { what: "psk_ke", theirs: ["-allow_no_dhe_kex"], ours: { modes: ["psk_ke"] }, expected: WITHOUT_DHE },
  { what: "both modes on offer", theirs: ["-allow_no_dhe_kex"], ours: { modes: ["psk_ke", "psk_dhe_ke"] } },
  { what: "the client's choice of AES-128-GCM", ours: { cipherSuites: [AES_128] }, expected: { cipherSuite: AES_128 } },
  {
    what: "the server's choice of AES-128-GCM",
    theirs: ["-ciphersuites", AES_128],
    expected: { cipherSuite: AES_128 },
  },
  { what: "secp256r1", ours: { groups: ["secp256r1"] }, expected: { group: "secp256r1" } },
  { what: "a HelloRetryRequest for P-256", theirs: ["-groups", "P-256"], expected: retried("secp256r1") },
  {
    what: "a HelloRetryRequest with AES-128-GCM",
    theirs: ["-groups", "P-256", "-ciphersuites", AES_128],
    expected: { ...retried("secp256r1"), cipherSuite: AES_128 },
  },
  { what: "several PSKs on offer", ours: { psks: [psk("unheard of"), PSK] } },
  { what: "padded records", theirs: ["-record_padding", "512"] },
  { what: "small records", theirs: ["-max_send_frag", "512"] },
]) {
  test(`the client and s_server: ${what}`, async (t) => {
    const server = await startSServer(t, [REVERSE, ...theirs]);
    const client = await ourClient(t, server.port, ours);
    await write(client.writable, "hello\n");
    assert.equal(String(await readExactly(client.readable, 6)), "olleh\n");
    const info = await client.opened;
    assertNegotiated(info, expected);
    await server.printed(new RegExp(`^Ciphersuite: ${info.cipherSuite}$`, "m"));
    await client.close();
    assert.equal(await server.ended, 0, server.stderr);
  });
}

for (const { what, theirs = [], ours = {}, error, says } of [
  {
    what: "a wrong key",
    ours: { psks: [WRONG_PSK] },
    error: received("illegal_parameter"),
    says: /binder does not verify/,
  },
  { what: "an unknown identity", ours: { psks: [psk("stranger")] }, error: received("handshake_failure") },
  {
    what: "a key for another hash",
    ours: { psks: [{ ...PSK, hmac: "SHA-384" }] },
    error: received("handshake_failure"),
  },
  {
    what: "a server that wants (EC)DHE",
    ours: { modes: ["psk_ke"] },
    error: received("missing_extension"),
    says: /no suitable key share/,
  },
  {
    what: "no suite in common",
    theirs: ["-ciphersuites", "TLS_AES_256_GCM_SHA384"],
    error: received("handshake_failure"),
    says: /no shared cipher/,
  },
  {
    what: "no protocol in common",
    theirs: ["-alpn", "mqtt"],
    ours: { alpn: ["http/1.1"] },
    error: received("no_application_protocol"),
    says: /no application protocol/,
  },
]) {
  test(`the client learns from s_server's alert: ${what}`, async (t) => {
    const server = await startSServer(t, [REVERSE, ...theirs]);
    const client = await ourClient(t, server.port, ours);
    const { code, alert, alertDirection, phase } = await rejection(client.opened);
    assert.deepEqual({ code, alert, alertDirection, phase }, { ...error, phase: "handshake" });
    if (says) await server.printed(says);
  });
}

test("s_server ends the conversation, and the client hears all of it", async (t) => {
  const server = await startSServer(t, [REVERSE]);
  const client = await ourClient(t, server.port);
  await write(client.writable, "eybdoog\nCLOSE\n"); // the second line is a command
  assert.equal(String(await readAll(client.readable)), "goodbye\n");
  await client.writable.close();
  await client.closed;
  assert.equal(await server.ended, 0, server.stderr);
});

test("the client half-closes, and s_server answers that with its own close_notify", async (t) => {
  const server = await startSServer(t);
  const client = await ourClient(t, server.port);
  await write(client.writable, "the last words\n");
  await client.writable.close();
  assert.equal((await readAll(client.readable)).length, 0);
  await client.closed;
  assert.equal(await server.ended, 0, server.stderr);
  assert.match(server.stdout, /^the last words\nDONE\n/m);
});

test("an s_server that goes without close_notify leaves a truncated conversation", async (t) => {
  const server = await startSServer(t);
  const client = await ourClient(t, server.port);
  await client.opened;
  server.end("goodb"); // at the end of its input it just goes
  assert.equal(String(await readExactly(client.readable, 5)), "goodb");
  assert.equal((await rejection(readAll(client.readable))).code, "ERR_TLS_TRUNCATED");
  assert.equal((await rejection(client.closed)).code, "ERR_TLS_TRUNCATED");
});

test("megabytes go to s_server and come from it at the same time", async (t) => {
  const server = await startSServer(t);
  const client = await ourClient(t, server.port);
  await client.opened;
  server.write(LARGE);
  const [received] = await Promise.all([readExactly(client.readable, LARGE.length), write(client.writable, LARGE)]);
  assert.ok(received.equals(LARGE));
  await client.close();
  assert.equal(await server.ended, 0, server.stderr);
  assert.ok(server.stdoutBytes.includes(LARGE));
});

test("a record size limit does not bind an s_server that does not know it", async (t) => {
  const server = await startSServer(t);
  const client = await ourClient(t, server.port, { recordSizeLimit: 64 });
  await client.opened;
  server.write(LARGE.subarray(0, 100_000));
  assert.ok(LARGE.subarray(0, 100_000).equals(await readExactly(client.readable, 100_000)));
  await client.close();
});

test("the client and s_server change their keys, each by itself and on request", async (t) => {
  const messages = watchMessages();
  const server = await startSServer(t);
  const client = await ourClient(t, server.port, { onTrace: messages.onTrace });
  let lines = 0;
  const converse = async () => {
    const line = `line ${++lines}\n`;
    await write(client.writable, line);
    await server.printed(new RegExp(`^${line}`, "m"));
    server.write(line);
    assert.equal(String(await readExactly(client.readable, line.length)), line);
  };
  await converse();

  await client.updateKeys();
  await converse();
  await client.updateKeys({ requestPeer: true });
  await converse(); // both sides answer before the next that they write
  await messages.seen("received key_update");

  server.write("k\n");
  await messages.seen("received key_update", 2);
  await converse();
  server.write("K\n"); // asks for ours
  await messages.seen("received key_update", 3);
  await converse();
  await messages.seen("sent key_update", 3);

  await client.close();
  assert.equal(await server.ended, 0, server.stderr);
});

test("the client and s_server agree on protocol, exported keys and every logged secret", async (t) => {
  const keyLog = temporaryFile(t);
  const exporter = ["-keymatexport", "EXPORTER-test", "-keymatexportlen", "42"];
  const server = await startSServer(t, ["-alpn", "mqtt", "-keylogfile", keyLog, ...exporter]);
  const ourLog = collectKeyLog();
  const client = await ourClient(t, server.port, { alpn: ["http/1.1", "mqtt"], onKeylog: ourLog.onKeylog });
  assert.equal((await client.opened).alpn, "mqtt");
  const [, material] = await server.printed(/Keying material: ([0-9A-F]{84})$/m);
  assert.equal(hex(client.exportKeyingMaterial("EXPORTER-test", new Uint8Array(0), 42)), material.toLowerCase());
  await client.close();
  assert.equal(await server.ended, 0, server.stderr);
  assert.deepEqual(keyLogLines(ourLog.text), keyLogLines(readFileSync(keyLog, "utf8")));
});

// Their client, our server.

for (const { what, theirs = [], ours = {}, expected } of [
  { what: "psk_dhe_ke" },
  { what: "psk_ke", theirs: ["-allow_no_dhe_kex"], ours: { modes: ["psk_ke"] }, expected: WITHOUT_DHE },
  {
    what: "the client's choice of AES-128-GCM",
    theirs: ["-ciphersuites", AES_128],
    expected: { cipherSuite: AES_128 },
  },
  { what: "the server's choice of AES-128-GCM", ours: { cipherSuites: [AES_128] }, expected: { cipherSuite: AES_128 } },
  { what: "secp256r1", theirs: ["-groups", "P-256"], expected: { group: "secp256r1" } },
  { what: "a HelloRetryRequest", ours: { groups: ["secp256r1"] }, expected: retried("secp256r1") },
  {
    what: "a HelloRetryRequest with AES-128-GCM",
    ours: { groups: ["secp256r1"], cipherSuites: [AES_128] },
    expected: { ...retried("secp256r1"), cipherSuite: AES_128 },
  },
  { what: "several PSKs to choose from", ours: { psks: [psk("unheard of"), PSK] } },
  { what: "a PSK looked up", ours: { selectPsk: (offered) => offered.find(isOurs) && PSK } },
  { what: "padded records", theirs: ["-record_padding", "512"] },
  { what: "small records", theirs: ["-max_send_frag", "512"] },
]) {
  test(`s_client and the server: ${what}`, async (t) => {
    const { client, socket } = await acceptSClient(t, { ours, theirs });
    const echoed = echo(socket);
    const info = await socket.opened;
    assertNegotiated(info, expected);
    client.write("hello\n");
    await client.printed(/^hello$/m);
    assert.equal(await client.finish(), 0, client.stderr);
    await Promise.all([echoed, socket.closed]);
    assert.match(client.stdout, new RegExp(`^Reused, TLSv1.3, Cipher is ${info.cipherSuite}$`, "m"));
  });
}

for (const { what, theirs = [], ours = {}, error, says } of [
  { what: "a wrong key", theirs: ["-psk", WRONG_HEX], error: sent("decrypt_error", "ERR_TLS_DECRYPT") },
  {
    what: "an unknown identity",
    theirs: ["-psk_identity", "stranger"],
    error: sent("decrypt_error", "ERR_TLS_DECRYPT"),
  },
  {
    what: "a client that wants (EC)DHE",
    ours: { modes: ["psk_ke"] },
    error: sent("handshake_failure", "ERR_TLS_HANDSHAKE_FAILURE"),
    says: /alert handshake failure/,
  },
  {
    what: "no suite in common",
    theirs: ["-ciphersuites", AES_128],
    ours: { cipherSuites: [CHACHA20] },
    error: sent("handshake_failure", "ERR_TLS_HANDSHAKE_FAILURE"),
    says: /alert handshake failure/,
  },
  {
    what: "no group in common",
    theirs: ["-groups", "P-384"],
    error: sent("handshake_failure", "ERR_TLS_HANDSHAKE_FAILURE"),
    says: /alert handshake failure/,
  },
  {
    what: "no protocol in common",
    theirs: ["-alpn", "http/1.1"],
    ours: { alpn: ["mqtt"] },
    error: sent("no_application_protocol", "ERR_TLS_NO_APPLICATION_PROTOCOL"),
    says: /alert no application protocol/,
  },
]) {
  test(`s_client learns from the server's alert: ${what}`, async (t) => {
    const { client, socket } = await acceptSClient(t, { ours, theirs });
    const { code, alert, alertDirection, phase } = await rejection(socket.opened);
    assert.deepEqual({ code, alert, alertDirection, phase }, { ...error, phase: "handshake" });
    assert.equal(await client.ended, 1);
    assert.match(client.stderr, says ?? /alert decrypt error/);
  });
}

test("the server refuses a client without TLS 1.3, which gets an alert that it understands", async (t) => {
  const { client, socket } = await acceptSClient(t, { theirs: ["-tls1_2"] });
  const { code, alert } = await rejection(socket.opened);
  assert.deepEqual({ code, alert }, { code: "ERR_TLS_PROTOCOL_VERSION", alert: "protocol_version" });
  assert.equal(await client.ended, 1);
  assert.match(client.stderr, /alert protocol version/);
});

test("the server ends the conversation, and s_client leaves with all of it", async (t) => {
  const { client, socket } = await acceptSClient(t);
  await write(socket.writable, "goodbye\n");
  await socket.close();
  assert.equal(await client.ended, 0, client.stderr);
  assert.match(client.stdout, /^goodbye$/m);
});

test("an s_client that is killed leaves a truncated conversation, not a closed one", async (t) => {
  const { client, socket } = await acceptSClient(t);
  await socket.opened;
  client.child.kill("SIGKILL");
  assert.equal((await rejection(socket.closed)).code, "ERR_TLS_TRUNCATED");
});

test("megabytes come from s_client and go to it at the same time", async (t) => {
  const { client, socket } = await acceptSClient(t);
  client.write(LARGE);
  const [received] = await Promise.all([readExactly(socket.readable, LARGE.length), write(socket.writable, LARGE)]);
  assert.ok(received.equals(LARGE));
  await socket.close();
  assert.equal(await client.ended, 0, client.stderr);
  assert.ok(client.stdoutBytes.includes(LARGE));
});

test("s_client and the server change their keys, each by itself and on request", async (t) => {
  const messages = watchMessages();
  const { client, socket } = await acceptSClient(t, { ours: { onTrace: messages.onTrace } });
  let lines = 0;
  const converse = async () => {
    const line = `line ${++lines}\n`;
    client.write(line);
    assert.equal(String(await readExactly(socket.readable, line.length)), line);
    await write(socket.writable, line);
    await client.printed(new RegExp(`^${line}`, "m"));
  };
  await converse();

  await socket.updateKeys();
  await converse();
  await socket.updateKeys({ requestPeer: true });
  await converse(); // both sides answer before the next that they write
  await messages.seen("received key_update");

  client.write("k\n");
  await messages.seen("received key_update", 2);
  await converse();
  client.write("K\n"); // asks for ours
  await messages.seen("received key_update", 3);
  await converse();
  await messages.seen("sent key_update", 3);

  await socket.close();
  assert.equal(await client.ended, 0, client.stderr);
});

test("s_client and the server agree on names, exported keys and every logged secret", async (t) => {
  const keyLog = temporaryFile(t);
  const names = ["-alpn", "http/1.1,mqtt", "-servername", "broker.example"];
  const exporter = ["-keymatexport", "EXPORTER-test", "-keymatexportlen", "42"];
  const ourLog = collectKeyLog();
  const theirs = [...names, ...exporter, "-keylogfile", keyLog];
  const { client, socket } = await acceptSClient(t, { ours: { alpn: ["mqtt"], onKeylog: ourLog.onKeylog }, theirs });
  const { alpn, serverName } = await socket.opened;
  assert.deepEqual({ alpn, serverName }, { alpn: "mqtt", serverName: "broker.example" });
  const [, material] = await client.printed(/Keying material: ([0-9A-F]{84})$/m);
  assert.equal(hex(socket.exportKeyingMaterial("EXPORTER-test", new Uint8Array(0), 42)), material.toLowerCase());
  await socket.close();
  assert.equal(await client.ended, 0, client.stderr);
  assert.deepEqual(keyLogLines(ourLog.text), keyLogLines(readFileSync(keyLog, "utf8")));
});

// The command line.

test("tls-psk connect talks with s_server and ends with 0", async (t) => {
  const server = await startSServer(t);
  const client = startCli(t, ["connect", `127.0.0.1:${server.port}`, "--psk", `client1:${HEX}`]);
  client.write("hello, server\n");
  await server.printed(/^hello, server$/m);
  server.write("hello, client\n");
  await client.printed(/^hello, client$/m);
  assert.equal(await client.finish(), 0, client.stderr);
  assert.equal(client.stdout, "hello, client\n");
  assert.equal(client.stderr, `connected: ${CHACHA20} psk_dhe_ke x25519 psk="client1"\n`);
  assert.equal(await server.ended, 0, server.stderr);
});

test("tls-psk connect ends with 1 when s_server goes without close_notify", async (t) => {
  const server = await startSServer(t);
  const client = startCli(t, ["connect", `127.0.0.1:${server.port}`, "--psk", `client1:${HEX}`]);
  await client.printed(/^connected: /m);
  server.end("goodb");
  assert.equal(await client.ended, 1);
  assert.equal(client.stdout, "goodb");
  assert.match(client.stderr, /^connected: .*\ntls-psk: [^\n]+ \(ERR_TLS_TRUNCATED\)\n$/);
});

test("tls-psk serve --echo talks with s_client, which ends with 0", async (t) => {
  const server = await startServer(t, ["--psk", `client1:${HEX}`, "--echo"]);
  const client = startSClient(t, server.address.split(":")[1]);
  client.write("hello\n");
  await client.printed(/^hello$/m);
  assert.equal(await client.finish(), 0, client.stderr);
  await server.printed(new RegExp(`^127\\.0\\.0\\.1:\\d+ ${CHACHA20} psk_dhe_ke x25519 psk="client1"$`, "m"));
});

test("tls-psk connect with a wrong key ends with 1 and one line that names s_server's alert", async (t) => {
  const server = await startSServer(t);
  const client = startCli(t, ["connect", `127.0.0.1:${server.port}`, "--psk", `client1:${WRONG_HEX}`]);
  assert.equal(await client.finish("secret plans\n"), 1);
  const advice = "the identity, the key or its hash probably differs from the server's";
  assert.equal(
    client.stderr,
    `tls-psk: the peer sent the alert illegal_parameter: ${advice} (ERR_TLS_ALERT_RECEIVED)\n`,
  );
  assert.equal(client.stdout, "");
});

test("tls-psk serve names the alert for an s_client with a wrong key on one line, and serves on", async (t) => {
  const server = await startServer(t, ["--psk", `client1:${HEX}`, "--echo"]);
  const port = server.address.split(":")[1];
  const wrong = startSClient(t, port, ["-psk", WRONG_HEX]);
  assert.equal(await wrong.ended, 1);
  assert.match(wrong.stderr, /alert decrypt error/);
  await server.printed(/^127\.0\.0\.1:\d+ we sent the alert decrypt_error: .* \(ERR_TLS_DECRYPT\); offered "[^"]+"$/m);
  assert.equal(server.stderr.trimEnd().split("\n").length, 2, server.stderr);

  const right = startSClient(t, port);
  right.write("still serving\n");
  await right.printed(/^still serving$/m);
  assert.equal(await right.finish(), 0, right.stderr);
});
