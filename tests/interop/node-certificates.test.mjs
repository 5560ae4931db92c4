import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import tls from "node:tls";
import { credentials, NAME, pem } from "../node/support/certificates.mjs";
import { assertFull, assertPsk, client, server } from "./support/certificates.mjs";
import { deferred, echo, PSK, psk, readExactly, rejection, write } from "./support/peers.mjs";

const KEYS = ["p256", "p384", "ed25519", "rsa"];

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

/** Its PSKs are for SHA-256, so that a suite with SHA-384 would find none. */
const PSKS = { ...NODE, ciphers: "TLS_AES_128_GCM_SHA256" };

test("Node's server with a certificate takes a PSK that it knows, and shows the certificate otherwise", async (t) => {
  const pskCallback = (_socket, identity) => (identity === PSK.identity ? PSK.secret : null);
  const shown = { cert: pem("p256.chain"), key: pem("p256.key") };
  const peer = tls.createServer({ ...PSKS, ...shown, pskCallback }, (socket) => socket.pipe(socket));
  t.after(() => peer.close());
  peer.listen(0, "127.0.0.1");
  await once(peer, "listening");
  for (const psks of [[PSK], [psk("stranger")], [psk("stranger"), PSK], []]) {
    const socket = await client(t, peer.address().port, { psks });
    await write(socket.writable, "hello");
    assert.equal(String(await readExactly(socket.readable, 5)), "hello");
    if (psks.includes(PSK)) assertPsk(await socket.opened, PSK);
    else assertFull(await socket.opened, "p256");
    await socket.close();
  }
});

test("Node's client gets no certificate from a server that knows its PSK, and one from a server that does not", async (t) => {
  const pskCallback = () => ({ identity: PSK.identity, psk: PSK.secret });
  const trust = { ca: pem("root"), servername: NAME };
  for (const psks of [[PSK], [psk("stranger")]]) {
    const { port, socket } = await server(t, { psks });
    const peer = tls.connect({ ...PSKS, ...trust, host: "127.0.0.1", port, pskCallback });
    t.after(() => peer.destroy());
    await once(peer, "secureConnect");
    assert.equal(peer.isSessionReused(), psks.includes(PSK));
    echo(await socket).catch(() => {});
    peer.write("hello");
    const [data] = await once(peer, "data");
    assert.equal(String(data), "hello");
    if (psks.includes(PSK)) assertPsk(await (await socket).opened, PSK);
    else assertFull(await (await socket).opened);
  }
});

test("Node's server is told why its certificate is refused, and refuses a client without one", async (t) => {
  for (const [name, theirs, ours, expected] of [
    ["other-name", {}, {}, "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE"],
    ["expired", {}, {}, "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED"],
    ["p256", {}, { ca: pem("other-root") }, "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA"],
    ["p256", { requestCert: true, ca: pem("root") }, {}, "ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE"],
  ]) {
    const { chain: cert, key } = credentials(name);
    const peer = tls.createServer({ ...NODE, cert, key, ...theirs });
    const failure = once(peer, "tlsClientError");
    t.after(() => peer.close());
    peer.listen(0, "127.0.0.1");
    await once(peer, "listening");
    const socket = await client(t, peer.address().port, ours);
    const { code } = await rejection(socket.closed);
    const [error] = await failure;
    assert.deepEqual(
      [code, error.code],
      [theirs.requestCert ? "ERR_TLS_ALERT_RECEIVED" : "ERR_TLS_CERTIFICATE", expected],
    );
  }
});
