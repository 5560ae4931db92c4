import assert from "node:assert/strict";
import { test } from "node:test";
import { Session } from "tls-psk";
import { connect, connected, psk, read, rejection, write } from "./support/endpoints.mjs";

const text = (bytes) => Buffer.from(bytes).toString();
const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);
const HOUR = 3_600_000;
const SERVER = { psks: [psk("device-7")], tickets: { keys: [KEY] } };

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
    { psks: [psk("device-7")], tickets: { keys: [KEY] } },
  );
  for (const info of [clientInfo, serverInfo]) {
    assert.equal(info.pskKind, "resumption");
    assert.equal(text(info.externalIdentity), "device-7");
    assert.notDeepEqual(info.pskIdentity, info.externalIdentity);
    assert.equal(info.peerAuthentication, "psk");
    assert.ok(info.authenticatedAt > 0);
  }
  await write(client.writable, "ping");
  assert.equal(text(await read(server.readable)), "ping");
  await Promise.all([client.close(), server.close()]);
});

test("a session is plain data, which survives a copy through bytes", async () => {
  const [session] = await sessionsOf();
  const copy = structuredClone(session.bytes);
  const { clientInfo } = await connected({ psks: [], sessions: [copy] }, SERVER);
  assert.equal(clientInfo.pskKind, "resumption");
});

test("a session is used once, unless its reuse is allowed", async () => {
  const [session] = await sessionsOf();
  await connected({ psks: [], sessions: [session] }, SERVER);
  const { client } = connect({ psks: [], sessions: [session] }, SERVER);
  assert.equal((await rejection(client.opened)).code, "ERR_TLS_PSK");
  const { clientInfo } = await connected({ psks: [], sessions: [session], reuseSessions: true }, SERVER);
  assert.equal(clientInfo.pskKind, "resumption");
});

test("a server with other keys goes on with the external PSK behind the session", async () => {
  const [session] = await sessionsOf();
  const psks = [psk("device-7")];
  const { serverInfo } = await connected({ psks, sessions: [session] }, { psks, tickets: { keys: [OTHER_KEY] } });
  assert.equal(serverInfo.pskKind, "external");
  assert.equal(serverInfo.pskIndex, 1);
});

test("keys that were rotated still open, and those of a tickets object do where the same object is given", async () => {
  const [session] = await sessionsOf();
  const rotated = { ...SERVER, tickets: { keys: [OTHER_KEY, KEY] } };
  assert.equal((await connected({ psks: [], sessions: [session] }, rotated)).serverInfo.pskKind, "resumption");

  const tickets = {};
  const [own, other] = [...(await sessionsOf(tickets)), ...(await sessionsOf(tickets))];
  const { serverInfo } = await connected({ psks: [], sessions: [own] }, { ...SERVER, tickets });
  assert.equal(serverInfo.pskKind, "resumption");
  const { server } = connect({ psks: [], sessions: [other] }, { ...SERVER, tickets: {} });
  assert.equal((await rejection(server.opened)).code, "ERR_TLS_DECRYPT");
});

test("renewed sessions end maxSessionAge after the full handshake", async () => {
  const start = 1_780_000_000_000;
  const tickets = { keys: [KEY], lifetime: 3_600, maxSessionAge: 7_200 };
  const resumeAt = async (minutes, session, clientMinutes = minutes) => {
    const sessions = [];
    const at = (time) => () => start + time * 60_000;
    const { client, server } = connect(
      { psks: [], sessions: [session], now: at(clientMinutes), onSession: (next) => sessions.push(next) },
      { ...SERVER, tickets, now: at(minutes) },
    );
    const { pskKind, authenticatedAt } = await server.opened;
    await write(server.writable, "hello");
    await read(client.readable);
    await Promise.all([client.close(), server.close()]);
    assert.deepEqual([pskKind, authenticatedAt], ["resumption", start]);
    return sessions[0];
  };
  const [first] = await sessionsOf(tickets, { now: () => start });
  const second = await resumeAt(50, first);
  assert.equal(second.expiresAt, start + 110 * 60_000);
  const third = await resumeAt(100, second);
  assert.equal(third.expiresAt, start + 2 * HOUR);
  // A server goes by its own clock, not by that of a client which is behind.
  const { server } = connect(
    { psks: [], sessions: [third], now: () => start + HOUR },
    { ...SERVER, tickets, now: () => start + 2 * HOUR + 1 },
  );
  assert.equal((await rejection(server.opened)).code, "ERR_TLS_DECRYPT");
});

test("tickets of another context do not open", async () => {
  const [one, two] = [...(await sessionsOf()), ...(await sessionsOf())];
  const { server } = connect({ psks: [], sessions: [one] }, { ...SERVER, sessionIdContext: "elsewhere" });
  assert.equal((await rejection(server.opened)).code, "ERR_TLS_DECRYPT");
  const { serverInfo } = await connected(
    { psks: [], sessions: [two] },
    { ...SERVER, sessionIdContext: new Uint8Array() },
  );
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

test("selectPsk sees which identities are tickets, and chooses one by the PSK that it descends from", async () => {
  const [session] = await sessionsOf();
  const { serverInfo } = await connected(
    { psks: [psk("device-7")], sessions: [session] },
    {
      psks: [],
      tickets: { keys: [KEY] },
      selectPsk(offered) {
        assert.deepEqual(
          offered.map(({ ticket }) => ticket && [text(ticket.externalIdentity), ticket.authentication]),
          [["device-7", "psk"], undefined],
        );
        return psk("device-7");
      },
    },
  );
  assert.equal(serverInfo.pskKind, "resumption");
});

test("a ticket of a key that was replaced is passed over, and one of no key is no choice", async () => {
  const [one, two, three] = [...(await sessionsOf()), ...(await sessionsOf()), ...(await sessionsOf())];
  const replaced = { ...psk("device-7"), secret: new Uint8Array(32).fill(9) };
  const tickets = { keys: [KEY] };
  const inList = connect({ psks: [], sessions: [one] }, { psks: [replaced], tickets });
  assert.equal((await rejection(inList.server.opened)).code, "ERR_TLS_DECRYPT");
  const chosen = connect({ psks: [], sessions: [two] }, { psks: [], tickets, selectPsk: () => replaced });
  assert.equal((await rejection(chosen.server.opened)).code, "ERR_TLS_DECRYPT");
  const waved = connect({ psks: [], sessions: [three] }, { psks: [], tickets, selectPsk: ([offer]) => offer });
  const error = await rejection(waved.server.opened);
  assert.equal(error.code, "ERR_TLS_SELECTION");
  assert.match(error.message, /select the PSK itself/);
});

test("the trace says why a session is not offered", async () => {
  const [session] = await sessionsOf();
  const reasons = [];
  const { clientInfo } = await connected(
    {
      psks: [psk("device-7")],
      sessions: [session],
      serverName: "other.example",
      onTrace: (event) => event.type === "sessionRefused" && reasons.push([event.index, event.reason]),
    },
    SERVER,
  );
  assert.equal(clientInfo.pskKind, "external");
  assert.deepEqual(reasons, [[0, "the session is for another server name"]]);
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
  await refused({}, { tickets: { maxSessionAge: 604_801 } }, "server", "ERR_TLS_CONFIG");
  // Tickets for early data that no server would take.
  await refused({}, { tickets: { maxEarlyData: 1 } }, "server", "ERR_TLS_CONFIG");
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
