import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import tls from "node:tls";
import { startCli, startServer } from "../node/support/process.mjs";
import {
  deferred,
  echo,
  HEX,
  LARGE,
  ourClient,
  ourServer,
  PSK,
  psk,
  readAll,
  readExactly,
  rejection,
  WRONG_PSK,
  watchMessages,
  write,
} from "./support/peers.mjs";

const CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256";
const AES_128 = "TLS_AES_128_GCM_SHA256";

/** What both roles of Node's TLS need. Its PSKs are for SHA-256, so that a suite with SHA-384 would find none. */
const THEIRS = { minVersion: "TLSv1.3", ciphers: AES_128 };
const USUAL = { pskMode: "psk_dhe_ke", cipherSuite: AES_128, group: "x25519", helloRetryRequest: false };

/** Node's server on a free port. `use` gets each connection; `failure` is how the first that fails does so. */
async function startNodeServer(t, options = {}, use = (socket) => socket.pipe(socket)) {
  const pskCallback = (_socket, identity) => (identity === PSK.identity ? PSK.secret : null);
  const failure = deferred();
  const server = tls.createServer({ ...THEIRS, pskCallback, ...options }, use);
  server.on("tlsClientError", failure.resolve);
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: server.address().port, failure: failure.promise };
}

/** Node's client. */
function startNodeClient(t, port, options = {}) {
  const pskCallback = () => ({ identity: PSK.identity, psk: PSK.secret });
  const usual = { ...THEIRS, host: "127.0.0.1", port, pskCallback, checkServerIdentity() {} };
  const client = tls.connect({ ...usual, ...options });
  t.after(() => client.destroy());
  return client;
}

/** Our server with the options `ours` and Node's client with the options `theirs`, as soon as they have met. */
async function acceptNodeClient(t, { ours, theirs } = {}) {
  const server = await ourServer(t, ours);
  const client = startNodeClient(t, server.port, theirs);
  return { client, socket: await server.socket };
}

function assertNegotiated({ pskMode, cipherSuite, group, helloRetryRequest, pskIdentity }, expected = {}) {
  assert.deepEqual({ pskMode, cipherSuite, group, helloRetryRequest }, { ...USUAL, ...expected });
  assert.equal(String(Buffer.from(pskIdentity)), PSK.identity);
}

const FAILED = { code: "ERR_TLS_DECRYPT", alert: "decrypt_error" };
const retried = (group) => ({ group, helloRetryRequest: true });
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const isOurs = ({ identity }) => String(Buffer.from(identity)) === PSK.identity;

// Our client, their server.

for (const { what, theirs, ours, expected } of [
  { what: "psk_dhe_ke" },
  { what: "ChaCha20-Poly1305", theirs: { ciphers: CHACHA20 }, expected: { cipherSuite: CHACHA20 } },
  { what: "secp256r1", ours: { groups: ["secp256r1"] }, expected: { group: "secp256r1" } },
  { what: "a HelloRetryRequest", theirs: { ecdhCurve: "P-256" }, expected: retried("secp256r1") },
  { what: "several PSKs on offer", ours: { psks: [psk("unheard of"), PSK] } },
]) {
  test(`the client and Node's server: ${what}`, async (t) => {
    const server = await startNodeServer(t, theirs);
    const client = await ourClient(t, server.port, ours);
    await write(client.writable, "hello");
    assert.equal(String(await readExactly(client.readable, 5)), "hello");
    assertNegotiated(await client.opened, expected);
    await client.writable.close();
    assert.equal((await readAll(client.readable)).length, 0);
    await client.closed;
  });
}

for (const { what, ours, alert } of [
  { what: "a wrong key", ours: { psks: [WRONG_PSK] }, alert: "illegal_parameter" },
  { what: "an unknown identity", ours: { psks: [psk("stranger")] }, alert: "handshake_failure" },
  { what: "psk_ke, which it does not know", ours: { modes: ["psk_ke"] }, alert: "missing_extension" },
]) {
  test(`the client learns from the alert of Node's server: ${what}`, async (t) => {
    const server = await startNodeServer(t);
    const client = await ourClient(t, server.port, ours);
    const error = await rejection(client.opened);
    assert.equal(error.code, "ERR_TLS_ALERT_RECEIVED");
    assert.equal(error.alert, alert);
    assert.equal((await server.failure).library, "SSL routines");
  });
}

test("Node's server ends the conversation, and the client still has all of it", async (t) => {
  // Node forgets its close_notify when it ends in the event that opens the connection.
  const server = await startNodeServer(t, {}, (socket) => socket.once("data", () => socket.end("goodbye")));
  const client = await ourClient(t, server.port);
  await write(client.writable, "hello");
  assert.equal(String(await readAll(client.readable)), "goodbye");
  await client.close();
});

test("Node's server sends megabytes back", async (t) => {
  const server = await startNodeServer(t);
  const client = await ourClient(t, server.port);
  const [back] = await Promise.all([readExactly(client.readable, LARGE.length), write(client.writable, LARGE)]);
  assert.ok(back.equals(LARGE));
  await client.close();
});

test("the client and Node's server agree on names, exported keys and, on request, new ones", async (t) => {
  const { promise: theirSocket, resolve } = deferred();
  const server = await startNodeServer(t, { ALPNProtocols: ["mqtt"] }, (socket) => resolve(socket.pipe(socket)));
  const messages = watchMessages();
  const names = { alpn: ["http/1.1", "mqtt"], serverName: "broker.example" };
  const client = await ourClient(t, server.port, { ...names, onTrace: messages.onTrace });
  assert.equal((await client.opened).alpn, "mqtt");
  const theirs = await theirSocket;
  assert.equal(theirs.alpnProtocol, "mqtt");
  assert.equal(theirs.servername, "broker.example");
  const material = client.exportKeyingMaterial("EXPORTER-test", Buffer.from("context"), 42);
  assert.equal(hex(material), hex(theirs.exportKeyingMaterial(42, "EXPORTER-test", Buffer.from("context"))));

  await client.updateKeys({ requestPeer: true });
  await write(client.writable, "with new keys");
  assert.equal(String(await readExactly(client.readable, 13)), "with new keys");
  await messages.seen("received key_update");
  await client.close();
});

test("tls-psk connect talks with Node's server and ends with 0", async (t) => {
  const server = await startNodeServer(t);
  const client = startCli(t, ["connect", `127.0.0.1:${server.port}`, "--psk", `${PSK.identity}:${HEX}`]);
  assert.equal(await client.finish("hello\n"), 0, client.stderr);
  assert.equal(client.stdout, "hello\n");
});

// Their client, our server.

for (const { what, theirs, ours, expected } of [
  { what: "psk_dhe_ke" },
  { what: "ChaCha20-Poly1305", theirs: { ciphers: CHACHA20 }, expected: { cipherSuite: CHACHA20 } },
  { what: "secp256r1", theirs: { ecdhCurve: "P-256" }, expected: { group: "secp256r1" } },
  { what: "a HelloRetryRequest", ours: { groups: ["secp256r1"] }, expected: retried("secp256r1") },
  { what: "several PSKs to choose from", ours: { psks: [psk("unheard of"), PSK] } },
]) {
  test(`Node's client and the server: ${what}`, async (t) => {
    const { client, socket } = await acceptNodeClient(t, { theirs, ours });
    const echoed = echo(socket);
    client.write("hello");
    assert.equal(String((await once(client, "data"))[0]), "hello");
    assertNegotiated(await socket.opened, expected);
    assert.equal(client.isSessionReused(), true); // that is how a PSK counts
    client.end();
    await Promise.all([once(client, "end"), echoed, socket.closed]);
  });
}

for (const { what, pskCallback } of [
  { what: "a wrong key", pskCallback: () => ({ identity: PSK.identity, psk: WRONG_PSK.secret }) },
  { what: "an unknown identity", pskCallback: () => ({ identity: "stranger", psk: PSK.secret }) },
]) {
  test(`Node's client learns from the server's alert: ${what}`, async (t) => {
    const { client, socket } = await acceptNodeClient(t, { theirs: { pskCallback } });
    const failure = once(client, "error");
    const { code, alert, alertDirection } = await rejection(socket.opened);
    assert.deepEqual({ code, alert, alertDirection }, { ...FAILED, alertDirection: "sent" });
    assert.equal((await failure)[0].code, "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR");
  });
}

test("the server looks a PSK up in its own time, with the names that Node's client sends", async (t) => {
  const asked = [];
  const selectPsk = async (offered, { serverName, alpn }) => {
    asked.push({ identities: offered.map(({ identity }) => String(Buffer.from(identity))), serverName, alpn });
    await new Promise((resolve) => setImmediate(resolve));
    return offered.find(isOurs) && PSK;
  };
  const theirs = { servername: "broker.example", ALPNProtocols: ["http/1.1", "mqtt"] };
  const { client, socket } = await acceptNodeClient(t, { ours: { selectPsk, alpn: ["mqtt"] }, theirs });
  const echoed = echo(socket);
  client.end("hello");
  assert.equal(String(await readAll(client)), "hello");
  assert.equal(client.alpnProtocol, "mqtt");
  assertNegotiated(await socket.opened);
  await Promise.all([echoed, socket.closed]);
  assert.deepEqual(asked, [{ identities: [PSK.identity], serverName: "broker.example", alpn: ["http/1.1", "mqtt"] }]);
});

test("the server that finds no PSK in its own time refuses Node's client", async (t) => {
  const selectPsk = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return null;
  };
  const { client, socket } = await acceptNodeClient(t, { ours: { selectPsk } });
  const failure = once(client, "error");
  const { code, alert } = await rejection(socket.opened);
  assert.deepEqual({ code, alert }, FAILED);
  assert.equal((await failure)[0].code, "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR");
});

test("the server ends the conversation, and Node's client still has all of it", async (t) => {
  const { client, socket } = await acceptNodeClient(t);
  const received = readAll(client);
  await write(socket.writable, "goodbye");
  await socket.close();
  assert.equal(String(await received), "goodbye");
});

test("Node's client that is destroyed leaves a truncated conversation, not a closed one", async (t) => {
  const { client, socket } = await acceptNodeClient(t);
  await socket.opened;
  client.destroy();
  assert.equal((await rejection(socket.closed)).code, "ERR_TLS_TRUNCATED");
});

test("the server sends megabytes back to Node's client", async (t) => {
  const { client, socket } = await acceptNodeClient(t);
  const echoed = echo(socket);
  client.end(LARGE);
  assert.ok(LARGE.equals(await readAll(client)));
  await Promise.all([echoed, socket.closed]);
});

test("the server and Node's client agree on exported keys and, on request, on new ones", async (t) => {
  const messages = watchMessages();
  const { client, socket } = await acceptNodeClient(t, { ours: { onTrace: messages.onTrace } });
  await Promise.all([socket.opened, once(client, "secureConnect")]);
  const material = socket.exportKeyingMaterial("EXPORTER-test", Buffer.from("context"), 42);
  assert.equal(hex(material), hex(client.exportKeyingMaterial(42, "EXPORTER-test", Buffer.from("context"))));

  client.pipe(client);
  await socket.updateKeys({ requestPeer: true });
  await write(socket.writable, "with new keys");
  assert.equal(String(await readExactly(socket.readable, 13)), "with new keys");
  await messages.seen("received key_update");
  await socket.close();
});

test("tls-psk serve --echo talks with Node's client", async (t) => {
  const server = await startServer(t, ["--psk", `${PSK.identity}:${HEX}`, "--echo"]);
  const client = startNodeClient(t, Number(server.address.split(":")[1]));
  client.end("hello");
  assert.equal(String(await readAll(client)), "hello");
});
