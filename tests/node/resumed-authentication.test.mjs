// A ticket is worth no more than the handshake that it comes from, through the streams and the Node adapter.
// tests/api/resumed_authentication.rs has the same tests for the core.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { acceptTls, MemoryReplayStore, singleUse, startTls } from "tls-psk/full";
import * as full from "tls-psk/full/node";
import { credentials, NAME, NOW, pem } from "./support/certificates.mjs";
import { pair } from "./support/duplexes.mjs";
import { pipe, psk, read, rejection, write } from "./support/streams.mjs";

const now = () => NOW;
const KEY = new Uint8Array(32).fill(1);
const BOTH = { allowBothRoles: true, now };
const CERTIFIED = { ...BOTH, certificates: [credentials("p256")] };
const TRUSTING = { ...BOTH, serverName: NAME, ca: pem("root") };

function meet(clientOptions, serverOptions) {
  const [clientEnd, serverEnd] = pipe();
  return { client: startTls(clientEnd, clientOptions), server: acceptTls(serverEnd, serverOptions) };
}

/** A session of a first connection. */
async function sessionOf(clientOptions, serverOptions) {
  const sessions = [];
  const onSession = (session) => sessions.push(session);
  const { client, server } = meet({ ...clientOptions, onSession }, serverOptions);
  await write(server.writable, "hello");
  await read(client.readable);
  await Promise.all([client.close(), server.close()]);
  assert.equal(sessions.length, 1);
  return sessions[0];
}

/** What becomes of a client that offers the session. */
async function resumed(session, clientOptions, serverOptions) {
  const { client, server } = meet({ ...clientOptions, sessions: [session] }, serverOptions);
  const [, opened] = await Promise.allSettled([client.opened, server.opened]);
  await Promise.allSettled([client.close(), server.close()]);
  return opened.value;
}

for (const [keys, tickets] of [
  ["default keys", () => ({})],
  ["shared keys", () => ({ keys: [KEY] })],
]) {
  test(`${keys}: a stranger's ticket of a certificate server opens no PSK-only server`, async () => {
    const serverOfAll = { ...CERTIFIED, tickets: tickets() };
    const byList = { ...BOTH, psks: [psk("device-1")], tickets: tickets() };
    const byApplication = { ...BOTH, tickets: tickets(), selectPsk: ([offer]) => offer };
    for (const target of [byList, byApplication]) {
      const session = await sessionOf(TRUSTING, serverOfAll);
      assert.equal(await resumed(session, TRUSTING, target), undefined);
    }
  });

  test(`${keys}: a ticket of a client without a certificate opens no server that asks for one`, async () => {
    const session = await sessionOf(TRUSTING, { ...CERTIFIED, tickets: tickets() });
    const asking = { ...CERTIFIED, tickets: tickets(), requestCertificate: { ca: pem("root") } };
    assert.equal(await resumed(session, TRUSTING, asking), undefined);
  });

  test(`${keys}: one tenant's device is not another tenant's`, async () => {
    const [mine, theirs] = [1, 2].map((fill) => ({ identity: "device-1", secret: new Uint8Array(32).fill(fill) }));
    const session = await sessionOf({ ...BOTH, psks: [mine] }, { ...BOTH, psks: [mine], tickets: tickets() });
    const lookUp = ([{ ticket }]) => ticket?.externalIdentity && theirs;
    for (const tenant of [{ psks: [theirs] }, { selectPsk: lookUp }]) {
      const copy = structuredClone(session.bytes);
      assert.equal(
        await resumed(copy, { ...BOTH, psks: [mine] }, { ...BOTH, tickets: tickets(), ...tenant }),
        undefined,
      );
    }
  });
}

test("an early flight is accepted where its copies are known, and nowhere else", async () => {
  const psks = [psk("device-1")];
  const tickets = { keys: [KEY], maxEarlyData: 1000 };
  const store = new MemoryReplayStore({ coldStart: "accept", now });
  const here = { ...BOTH, psks, tickets, acceptEarlyData: singleUse(store) };
  // The same store, by another function of it.
  const beside = { ...here, acceptEarlyData: singleUse(store) };
  const elsewhere = { ...here, acceptEarlyData: singleUse(new MemoryReplayStore({ coldStart: "accept", now })) };
  const client = { ...BOTH, psks, earlyData: new Uint8Array(10) };
  for (const [server, outcome] of [
    [here, "accepted"],
    [beside, "accepted"],
    [elsewhere, "rejected"],
  ]) {
    const session = await sessionOf({ ...BOTH, psks }, here);
    const opened = await resumed(session, client, server);
    assert.deepEqual([opened.pskKind, opened.earlyData], ["resumption", outcome]);
  }
  // Servers in several processes name the store that they share.
  const named = (scope) => ({ ...here, tickets: { ...tickets, replayScope: scope }, acceptEarlyData: () => true });
  const session = await sessionOf({ ...BOTH, psks }, named("redis"));
  assert.equal((await resumed(structuredClone(session.bytes), client, named("redis"))).earlyData, "accepted");
  assert.equal((await resumed(structuredClone(session.bytes), client, named("other"))).earlyData, "rejected");
});

test("a resumed connection says how its peer was authenticated", async () => {
  const server = { ...CERTIFIED, tickets: { keys: [KEY] }, requestCertificate: { ca: pem("root"), required: false } };
  for (const [client, authentication] of [
    [TRUSTING, "none"],
    [{ ...TRUSTING, certificate: credentials("client") }, "ca"],
  ]) {
    const session = await sessionOf(client, server);
    const { client: ours, server: theirs } = meet({ ...client, sessions: [session] }, server);
    const [ofServer, ofClient] = await Promise.all([ours.opened, theirs.opened]);
    assert.equal(ofClient.pskKind, "resumption");
    assert.equal(ofClient.peerAuthentication, authentication);
    assert.equal(ofClient.peerCertificates?.length > 0, authentication === "ca");
    assert.equal(ofServer.peerAuthentication, "ca");
    assert.equal(ofServer.peerCertificates.length, 2);
    assert.equal(ofServer.authenticatedAt, NOW);
    await Promise.all([ours.close(), theirs.close()]);
  }
});

test("a function that accepts certificates is asked again where another one accepted them", async () => {
  const server = { ...CERTIFIED, tickets: { keys: [KEY] } };
  let asked = 0;
  const judge = (verdict) => () => {
    asked += 1;
    return verdict;
  };
  const [lax, pinned, refusing] = [judge(true), judge(true), judge(false)];
  const client = (verifyCertificate) => ({ ...BOTH, serverName: NAME, verifyCertificate });
  const { bytes } = await sessionOf(client(lax), server);
  for (const [verify, count, resumes] of [
    [lax, 0, true],
    [pinned, 1, true],
    [refusing, 1, false],
  ]) {
    asked = 0;
    const opened = await resumed(structuredClone(bytes), client(verify), server);
    assert.deepEqual([asked, opened?.pskKind === "resumption"], [count, resumes]);
  }
});

/** A connection of the Node adapter, and both its sockets. */
async function connectNode(t, clientOptions, serverOptions) {
  const [clientEnd, serverEnd] = pair();
  const server = new full.TLSSocket(serverEnd, { ...BOTH, ...serverOptions, isServer: true });
  const client = new full.TLSSocket(clientEnd, { ...BOTH, ...clientOptions });
  t.after(() => [client.destroy(), server.destroy()]);
  server.on("error", () => {});
  const session = once(client, "session").catch(() => []);
  const [outcome] = await Promise.all([
    new Promise((resolve) => client.once("secureConnect", () => resolve()).once("error", resolve)),
    new Promise((resolve) => server.once("secure", resolve).once("close", resolve)),
  ]);
  client.on("error", () => {});
  if (outcome === undefined && serverOptions.tickets) {
    server.write("x");
    client.resume();
  }
  return { client, server, session, error: outcome };
}

const SERVED = { cert: pem("p256.chain"), key: pem("p256.key"), tickets: { keys: [KEY] } };

test("TLSSocket.authorized is what was proved, on a server after a resumption", async (t) => {
  const options = { ...SERVED, requestCert: true, rejectUnauthorized: false, ca: pem("root") };
  const client = { servername: NAME, ca: pem("root") };
  for (const [shown, authorized] of [
    [{}, false],
    [{ cert: pem("client.chain"), key: pem("client.key") }, true],
  ]) {
    const first = await connectNode(t, { ...client, ...shown }, options);
    assert.equal(first.server.authorized, authorized);
    const [session] = await first.session;
    const again = await connectNode(t, { ...client, ...shown, session }, options);
    assert.equal(again.server.negotiated.pskKind, "resumption");
    assert.equal(again.server.authorized, authorized);
    assert.equal(again.server.authorizationError === null, authorized);
    assert.equal("subject" in again.server.getPeerCertificate(), authorized);
  }
});

test("TLSSocket.authorized is what was proved, on a client after a lax connection to an impostor", async (t) => {
  const impostor = { cert: pem("other-name.chain"), key: pem("other-name.key"), tickets: { keys: [KEY] } };
  const lax = { servername: NAME, ca: pem("root"), rejectUnauthorized: false };
  const first = await connectNode(t, lax, impostor);
  assert.equal(first.client.authorized, false);
  const [session] = await first.session;
  const again = await connectNode(t, { ...lax, session }, impostor);
  assert.equal(again.client.negotiated.pskKind, "resumption");
  assert.deepEqual([again.client.authorized, again.client.authorizationError], [false, "ERR_TLS_CERT_ALTNAME_INVALID"]);
  const copy = Buffer.from(session);
  const strict = await connectNode(t, { servername: NAME, ca: pem("root"), session: copy }, impostor);
  assert.equal(strict.error?.code, "ERR_TLS_CERTIFICATE");
});

test("pskCallback gets the identity of a session's PSK, whose key is compared", async (t) => {
  const lookUp = (fill) => (_socket, identity) => (identity === "device-1" ? Buffer.alloc(32, fill) : null);
  const client = { pskCallback: () => ({ identity: "device-1", psk: Buffer.alloc(32, 1) }) };
  const tickets = { keys: [KEY] };
  const first = await connectNode(t, client, { pskCallback: lookUp(1), tickets });
  const [session] = await first.session;
  const again = await connectNode(t, { ...client, session }, { pskCallback: lookUp(1), tickets });
  assert.equal(again.server.negotiated.pskKind, "resumption");
  assert.equal(again.server.authorized, true);
  const [next] = await again.session;
  const replaced = await connectNode(t, { ...client, session: next }, { pskCallback: lookUp(2), tickets });
  assert.equal(replaced.error?.alert, "decrypt_error");
});

test("what is kept for tickets ends with its options object", async () => {
  const server = { ...BOTH, psks: [psk("device-1")], tickets: {} };
  const session = await sessionOf({ ...BOTH, psks: [psk("device-1")] }, server);
  const { client, server: accepted } = meet({ ...BOTH, psks: [], sessions: [session] }, { ...server, tickets: {} });
  assert.equal((await rejection(accepted.opened)).code, "ERR_TLS_DECRYPT");
  await rejection(client.opened);
});
