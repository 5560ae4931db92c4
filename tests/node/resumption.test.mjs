import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "tls-psk";
import { connect, connected, psk, read, rejection, write } from "./support/endpoints.mjs";

const text = (bytes) => Buffer.from(bytes).toString();
const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);
const HOUR = 3_600_000;

/** The sessions of a first connection, whose client has read until they were there. */
async function sessionsOf(tickets = { keys: [KEY] }, options = {}) {
  const sessions = [];
  const both = { psks: [psk("device-7")], ...options };
  const { client, server } = await connected(
    { ...both, onSession: (session) => sessions.push(session) },
    { ...both, tickets },
  );
  await write(server.writable, "hello");
  await read(client.readable);
  await Promise.all([client.close(), server.close()]);
  return sessions;
}

test("a session resumes, and the server still knows who it is", async () => {
  const [session] = await sessionsOf();
  assert.equal(text(session.externalIdentity), "device-7");
  assert.equal(session.maxEarlyData, 0);
  const { client, server, clientInfo, serverInfo } = await connected(
    { psks: [], sessions: [session] },
    { psks: [], tickets: { keys: [KEY] } },
  );
  for (const info of [clientInfo, serverInfo]) {
    assert.equal(info.pskKind, "resumption");
    assert.equal(text(info.externalIdentity), "device-7");
    assert.notDeepEqual(info.pskIdentity, info.externalIdentity);
  }
  await write(client.writable, "ping");
  assert.equal(text(await read(server.readable)), "ping");
  await Promise.all([client.close(), server.close()]);
});

test("a session is plain data, which survives a copy through bytes", async () => {
  const [session] = await sessionsOf();
  const copy = structuredClone(session.bytes);
  const { clientInfo } = await connected({ psks: [], sessions: [copy] }, { psks: [], tickets: { keys: [KEY] } });
  assert.equal(clientInfo.pskKind, "resumption");
});

test("a session is used once, unless its reuse is allowed", async () => {
  const [session] = await sessionsOf();
  const server = { tickets: { keys: [KEY] } };
  await connected({ sessions: [session] }, server);
  const { client } = connect({ sessions: [session] }, server);
  assert.equal((await rejection(client.opened)).code, "ERR_TLS_PSK");
  const { clientInfo } = await connected({ sessions: [session], reuseSessions: true }, server);
  assert.equal(clientInfo.pskKind, "resumption");
});

test("a server with other keys goes on with the external PSK behind the session", async () => {
  const [session] = await sessionsOf();
  const psks = [psk("device-7")];
  const { serverInfo } = await connected({ psks, sessions: [session] }, { psks, tickets: { keys: [OTHER_KEY] } });
  assert.equal(serverInfo.pskKind, "external");
  assert.equal(serverInfo.pskIndex, 1);
});

test("keys that were rotated still open, and those of the process do without any option", async () => {
  const [session] = await sessionsOf();
  const rotated = await connected({ psks: [], sessions: [session] }, { psks: [], tickets: { keys: [OTHER_KEY, KEY] } });
  assert.equal(rotated.serverInfo.pskKind, "resumption");

  const [own] = await sessionsOf({});
  const { serverInfo } = await connected({ psks: [], sessions: [own] }, { psks: [], tickets: {} });
  assert.equal(serverInfo.pskKind, "resumption");
});

test("the count and the lifetime are as configured, by the clock that was given", async () => {
  const now = () => 1_780_000_000_000;
  const sessions = await sessionsOf({ keys: [KEY], count: 3, lifetime: 3_600 }, { now });
  assert.deepEqual(
    sessions.map(({ expiresAt }) => expiresAt - now()),
    [HOUR, HOUR, HOUR],
  );
  // The client leaves out what has expired.
  const psks = [psk("device-7")];
  const later = () => now() + HOUR + 1;
  const { clientInfo } = await connected(
    { psks, sessions, now: later },
    { psks, tickets: { keys: [KEY] }, now: later },
  );
  assert.equal(clientInfo.pskKind, "external");
  assert.equal(clientInfo.pskIndex, 0);
});

test("selectPsk sees which identities are tickets, and can choose one", async () => {
  const [session] = await sessionsOf();
  const psks = [psk("device-7")];
  const { serverInfo } = await connected(
    { psks, sessions: [session] },
    {
      tickets: { keys: [KEY] },
      selectPsk(offered) {
        assert.deepEqual(
          offered.map(({ ticket }) => ticket && text(ticket.externalIdentity)),
          ["device-7", undefined],
        );
        return offered.find(({ ticket }) => ticket);
      },
    },
  );
  assert.equal(serverInfo.pskKind, "resumption");
});

test("without an option about sessions there are none", async () => {
  const sessions = await sessionsOf({ keys: [KEY] }, { pskKinds: "external" });
  assert.deepEqual(sessions, []);
});

test("tickets alone let nobody else in", async () => {
  const { server } = connect(
    { psks: [psk("device-7")] },
    { psks: [], tickets: { keys: [KEY] }, pskKinds: "resumption" },
  );
  assert.equal((await rejection(server.opened)).code, "ERR_TLS_DECRYPT");
});

test("wrong options and bytes that are no session are refused by name", async () => {
  const refused = async (clientOptions, serverOptions, side, code) => {
    const sides = connect(clientOptions, serverOptions);
    assert.equal((await rejection(sides[side].opened)).code, code);
    // The other side waits for nobody now.
    await Promise.all([sides.client.close().catch(() => {}), sides.server.close().catch(() => {})]);
  };
  await refused({ sessions: [new Uint8Array(40)] }, {}, "client", "ERR_TLS_PSK");
  await refused({}, { tickets: { keys: [new Uint8Array(31)] } }, "server", "ERR_TLS_CONFIG");
  await refused({}, { tickets: { keys: [] } }, "server", "ERR_TLS_CONFIG");
  await refused({}, { tickets: { count: 17 } }, "server", "ERR_TLS_CONFIG");
  await refused({}, { tickets: { lifetime: 604_801 } }, "server", "ERR_TLS_CONFIG");
  await refused({}, { pskKinds: "resumption" }, "server", "ERR_TLS_PSK");
  await refused({}, { pskKinds: "some" }, "server", "ERR_TLS_CONFIG");
});

test("a session of the classes can be exported, and says what it is", async () => {
  const [{ bytes }] = await sessionsOf();
  const session = Session.fromBytes(bytes);
  assert.deepEqual(session.toBytes(), bytes);
  assert.equal(session.cipherSuite, "TLS_CHACHA20_POLY1305_SHA256");
  assert.equal(session.used, false);
  assert.ok(session.ticket.length > 32);
  session.free();
  assert.throws(() => Session.fromBytes(bytes.subarray(1)), { code: "ERR_TLS_PSK" });
});
