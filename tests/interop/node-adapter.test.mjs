// The sockets of tls-psk/node against those of node:tls, with the very same callbacks on both sides.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import tls from "node:tls";
import * as full from "tls-psk/full/node";
import * as adapter from "tls-psk/node";
import { credentials, NAME, pem } from "../node/support/certificates.mjs";
import { HEX, LARGE, PSK, readAll } from "./support/peers.mjs";

const KEY = Buffer.from(HEX, "hex");

/** One program for both implementations; `allowBothRoles` is for this process, which plays all of them. */
const USUAL = { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256", allowBothRoles: true };
const CLIENT = {
  ...USUAL,
  host: "127.0.0.1",
  checkServerIdentity() {},
  pskCallback: (hint) => (hint === null ? { identity: PSK.identity, psk: KEY } : undefined),
};
const SERVER = { ...USUAL, pskCallback: (_socket, identity) => (identity === PSK.identity ? KEY : null) };

async function listen(t, implementation, options, listener) {
  const server = implementation.createServer({ ...SERVER, ...options }, listener);
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: server.address().port };
}

for (const [name, theirs, ours] of [
  ["Node's client and our server", tls, adapter],
  ["our client and Node's server", adapter, tls],
]) {
  test(`${name} agree on everything that both tell`, async (t) => {
    const { server, port } = await listen(t, ours, { ALPNProtocols: ["mqtt"] });
    const accepted = once(server, "secureConnection");
    const client = theirs.connect({ ...CLIENT, port, servername: "broker.example", ALPNProtocols: ["x", "mqtt"] });
    await once(client, "secureConnect");
    const [socket] = await accepted;
    const told = (side) => ({
      encrypted: side.encrypted,
      protocol: side.getProtocol(),
      cipher: side.getCipher(),
      alpn: side.alpnProtocol,
      reused: side.isSessionReused(),
      certificate: side.getPeerCertificate() ?? {},
      material: side.exportKeyingMaterial(32, "EXPORTER-test", Buffer.from("context")).toString("hex"),
    });
    const { certificate, ...rest } = told(client);
    const { certificate: none, ...other } = told(socket);
    assert.deepEqual(rest, other);
    assert.deepEqual([certificate, none], [{}, {}]);
    assert.equal(client.authorized, true);
    assert.equal(socket.servername, "broker.example");
    socket.resume();
    client.resume().end();
    await once(client, "close");
  });

  test(`${name}: megabytes there and back, and a proper end`, async (t) => {
    const { port } = await listen(t, ours, {}, (socket) => socket.pipe(socket));
    const client = theirs.connect({ ...CLIENT, port });
    client.end(LARGE);
    assert.ok(LARGE.equals(await readAll(client)));
  });

  test(`${name}: an unknown identity is an error on both sides`, async (t) => {
    const { server, port } = await listen(t, ours);
    const refused = once(server, "tlsClientError");
    const client = theirs.connect({ ...CLIENT, port, pskCallback: () => ({ identity: "stranger", psk: KEY }) });
    assert.ok((await once(client, "error"))[0].code);
    assert.ok((await refused)[0].code);
  });
}

// Certificates, in the larger build, as Node is told of them.

const { chain: cert, key } = credentials("p256");
const CERTIFIED = { minVersion: "TLSv1.3", cert, key };
const TRUSTING = { minVersion: "TLSv1.3", host: "127.0.0.1", ca: pem("root"), servername: NAME };

for (const [name, theirs, ours] of [
  ["Node's client and our server", tls, full],
  ["our client and Node's server", full, tls],
]) {
  test(`${name} and certificates of both`, async (t) => {
    const options = { ...CERTIFIED, ca: pem("root"), requestCert: true };
    const { server, port } = await listen(t, ours, { ...options, pskCallback: undefined });
    const accepted = once(server, "secureConnection");
    const shown = credentials("client");
    const client = theirs.connect({ ...TRUSTING, port, cert: shown.chain, key: shown.key });
    await once(client, "secureConnect");
    const [socket] = await accepted;
    assert.deepEqual([client.authorized, socket.authorized], [true, true]);
    assert.ok(client.getPeerCertificate().subjectaltname.includes(`DNS:${NAME}`));
    assert.ok(client.getPeerX509Certificate().checkHost(NAME));
    assert.match(socket.getPeerX509Certificate().subject, /CN=/);
    assert.equal(client.isSessionReused(), false);
    socket.resume();
    client.resume().end();
    await once(client, "close");
  });

  test(`${name}: a certificate of somebody else's authority is refused, unless nobody cares`, async (t) => {
    const { server, port } = await listen(t, ours, { ...CERTIFIED, pskCallback: undefined }, (socket) =>
      socket.resume(),
    );
    server.on("tlsClientError", () => {});
    const refusing = theirs.connect({ ...TRUSTING, port, ca: pem("other-root") });
    assert.ok((await once(refusing, "error"))[0].code);
    const careless = theirs.connect({ ...TRUSTING, port, ca: undefined, rejectUnauthorized: false });
    await once(careless, "secureConnect");
    assert.equal(careless.authorized, false);
    assert.ok(careless.authorizationError);
    careless.resume().end();
    await once(careless, "close");
  });
}

test("the smaller build refuses options about certificates", async (t) => {
  const { port } = await listen(t, tls, { ...CERTIFIED, pskCallback: undefined });
  const [error] = await once(adapter.connect({ ...TRUSTING, port }), "error");
  assert.equal(error.code, "ERR_TLS_CONFIG");
  assert.match(error.message, /tls-psk\/full/);
});
