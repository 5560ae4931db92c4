import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import tls from "node:tls";
import * as build from "tls-psk/full";
import { credentials, ders, NAME, path, pem, withWebCryptoKey } from "../node/support/certificates.mjs";
import { start, startCli, startServer } from "../node/support/process.mjs";
import { REVERSE, startSClient, startSServer } from "./support/openssl.mjs";
import { deferred, echo, ourClient, ourServer, PSK, psk, readExactly, rejection, write } from "./support/peers.mjs";

const KEYS = ["p256", "p384", "ed25519", "rsa"];

/** Our client, which knows the root and no PSK. */
const client = (t, port, options) =>
  ourClient(t, port, { build, psks: [], ca: pem("root"), serverName: NAME, ...options });

/** Our server, which has a certificate and no PSK. */
const server = (t, options) => ourServer(t, { build, psks: [], certificates: [credentials("p256")], ...options });

/** What an OpenSSL command is given to show a certificate, and to verify one. */
const shows = (name) => ["-cert", path(name), "-key", path(`${name}.key`), "-cert_chain", path(`${name}.chain`)];
const VERIFIES = ["-CAfile", path("root"), "-verify_return_error", "-verify_hostname", NAME, "-servername", NAME];

/** `s_server` with a certificate, and the usual PSK. */
const startCertified = (t, name, args = []) => startSServer(t, [REVERSE, ...shows(name), ...args]);

async function assertReversed({ readable, writable }) {
  await write(writable, "hello\n");
  assert.equal(String(await readExactly(readable, 6)), "olleh\n");
}

function assertFull(info, name) {
  assert.equal(info.serverCertificate, true);
  assert.equal(info.pskIdentity, undefined);
  if (name) assert.deepEqual(Buffer.from(info.peerCertificates[0]), ders(name)[0]);
}

// Our client, OpenSSL's server.

for (const name of KEYS) {
  test(`the client verifies s_server's certificate: ${name}`, async (t) => {
    const peer = await startCertified(t, name);
    const socket = await client(t, peer.port);
    await assertReversed(socket);
    assertFull(await socket.opened, name);
    await socket.close();
  });
}

test("the client offers a PSK that s_server knows, and gets no certificate", async (t) => {
  const peer = await startCertified(t, "p256");
  const socket = await client(t, peer.port, { psks: [PSK] });
  await assertReversed(socket);
  const { pskIdentity, serverCertificate } = await socket.opened;
  assert.equal(String(Buffer.from(pskIdentity)), PSK.identity);
  assert.equal(serverCertificate, false);
});

test("the client offers a PSK that s_server does not know, and gets its certificate", async (t) => {
  const peer = await startCertified(t, "p256");
  const socket = await client(t, peer.port, { psks: [psk("stranger")] });
  await assertReversed(socket);
  assertFull(await socket.opened, "p256");
});

test("s_server sees a HelloRetryRequest through to its certificate", async (t) => {
  const peer = await startCertified(t, "p256", ["-groups", "P-256"]);
  const socket = await client(t, peer.port);
  await assertReversed(socket);
  assert.equal((await socket.opened).helloRetryRequest, true);
});

for (const [what, certificate] of [
  ["with a key of its own", () => credentials("client")],
  ["with a key of WebCrypto", () => withWebCryptoKey("client")],
]) {
  test(`the client shows s_server its certificate, ${what}`, async (t) => {
    const peer = await startCertified(t, "rsa", ["-Verify", "3", "-CAfile", path("root"), "-verify_return_error"]);
    const socket = await client(t, peer.port, { certificate: certificate() });
    await assertReversed(socket);
    assertFull(await socket.opened, "rsa");
    await peer.printed(/Peer certificate: CN ?= ?tls-psk test client/);
  });
}

test("s_server refuses a client without a certificate, and one of another authority", async (t) => {
  const arguments_ = ["-Verify", "3", "-CAfile", path("other-root"), "-verify_return_error"];
  for (const [certificate, alert] of [
    [undefined, "certificate_required"],
    [credentials("client"), "unknown_ca"],
  ]) {
    const peer = await startCertified(t, "p256", arguments_);
    const socket = await client(t, peer.port, certificate && { certificate });
    const error = await rejection(socket.closed);
    assert.deepEqual([error.code, error.alert], ["ERR_TLS_ALERT_RECEIVED", alert]);
  }
});

test("s_server is told why its certificate is refused", async (t) => {
  for (const [name, options, says] of [
    ["other-name", {}, /alert bad certificate/],
    ["expired", {}, /alert certificate expired/],
    ["p256", { ca: pem("other-root") }, /alert unknown ca/],
  ]) {
    const peer = await startCertified(t, name);
    const socket = await client(t, peer.port, options);
    assert.equal((await rejection(socket.opened)).code, "ERR_TLS_CERTIFICATE");
    await peer.printed(says);
  }
});

// OpenSSL's client, our server.

/** `s_client` against our server, as soon as they have met. */
async function acceptSClient(t, { ours, theirs }) {
  const { port, socket } = await server(t, ours);
  const peer = startSClient(t, port, [...VERIFIES, ...theirs]);
  return { peer, socket: await socket };
}

/** What keeps `s_client` from offering a PSK. */
const NO_PSK = [];

for (const name of KEYS) {
  test(`s_client verifies the server's certificate: ${name}`, async (t) => {
    const { port, socket } = await server(t, { certificates: [credentials(name)] });
    const peer = startSClient(t, port, VERIFIES, NO_PSK);
    echo(await socket).catch(() => {});
    await peer.printed(/Verify return code: 0 \(ok\)/);
    peer.write("hello\n");
    await peer.printed(/^hello$/m);
    assertFull(await (await socket).opened);
    assert.equal(await peer.finish(), 0, peer.stderr);
  });
}

test("s_client verifies what WebCrypto has signed", async (t) => {
  const { port, socket } = await server(t, { certificates: [withWebCryptoKey("p256")] });
  const peer = startSClient(t, port, VERIFIES, NO_PSK);
  echo(await socket).catch(() => {});
  await peer.printed(/Verify return code: 0 \(ok\)/);
  assert.equal(await peer.finish(), 0, peer.stderr);
});

test("s_client with a PSK gets no certificate from a server that knows it, and one from a server that does not", async (t) => {
  const known = await acceptSClient(t, { ours: { psks: [PSK] }, theirs: [] });
  assert.equal(String(Buffer.from((await known.socket.opened).pskIdentity)), PSK.identity);
  const unknown = await acceptSClient(t, { ours: { psks: [psk("stranger")] }, theirs: [] });
  assertFull(await unknown.socket.opened);
  await unknown.peer.printed(/Verify return code: 0 \(ok\)/);
  const declined = await acceptSClient(t, { ours: { selectPsk: () => null }, theirs: [] });
  assertFull(await declined.socket.opened);
});

test("s_client shows its certificate, and is refused without one", async (t) => {
  const ours = { requestCertificate: { ca: pem("root") } };
  const { port, socket } = await server(t, ours);
  startSClient(t, port, [...VERIFIES, ...shows("client")], NO_PSK);
  const info = await (await socket).opened;
  assertFull(info, "client");

  const strict = await server(t, ours);
  const peer = startSClient(t, strict.port, VERIFIES, NO_PSK);
  const error = await rejection((await strict.socket).opened);
  assert.deepEqual([error.code, error.alert], ["ERR_TLS_CERTIFICATE", "certificate_required"]);
  await peer.printed(/alert certificate required/);
});

test("s_client chooses among two certificates by the name it asks for", async (t) => {
  const certificates = [credentials("other-name"), credentials("rsa")];
  const { port, socket } = await server(t, { certificates });
  const peer = startSClient(t, port, VERIFIES, NO_PSK);
  assertFull(await (await socket).opened);
  await peer.printed(/Verify return code: 0 \(ok\)/);
});

// Node's TLS.

const NODE = { minVersion: "TLSv1.3" };

for (const name of KEYS) {
  test(`the client verifies the certificate of Node's server: ${name}`, async (t) => {
    const peer = tls.createServer({ ...NODE, cert: pem(`${name}.chain`), key: pem(`${name}.key`) }, (socket) =>
      socket.pipe(socket),
    );
    t.after(() => peer.close());
    peer.listen(0, "127.0.0.1");
    await once(peer, "listening");
    const socket = await client(t, peer.address().port);
    await write(socket.writable, "hello");
    assert.equal(String(await readExactly(socket.readable, 5)), "hello");
    assertFull(await socket.opened, name);
    await socket.close();
  });

  test(`Node's client verifies the server's certificate: ${name}`, async (t) => {
    const { port, socket } = await server(t, { certificates: [credentials(name)] });
    const peer = tls.connect({ ...NODE, host: "127.0.0.1", port, ca: pem("root"), servername: NAME });
    t.after(() => peer.destroy());
    await once(peer, "secureConnect");
    assert.equal(peer.authorized, true);
    echo(await socket).catch(() => {});
    peer.write("hello");
    const [data] = await once(peer, "data");
    assert.equal(String(data), "hello");
    assertFull(await (await socket).opened);
  });
}

test("Node and we show each other certificates, in both roles", async (t) => {
  const theirs = deferred();
  const options = { cert: pem("p256.chain"), key: pem("p256.key"), ca: pem("root"), requestCert: true };
  const peer = tls.createServer({ ...NODE, ...options }, theirs.resolve);
  t.after(() => peer.close());
  peer.listen(0, "127.0.0.1");
  await once(peer, "listening");
  const socket = await client(t, peer.address().port, { certificate: credentials("client") });
  assertFull(await socket.opened, "p256");
  const seen = await theirs.promise;
  assert.equal(seen.authorized, true);
  assert.equal(seen.getPeerCertificate().subject.CN, "tls-psk test client");
  await socket.close();

  const ours = await server(t, { requestCertificate: { ca: pem("root") } });
  const cert = { cert: pem("client.chain"), key: pem("client.key") };
  const node = tls.connect({ ...NODE, ...cert, host: "127.0.0.1", port: ours.port, ca: pem("root"), servername: NAME });
  t.after(() => node.destroy());
  assertFull(await (await ours.socket).opened, "client");
});

// GnuTLS's client.

for (const name of KEYS) {
  test(`gnutls-cli verifies the server's certificate: ${name}`, async (t) => {
    const { port, socket } = await server(t, { certificates: [credentials(name)] });
    const trust = ["--x509cafile", path("root"), "--sni-hostname", NAME, "--verify-hostname", NAME];
    const priority = "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3";
    const peer = start(t, "gnutls-cli", [...trust, priority, "--port", port, "127.0.0.1"]);
    echo(await socket).catch(() => {});
    await peer.printed(/The certificate is trusted/);
    await peer.printed(/Handshake was completed/);
    peer.write("hello\n");
    await peer.printed(/^hello$/m);
    assertFull(await (await socket).opened);
    assert.equal(await peer.finish(), 0, peer.stderr);
  });
}

// The command line.

test("tls-psk connect and serve talk with OpenSSL by certificates, without any PSK", async (t) => {
  const peer = await startCertified(t, "p256", ["-Verify", "3", "-CAfile", path("root"), "-verify_return_error"]);
  const shown = ["--cert", path("client.chain"), "--key", path("client.key")];
  const trust = ["--ca", path("root"), "--server-name", NAME, "--verify"];
  const ours = startCli(t, ["connect", `127.0.0.1:${peer.port}`, ...trust, ...shown]);
  ours.write("hello\n");
  await ours.printed(/^olleh$/m);
  assert.equal(await ours.finish(), 0, ours.stderr);

  const serving = ["--cert", path("p256.chain"), "--key", path("p256.key"), "--ca", path("root"), "--verify"];
  const serve = await startServer(t, serving);
  const theirs = startSClient(t, serve.address.split(":")[1], [...VERIFIES, ...shows("client")], NO_PSK);
  await theirs.printed(/Verify return code: 0 \(ok\)/);
  theirs.write("hello\n");
  await theirs.printed(/^hello$/m);
  assert.equal(await theirs.finish(), 0, theirs.stderr);
  await serve.printed(/server_certificate.*client_certificate/);
});
