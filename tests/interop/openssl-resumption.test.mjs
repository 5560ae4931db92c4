import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptSClient, pskSession, REVERSE, startSServer } from "./support/openssl.mjs";
import { echo, HEX, ourClient, PSK, psk, readExactly, rejection, temporaryFile, write } from "./support/peers.mjs";

const CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256";
const AES_128 = "TLS_AES_128_GCM_SHA256";
const AES_256 = "TLS_AES_256_GCM_SHA384";
const HOUR = 3_600_000;

const KEYS = [new Uint8Array(32).fill(1)];
const OTHER_KEYS = [new Uint8Array(32).fill(2)];

/** A PSK for SHA-384, which OpenSSL takes from a file only. */
const PSK_384 = { ...PSK, hmac: "SHA-384" };
const fileFor384 = (t) => pskSession(t, { secret: PSK.secret, cipherSuite: AES_256 });

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const text = (bytes) => bytes && String(Buffer.from(bytes));

function assertNegotiated(info, expected) {
  const { pskKind, externalIdentity, pskIndex, pskMode, cipherSuite, helloRetryRequest } = info;
  assert.deepEqual(
    { pskKind, externalIdentity: text(externalIdentity), pskIndex, pskMode, cipherSuite, helloRetryRequest },
    {
      pskKind: "resumption",
      externalIdentity: PSK.identity,
      pskIndex: 0,
      pskMode: "psk_dhe_ke",
      cipherSuite: CHACHA20,
      helloRetryRequest: false,
      ...expected,
    },
  );
}

/** A conversation of our client with an s_server that answers in reverse: what was negotiated, and the tickets. */
async function converse(t, server, options) {
  const sessions = [];
  const client = await ourClient(t, server.port, { ...options, onSession: (session) => sessions.push(session) });
  await write(client.writable, "hello\n");
  assert.equal(String(await readExactly(client.readable, 6)), "olleh\n");
  const info = await client.opened;
  await client.close();
  return { info, sessions };
}

/** A conversation of s_client, with some arguments, and our server, with some options, that echoes. */
async function serve(t, { theirs, ours }) {
  const { client, socket } = await acceptSClient(t, { theirs, ours });
  const echoed = echo(socket);
  client.write("hello\n");
  // It prints tickets by another buffer, so that data may come in the middle of a line of theirs.
  await client.printed(/hello$/m);
  assert.equal(await client.finish(), 0, client.stderr);
  await Promise.all([echoed, socket.closed]);
  return { client, info: await socket.opened };
}

/** The file in which a first conversation has left s_client a session. */
async function clientSession(t, { theirs = [], ours } = {}) {
  const file = temporaryFile(t);
  await serve(t, { theirs: ["-sess_out", file, ...theirs], ours: { tickets: { keys: KEYS }, ...ours } });
  return file;
}

// Our client, their server.

for (const { what, theirs = [], file384 = false, ours = {}, expected } of [
  { what: "psk_dhe_ke" },
  { what: "AES-128-GCM", ours: { cipherSuites: [AES_128] }, expected: { cipherSuite: AES_128 } },
  { what: "SHA-384", file384: true, ours: { psks: [PSK_384] }, expected: { cipherSuite: AES_256 } },
  {
    what: "psk_ke",
    theirs: ["-allow_no_dhe_kex"],
    ours: { modes: ["psk_ke"] },
    expected: { pskMode: "psk_ke" },
  },
  { what: "a HelloRetryRequest", theirs: ["-groups", "P-256"], expected: { helloRetryRequest: true } },
  {
    what: "a HelloRetryRequest with SHA-384",
    theirs: ["-groups", "P-256"],
    file384: true,
    ours: { psks: [PSK_384] },
    expected: { helloRetryRequest: true, cipherSuite: AES_256 },
  },
  { what: "a server that keeps the sessions and sends their numbers", theirs: ["-no_ticket"] },
]) {
  test(`the client resumes a session of s_server, and the one that comes of that: ${what}`, async (t) => {
    const key = file384 ? ["-psk_session", fileFor384(t)] : [];
    const server = await startSServer(t, [REVERSE, "-naccept", "3", ...key, ...theirs]);
    let { info, sessions } = await converse(t, server, ours);
    assert.equal(info.pskKind, "external");
    for (let again = 0; again < 2; again++) {
      // OpenSSL counts a PSK as a resumption, after which it issues one ticket whatever -num_tickets says.
      assert.equal(sessions.length, 1);
      assert.equal(text(sessions[0].externalIdentity), PSK.identity);
      ({ info, sessions } = await converse(t, server, { ...ours, psks: [], sessions }));
      assertNegotiated(info, expected);
    }
    assert.equal(await server.ended, 0, server.stderr);
  });
}

test("an s_server that does not know the session goes on with the PSK behind it", async (t) => {
  const server = await startSServer(t, [REVERSE]);
  const { sessions } = await converse(t, server);
  const stranger = await startSServer(t, [REVERSE]);
  const { info } = await converse(t, stranger, { sessions });
  assertNegotiated(info, { pskKind: "external", pskIndex: sessions.length });
});

test("an s_server that does not know the session and nothing else refuses the client", async (t) => {
  const server = await startSServer(t, [REVERSE]);
  const { sessions } = await converse(t, server);
  const stranger = await startSServer(t, [REVERSE]);
  const client = await ourClient(t, stranger.port, { psks: [], sessions });
  const { code, alert } = await rejection(client.opened);
  assert.deepEqual({ code, alert }, { code: "ERR_TLS_ALERT_RECEIVED", alert: "handshake_failure" });
});

for (const [what, theirs, options] of [
  ["SHA-256", () => [], {}],
  ["SHA-384", (t) => ["-psk_session", fileFor384(t)], { psks: [PSK_384] }],
]) {
  test(`the client and s_server export the same keys of a resumed connection: ${what}`, async (t) => {
    const exporter = ["-keymatexport", "EXPORTER-resumed", "-keymatexportlen", "42"];
    const server = await startSServer(t, ["-naccept", "2", ...exporter, ...theirs(t)]);
    let sessions = [];
    for (const expected of ["external", "resumption"]) {
      const next = [];
      const onSession = (session) => next.push(session);
      const client = await ourClient(t, server.port, { ...options, sessions, onSession });
      assert.equal((await client.opened).pskKind, expected);
      const material = hex(client.exportKeyingMaterial("EXPORTER-resumed", new Uint8Array(0), 42));
      await server.printed(new RegExp(`Keying material: ${material}$`, "im"));
      server.write("hello\n");
      await readExactly(client.readable, 6);
      await client.close();
      sessions = next;
    }
    assert.equal(await server.ended, 0, server.stderr);
  });
}

// A SHA-384 PSK, which is no session at all but comes to OpenSSL as one.

test("the client and s_server: a PSK for SHA-384", async (t) => {
  const server = await startSServer(t, [REVERSE, "-psk_session", fileFor384(t)]);
  const { info } = await converse(t, server, { psks: [PSK_384] });
  assertNegotiated(info, { pskKind: "external", cipherSuite: AES_256 });
  assert.equal(await server.ended, 0, server.stderr);
});

test("the client and s_server: a PSK for SHA-384 after a HelloRetryRequest and behind one for SHA-256", async (t) => {
  const theirs = ["-groups", "P-256", "-ciphersuites", AES_256, "-psk_session", fileFor384(t)];
  const server = await startSServer(t, [REVERSE, ...theirs]);
  const { info } = await converse(t, server, { psks: [psk("unheard of"), PSK_384] });
  // The second ClientHello leaves out what does not fit the suite, and the index is of that.
  assertNegotiated(info, { pskKind: "external", cipherSuite: AES_256, helloRetryRequest: true, pskIndex: 0 });
});

for (const [what, ours] of [
  ["a PSK for SHA-384", {}],
  ["PSKs for both hashes", { psks: [psk("unheard of"), PSK_384] }],
]) {
  test(`s_client and the server: ${what}`, async (t) => {
    const theirs = ["-psk_session", fileFor384(t)];
    const { info } = await serve(t, { theirs, ours: { psks: [PSK_384], ...ours } });
    assertNegotiated(info, { pskKind: "external", cipherSuite: AES_256 });
  });
}

// After a HelloRetryRequest s_client takes the hash of its own file for another one and drops the PSK, with an s_server
// too. So what it proves is the alert.
test("the server refuses an s_client whose second ClientHello has no PSK any more", async (t) => {
  const ours = { psks: [PSK_384], groups: ["secp256r1"] };
  const { client, socket } = await acceptSClient(t, { theirs: ["-psk_session", fileFor384(t)], ours });
  const { code, alert } = await rejection(socket.opened);
  assert.deepEqual({ code, alert }, { code: "ERR_TLS_MISSING_EXTENSION", alert: "missing_extension" });
  assert.equal(await client.ended, 1);
});

// Their client, our server.

for (const { what, theirs = [], file384 = false, ours = {}, expected } of [
  { what: "psk_dhe_ke" },
  { what: "AES-128-GCM", theirs: ["-ciphersuites", AES_128], expected: { cipherSuite: AES_128 } },
  { what: "SHA-384", file384: true, ours: { psks: [PSK_384] }, expected: { cipherSuite: AES_256 } },
  {
    what: "psk_ke",
    theirs: ["-allow_no_dhe_kex"],
    ours: { modes: ["psk_ke"] },
    expected: { pskMode: "psk_ke" },
  },
  { what: "a HelloRetryRequest", ours: { groups: ["secp256r1"] }, expected: { helloRetryRequest: true } },
]) {
  test(`s_client resumes a session of the server, and the one that comes of that: ${what}`, async (t) => {
    const key = file384 ? ["-psk_session", fileFor384(t)] : [];
    let file = await clientSession(t, { theirs: [...key, ...theirs], ours });
    const resuming = { ...ours, tickets: { keys: KEYS } };
    for (let again = 0; again < 2; again++) {
      const next = temporaryFile(t);
      const args = ["-sess_in", file, "-sess_out", next, ...theirs];
      const { client, info } = await serve(t, { theirs: args, ours: resuming });
      assertNegotiated(info, expected);
      assert.match(client.stdout, /^Reused, TLSv1.3/m);
      file = next;
    }
  });
}

test("s_client resumes a session with SHA-384 after a HelloRetryRequest", async (t) => {
  const file = await clientSession(t, { theirs: ["-psk_session", fileFor384(t)], ours: { psks: [PSK_384] } });
  const ours = { psks: [PSK_384], tickets: { keys: KEYS }, groups: ["secp256r1"] };
  const { info } = await serve(t, { theirs: ["-sess_in", file], ours });
  assertNegotiated(info, { helloRetryRequest: true, cipherSuite: AES_256 });
});

test("s_client gets as many tickets as configured, for as long as configured", async (t) => {
  const file = temporaryFile(t);
  const tickets = { keys: KEYS, count: 3, lifetime: 4_321 };
  const { client } = await serve(t, { theirs: ["-sess_out", file], ours: { tickets } });
  assert.equal(client.stdout.match(/^Post-Handshake New Session Ticket arrived:$/gm).length, 3);
  assert.match(client.stdout, /TLS session ticket lifetime hint: 4321 \(seconds\)/);
});

for (const [what, ours] of [
  ["other keys", { tickets: { keys: OTHER_KEYS } }],
  ["no tickets", {}],
  ["a clock after the end of the session", { tickets: { keys: KEYS }, now: () => Date.now() + 3 * HOUR }],
]) {
  test(`a server with ${what} goes on with the PSK that s_client offers behind the session`, async (t) => {
    const file = await clientSession(t);
    const theirs = ["-sess_in", file, "-psk", HEX];
    // OpenSSL's PSK is one for AES-128-GCM, but the hash is all that has to fit.
    const { info } = await serve(t, { theirs, ours });
    assertNegotiated(info, { pskKind: "external", pskIndex: 1 });
  });
}

test("s_client and the server export the same keys of a resumed connection", async (t) => {
  const file = await clientSession(t);
  const theirs = ["-sess_in", file, "-keymatexport", "EXPORTER-resumed", "-keymatexportlen", "42"];
  const { client, socket } = await acceptSClient(t, { theirs, ours: { tickets: { keys: KEYS } } });
  assert.equal((await socket.opened).pskKind, "resumption");
  const material = hex(socket.exportKeyingMaterial("EXPORTER-resumed", new Uint8Array(0), 42));
  await client.printed(new RegExp(`Keying material: ${material}$`, "im"));
  await socket.close();
  assert.equal(await client.ended, 0, client.stderr);
});
