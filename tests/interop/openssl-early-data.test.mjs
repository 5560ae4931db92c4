import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { MemoryReplayStore, singleUse } from "tls-psk";
import { acceptSClient, pskSession, startSServer } from "./support/openssl.mjs";
import {
  collectKeyLog,
  echo,
  keyLogLines,
  LARGE,
  ourClient,
  PSK,
  readAll,
  readExactly,
  rejection,
  temporaryFile,
  watchMessages,
  write,
} from "./support/peers.mjs";

const CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256";
const AES_128 = "TLS_AES_128_GCM_SHA256";
const AES_256 = "TLS_AES_256_GCM_SHA384";

const MAX = 1_000;
const EARLY = "switch the light on\n";
const KEYS = [new Uint8Array(32).fill(1)];
/** How our server makes sessions that take early data. */
const TICKETS = { keys: KEYS, maxEarlyData: MAX, replayScope: "these tests" };

/** How s_server does. It reads early data only if told to. */
const ADVERTISED = ["-max_early_data", String(MAX)];
const READING = ["-early_data", ...ADVERTISED];
/** Its protection against copies forgets a session at the first ClientHello, so that the second one finds none. */
const RETRYING = [...READING, "-no_anti_replay", "-groups", "P-256"];

/** The PSK of all tests with early data, for us, and the file that says the same to OpenSSL. */
function earlyPsk(t, { cipherSuite = CHACHA20, maxSize = MAX, alpn, hmac = "SHA-256" } = {}) {
  const file = pskSession(t, { secret: PSK.secret, cipherSuite, maxEarlyData: maxSize, alpn });
  return { psk: { ...PSK, hmac, earlyData: { maxSize, cipherSuite, alpn } }, file };
}

/** What a client that sent early data and s_server have to say to each other, and their end. */
async function converse(client, server) {
  await write(client.writable, "and this is late\n");
  await server.printed(/^and this is late$/m);
  server.write("so is this\n");
  assert.equal(String(await readExactly(client.readable, 11)), "so is this\n");
  await client.close();
}

/** The session of a first conversation with s_server, which waits for a second. */
async function sessionOf(t, server, options) {
  const sessions = [];
  const client = await ourClient(t, server.port, { ...options, onSession: (session) => sessions.push(session) });
  server.write("hello\n");
  await readExactly(client.readable, 6);
  await client.close();
  assert.equal(sessions[0].maxEarlyData, MAX);
  return sessions[0];
}

/** The lines of a key log, without those that OpenSSL adds after a KeyUpdate and the format has no label for. */
const firstSecrets = (text) => keyLogLines(text).filter((line) => !line.includes("TRAFFIC_SECRET_N "));

// Our client, their server.

for (const { what, theirs = [], ours = {}, accepted } of [
  { what: "accepted", theirs: READING, accepted: true },
  {
    what: "accepted, with psk_ke",
    theirs: [...READING, "-allow_no_dhe_kex"],
    ours: { modes: ["psk_ke"] },
    accepted: true,
  },
  { what: "accepted, with AES-128-GCM", theirs: READING, ours: { cipherSuites: [AES_128] }, accepted: true },
  { what: "rejected, by a server that does not read it", theirs: ADVERTISED, accepted: false },
  { what: "rejected, by a HelloRetryRequest", theirs: RETRYING, accepted: false },
]) {
  test(`early data of a session from the client to s_server: ${what}`, async (t) => {
    const server = await startSServer(t, ["-naccept", "2", ...theirs]);
    const session = await sessionOf(t, server, ours);
    const client = await ourClient(t, server.port, {
      ...ours,
      psks: [],
      sessions: [session],
      earlyData: Buffer.from(EARLY),
    });
    const info = await client.opened;
    assert.equal(info.pskKind, "resumption");
    assert.equal(info.earlyData, accepted ? "accepted" : "rejected");
    await converse(client, server);
    assert.equal(await server.ended, 0, server.stderr);
    assert.equal(`${server.stdout}${server.stderr}`.includes(EARLY), accepted);
  });
}

for (const { what, theirs = READING, ours = {}, psk, accepted } of [
  { what: "accepted", accepted: true },
  {
    what: "accepted, with AES-128-GCM",
    ours: { cipherSuites: [AES_128] },
    psk: { cipherSuite: AES_128 },
    accepted: true,
  },
  { what: "accepted, with SHA-384", psk: { cipherSuite: AES_256, hmac: "SHA-384" }, accepted: true },
  {
    what: "accepted, with the protocol that was agreed on",
    theirs: [...READING, "-alpn", "mqtt"],
    ours: { alpn: ["mqtt", "http/1.1"] },
    psk: { alpn: "mqtt" },
    accepted: true,
  },
  {
    what: "rejected, for another protocol",
    theirs: [...READING, "-alpn", "http/1.1"],
    ours: { alpn: ["mqtt", "http/1.1"] },
    psk: { alpn: "mqtt" },
    accepted: false,
  },
  { what: "rejected, by a server that does not read it", theirs: ADVERTISED, accepted: false },
  { what: "rejected, by a HelloRetryRequest", theirs: RETRYING, accepted: false },
]) {
  test(`early data of an external PSK from the client to s_server: ${what}`, async (t) => {
    const { psk: own, file } = earlyPsk(t, psk);
    const server = await startSServer(t, ["-psk_session", file, ...theirs]);
    const client = await ourClient(t, server.port, { ...ours, psks: [own], earlyData: Buffer.from(EARLY) });
    const info = await client.opened;
    assert.equal(info.pskKind, "external");
    assert.equal(info.earlyData, accepted ? "accepted" : "rejected");
    await converse(client, server);
    assert.equal(await server.ended, 0, server.stderr);
    assert.equal(`${server.stdout}${server.stderr}`.includes(EARLY), accepted);
  });
}

test("the client refuses an s_server that takes early data of another suite than its own", async (t) => {
  const { psk, file } = earlyPsk(t);
  const server = await startSServer(t, ["-psk_session", file, "-ciphersuites", AES_128, ...READING]);
  const client = await ourClient(t, server.port, { psks: [psk], earlyData: Buffer.from(EARLY) });
  const { alert, alertDirection } = await rejection(client.opened);
  assert.deepEqual({ alert, alertDirection }, { alert: "illegal_parameter", alertDirection: "sent" });
});

test("early data of many records reaches s_server whole, and is skipped by one that does not read it", async (t) => {
  const maxSize = 100_000;
  for (const accepted of [true, false]) {
    const { psk, file } = earlyPsk(t, { maxSize });
    // The second limit counts what protects the data as well.
    const limits = ["-max_early_data", String(maxSize), "-recv_max_early_data", String(2 * maxSize)];
    const theirs = [...limits, ...(accepted ? ["-early_data"] : [])];
    const server = await startSServer(t, ["-psk_session", file, ...theirs]);
    const earlyData = LARGE.subarray(0, maxSize);
    const client = await ourClient(t, server.port, { psks: [psk], earlyData });
    assert.equal((await client.opened).earlyData, accepted ? "accepted" : "rejected");
    await converse(client, server);
    assert.equal(await server.ended, 0, server.stderr);
    // Its heading has a buffer, which the data may overtake.
    assert.equal(server.stdout.replace("Early data received:\n", "").includes(String(earlyData)), accepted);
  }
});

test("a copy of what a session was used for is refused by s_server", async (t) => {
  const server = await startSServer(t, ["-naccept", "3", ...READING]);
  const session = await sessionOf(t, server);
  const options = { sessions: [session], reuseSessions: true, earlyData: Buffer.from(EARLY) };
  const outcomes = [];
  for (let time = 0; time < 2; time++) {
    const client = await ourClient(t, server.port, options);
    const { pskKind, earlyData } = await client.opened;
    outcomes.push({ pskKind, earlyData });
    server.write("hello\n");
    await readExactly(client.readable, 6);
    await client.close();
  }
  // It forgets a session that was used, and goes on with the PSK behind it.
  assert.deepEqual(outcomes, [
    { pskKind: "resumption", earlyData: "accepted" },
    { pskKind: "external", earlyData: "rejected" },
  ]);
  assert.equal(await server.ended, 0, server.stderr);
});

test("the client and s_server log the same secrets of early data, and change their keys after it", async (t) => {
  const log = temporaryFile(t);
  const { psk, file } = earlyPsk(t);
  const server = await startSServer(t, ["-psk_session", file, "-keylogfile", log, ...READING]);
  const ours = collectKeyLog();
  const messages = watchMessages();
  const client = await ourClient(t, server.port, {
    psks: [psk],
    earlyData: Buffer.from(EARLY),
    onKeylog: ours.onKeylog,
    onTrace: messages.onTrace,
  });
  await client.opened;
  await client.updateKeys({ requestPeer: true });
  await converse(client, server);
  await messages.seen("sent end_of_early_data");
  await messages.seen("received key_update");
  assert.equal(await server.ended, 0, server.stderr);
  for (const label of ["CLIENT_EARLY_TRAFFIC_SECRET", "EARLY_EXPORTER_SECRET"])
    assert.match(ours.text, new RegExp(label));
  assert.deepEqual(keyLogLines(ours.text), firstSecrets(readFileSync(log, "utf8")));
});

// Their client, our server.

/** A file with early data. */
function earlyFile(t, data = EARLY) {
  const file = temporaryFile(t);
  writeFileSync(file, data);
  return file;
}

/** The file in which a first conversation with our server has left s_client a session. */
async function clientSession(t, { theirs = [], ours } = {}) {
  const file = temporaryFile(t);
  const { client, socket } = await acceptSClient(t, {
    theirs: ["-sess_out", file, ...theirs],
    ours: { tickets: TICKETS, ...ours },
  });
  await serve({ client, socket });
  return file;
}

/** A conversation after early data, to its end. */
async function serve({ client, socket }) {
  const echoed = echo(socket);
  client.write("and this is late\n");
  await client.printed(/^and this is late$/m);
  assert.equal(await client.finish(), 0, client.stderr);
  await Promise.all([echoed, socket.closed]);
}

async function assertOutcome({ client, socket }, expected, early = EARLY) {
  assert.equal((await socket.opened).earlyData, expected);
  assert.equal(String(await readAll(socket.earlyData)), expected === "accepted" ? early : "");
  await serve({ client, socket });
  assert.match(client.stdout, new RegExp(`^Early data was ${expected}$`, "m"));
}

for (const { what, theirs = [], ours, expected } of [
  { what: "accepted", ours: { acceptEarlyData: () => true }, expected: "accepted" },
  {
    what: "accepted, by a store",
    ours: { acceptEarlyData: singleUse(new MemoryReplayStore({ coldStart: "accept" })) },
    expected: "accepted",
  },
  {
    what: "accepted, with psk_ke",
    theirs: ["-allow_no_dhe_kex"],
    ours: { acceptEarlyData: () => true, modes: ["psk_ke"] },
    expected: "accepted",
  },
  { what: "rejected, by the decision", ours: { acceptEarlyData: () => false }, expected: "rejected" },
  { what: "rejected, by a server without one", ours: {}, expected: "rejected" },
  {
    what: "rejected, by a HelloRetryRequest",
    ours: { acceptEarlyData: () => true, groups: ["secp256r1"] },
    expected: "rejected",
  },
  {
    what: "rejected, for a ticket that is older than it says",
    ours: { acceptEarlyData: () => true, now: () => Date.now() + 60_000 },
    expected: "rejected",
  },
]) {
  test(`early data of a session from s_client to the server: ${what}`, async (t) => {
    const { acceptEarlyData: _, now: __, ...first } = ours;
    const file = await clientSession(t, { theirs, ours: first });
    const args = ["-sess_in", file, "-early_data", earlyFile(t), ...theirs];
    const met = await acceptSClient(t, { theirs: args, ours: { tickets: TICKETS, ...ours } });
    await assertOutcome(met, expected);
    assert.equal((await met.socket.opened).pskKind, "resumption");
  });
}

for (const { what, theirs = [], ours = {}, psk, expected = "accepted" } of [
  { what: "accepted" },
  { what: "accepted, with AES-128-GCM", psk: { cipherSuite: AES_128 }, ours: { cipherSuites: [AES_128] } },
  { what: "accepted, with SHA-384", psk: { cipherSuite: AES_256, hmac: "SHA-384" } },
  {
    what: "accepted, with the protocol that was agreed on",
    theirs: ["-alpn", "http/1.1,mqtt"],
    ours: { alpn: ["mqtt", "http/1.1"] },
    psk: { alpn: "mqtt" },
  },
  {
    what: "rejected, for another protocol",
    theirs: ["-alpn", "http/1.1,mqtt"],
    ours: { alpn: ["http/1.1", "mqtt"] },
    psk: { alpn: "mqtt" },
    expected: "rejected",
  },
  { what: "rejected, for another suite", ours: { cipherSuites: [AES_128] }, expected: "rejected" },
  { what: "rejected, by the decision", ours: { acceptEarlyData: () => false }, expected: "rejected" },
]) {
  test(`early data of an external PSK from s_client to the server: ${what}`, async (t) => {
    const { psk: own, file } = earlyPsk(t, psk);
    const args = ["-psk_session", file, "-early_data", earlyFile(t), ...theirs];
    const met = await acceptSClient(t, { theirs: args, ours: { psks: [own], acceptEarlyData: () => true, ...ours } });
    await assertOutcome(met, expected);
    assert.equal((await met.socket.opened).pskKind, "external");
  });
}

test("early data of many records comes from s_client whole, and as many are skipped", async (t) => {
  const maxSize = 100_000;
  const early = String(LARGE.subarray(0, maxSize));
  for (const expected of ["accepted", "rejected"]) {
    const { psk, file } = earlyPsk(t, { maxSize });
    const theirs = ["-psk_session", file, "-early_data", earlyFile(t, early)];
    const acceptEarlyData = () => expected === "accepted";
    const met = await acceptSClient(t, { theirs, ours: { psks: [psk], acceptEarlyData } });
    await assertOutcome(met, expected, early);
  }
});

test("an s_client that sends more early data than the server allows is refused", async (t) => {
  const { file } = earlyPsk(t, { maxSize: MAX + 1 });
  const { psk } = earlyPsk(t, { maxSize: MAX });
  const theirs = ["-psk_session", file, "-early_data", earlyFile(t, LARGE.subarray(0, MAX + 1))];
  const { client, socket } = await acceptSClient(t, { theirs, ours: { psks: [psk], acceptEarlyData: () => true } });
  const { alert, alertDirection } = await rejection(socket.opened);
  assert.deepEqual({ alert, alertDirection }, { alert: "unexpected_message", alertDirection: "sent" });
  assert.equal(await client.ended, 1);
});

test("s_client and the server log the same secrets of early data, and change their keys after it", async (t) => {
  const log = temporaryFile(t);
  const { psk, file } = earlyPsk(t);
  const ours = collectKeyLog();
  const messages = watchMessages();
  const met = await acceptSClient(t, {
    theirs: ["-psk_session", file, "-early_data", earlyFile(t), "-keylogfile", log],
    ours: { psks: [psk], acceptEarlyData: () => true, onKeylog: ours.onKeylog, onTrace: messages.onTrace },
  });
  await met.socket.opened;
  await met.socket.updateKeys({ requestPeer: true });
  await assertOutcome(met, "accepted");
  await messages.seen("received end_of_early_data");
  await messages.seen("received key_update");
  for (const label of ["CLIENT_EARLY_TRAFFIC_SECRET", "EARLY_EXPORTER_SECRET"])
    assert.match(ours.text, new RegExp(label));
  assert.deepEqual(keyLogLines(ours.text), firstSecrets(readFileSync(log, "utf8")));
});
