import assert from "node:assert/strict";
import { test } from "node:test";
import * as build from "tls-psk/full";
import { credentials, ders, NAME, path, pem } from "../node/support/certificates.mjs";
import { assertFull, assertPsk, client } from "./support/certificates.mjs";
import { echoAndEnd, PSK, psk, rejection } from "./support/peers.mjs";
import { acceptS2nClient, startS2nServer } from "./support/s2n.mjs";

/** It has no Ed25519. */
const KEYS = ["p256", "p384", "rsa"];

const shows = (name) => ["--cert", path(`${name}.chain`), path(`${name}.key`)];
const TRUSTS = ["--ca", path("root")];
const VERIFIES = [...TRUSTS, "--name", NAME];

/** An s2n-tls client that knows the root, and our server, which has a certificate and no PSK. */
const accept = (t, psks, ours, theirs = []) =>
  acceptS2nClient(t, psks, { build, psks: [], certificates: [credentials("p256")], ...ours }, [...VERIFIES, ...theirs]);

/** Both sides agree, data goes there and back, and the end is orderly. */
async function converse(peer, socket) {
  const exported = socket.exportKeyingMaterial("EXPORTER-test", Buffer.from("context"), 42);
  await peer.printed(new RegExp(`^exported: ${Buffer.from(exported).toString("hex")}$`, "m"));
  await echoAndEnd(peer, socket);
}

/** The peer has seen this certificate of ours. */
const saw = (peer, name) => peer.printed(new RegExp(`^peer: ${ders(name)[0].toString("hex")}$`, "m"));

// Our client, their server.

for (const name of KEYS) {
  test(`the client verifies the certificate of s2n-tls: ${name}`, async (t) => {
    const peer = await startS2nServer(t, [], shows(name));
    const socket = await client(t, peer.port);
    assertFull(await socket.opened, name);
    await converse(peer, socket);
  });
}

test("the client offers a PSK that s2n-tls knows, and gets no certificate", async (t) => {
  const peer = await startS2nServer(t, [PSK], shows("p256"));
  const socket = await client(t, peer.port, { psks: [PSK] });
  assertPsk(await socket.opened, PSK);
  await converse(peer, socket);
});

test("the client offers a PSK that s2n-tls does not know, and gets its certificate", async (t) => {
  const peer = await startS2nServer(t, [PSK], shows("p256"));
  const socket = await client(t, peer.port, { psks: [psk("stranger")] });
  assertFull(await socket.opened, "p256");
  await converse(peer, socket);
});

test("the client shows s2n-tls its certificate", async (t) => {
  const peer = await startS2nServer(t, [], [...shows("p384"), ...TRUSTS]);
  const socket = await client(t, peer.port, { certificate: credentials("client") });
  assertFull(await socket.opened, "p384");
  await saw(peer, "client");
  await converse(peer, socket);
});

test("s2n-tls refuses a client without a certificate, and one of another authority", async (t) => {
  for (const [ca, certificate] of [
    ["root", undefined],
    ["other-root", credentials("client")],
  ]) {
    const peer = await startS2nServer(t, [], [...shows("p256"), "--ca", path(ca)]);
    const socket = await client(t, peer.port, certificate && { certificate });
    await rejection(socket.closed);
    assert.equal(await peer.ended, 1);
  }
});

test("s2n-tls is told why its certificate is refused", async (t) => {
  for (const [name, options, alert] of [
    ["other-name", {}, 42],
    ["expired", {}, 45],
    ["p256", { ca: pem("other-root") }, 48],
  ]) {
    const peer = await startS2nServer(t, [], shows(name));
    const socket = await client(t, peer.port, options);
    assert.equal((await rejection(socket.opened)).code, "ERR_TLS_CERTIFICATE");
    assert.equal(await peer.ended, 1);
    assert.match(peer.stderr, new RegExp(`received the alert ${alert}$`, "m"));
  }
});

// Their client, our server.

for (const name of KEYS) {
  test(`s2n-tls verifies the server's certificate: ${name}`, async (t) => {
    const { client: peer, socket } = await accept(t, [], { certificates: [credentials(name)] });
    assertFull(await socket.opened);
    await saw(peer, name);
    await converse(peer, socket);
  });
}

test("s2n-tls with a PSK gets no certificate from a server that knows it, and one from a server that does not", async (t) => {
  const known = await accept(t, [PSK], { psks: [PSK] });
  assertPsk(await known.socket.opened, PSK);
  await converse(known.client, known.socket);
  for (const ours of [{ psks: [psk("stranger")] }, { selectPsk: () => null }]) {
    const { client: peer, socket } = await accept(t, [PSK], ours);
    assertFull(await socket.opened);
    await saw(peer, "p256");
    await converse(peer, socket);
  }
});

test("s2n-tls shows its certificate, and is refused with one of another authority", async (t) => {
  const theirs = shows("client");
  const { client: peer, socket } = await accept(t, [], { requestCertificate: { ca: pem("root") } }, theirs);
  assertFull(await socket.opened, "client");
  await converse(peer, socket);
  const refused = await accept(t, [], { requestCertificate: { ca: pem("other-root") } }, theirs);
  const error = await rejection(refused.socket.opened);
  assert.deepEqual([error.code, error.alert], ["ERR_TLS_CERTIFICATE", "unknown_ca"]);
});

test("s2n-tls refuses a certificate of another name", async (t) => {
  const { client: peer, socket } = await accept(t, [], { certificates: [credentials("other-name")] });
  await rejection(socket.opened);
  assert.equal(await peer.ended, 1);
  assert.match(peer.stderr, /[Cc]ertificate/);
});
