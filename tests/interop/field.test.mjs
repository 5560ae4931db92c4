import assert from "node:assert/strict";
import { test } from "node:test";
import * as small from "tls-psk";
import * as full from "tls-psk/full";
import { serveField, startFieldClient, startFieldServer } from "./support/field.mjs";
import { ourClient, PSK, readAll, readExactly, rejection, WRONG_PSK, write } from "./support/peers.mjs";

const AES_128 = "TLS_AES_128_GCM_SHA256";
const AES_256 = "TLS_AES_256_GCM_SHA384";
const CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256";

/** Keys of tickets and cookies. */
const KEYS = [new Uint8Array(32).fill(1)];

const ALL = {
  suites: [AES_128, AES_256, CHACHA20],
  modes: ["psk_dhe_ke", "psk_ke"],
  retry: true,
  cookies: true,
  tickets: true,
};

/** What each peer has. */
const PEERS = {
  // its external PSKs go with SHA-256 alone, and its client refuses the cookie of a HelloRetryRequest as unasked for
  "Mbed TLS": { ...ALL, roles: ["server", "client"], suites: [AES_128, CHACHA20], cookies: false },
  wolfSSL: { ...ALL, roles: ["server", "client"] },
  // its exporter takes no context, and as a server it does not tell whether a session was resumed
  "tlslite-ng": { ...ALL, roles: ["server", "client"], exporterContext: false, tellsResumption: ["client"] },
  // it has one suite at a time and no HelloRetryRequest, and says no more than that it has connected
  "embedded-tls": { roles: ["client"], suites: [AES_128, AES_256], modes: [], plain: true },
};

const pskFor = (suite) => (suite === AES_256 ? { ...PSK, hmac: "SHA-384" } : PSK);

/** The words that hold a peer to a suite. */
const suiteWords = (name, suite) => (PEERS[name].plain ? [suite] : ["--suite", suite]);

/** The words without which a peer does not start, for what a test does not decide itself. */
const leastWords = (name) => (PEERS[name].plain ? suiteWords(name, AES_128) : []);

/** Data there and back, an orderly end, and what our side knows of the connection. */
async function converse(name, socket) {
  const info = await socket.opened;
  const context = PEERS[name].exporterContext === false ? undefined : Buffer.from("context");
  const exported = Buffer.from(socket.exportKeyingMaterial("EXPORTER-test", context, 42)).toString("hex");
  await write(socket.writable, "the end\n");
  assert.equal(String(await readExactly(socket.readable, 8)), "the end\n");
  if (!PEERS[name].plain) await socket.writable.close();
  assert.equal((await readAll(socket.readable)).length, 0);
  await socket.close();
  return { ...info, exported };
}

/**
 * So many connections between us and a peer in a `role`, each with data, and with what the peer says of them compared
 * with ours; resolves to what our side says. `words` are for the peer, `ours` our options.
 */
async function meet(t, name, role, { words = leastWords(name), psk = PSK, ours = {}, connections = 1, build } = {}) {
  const given = connections === 1 ? words : [...words, "--connections", String(connections)];
  const options = { psks: [psk], ...ours };
  let peer;
  let infos = [];
  if (role === "server") {
    peer = await startFieldServer(t, name, psk, given);
    const sessions = [];
    const onSession = connections === 1 ? undefined : (session) => sessions.push(session);
    for (let turn = 0; turn < connections; turn++) {
      const resumed = { onSession, sessions: sessions.splice(0).slice(0, 1) };
      infos.push(await converse(name, await ourClient(t, peer.port, { ...options, ...resumed, build })));
    }
  } else {
    const talk = (socket) => converse(name, socket);
    const server = await serveField(t, { ours: options, count: connections, build, talk });
    peer = startFieldClient(t, name, server.port, psk, given);
    const failed = peer.ended.then((code) => {
      if (code !== 0) throw new Error(`the client failed:\n${peer.stderr}`);
      return server.talks;
    });
    infos = await Promise.race([server.talks, failed]);
  }
  assert.equal(await peer.ended, 0, peer.stderr);
  assertAgreed(name, role, peer, infos);
  return infos;
}

function assertAgreed(name, role, peer, infos) {
  if (PEERS[name].plain) return assert.match(peer.stdout, /^connected$/m);
  const said = (what) => [...peer.stdout.matchAll(new RegExp(`^${what}: (.*)$`, "gm"))].map(([, value]) => value);
  const suites = infos.map(({ cipherSuite }) => cipherSuite);
  const exported = infos.map((info) => info.exported);
  assert.deepEqual({ suites: said("suite"), exported: said("exported") }, { suites, exported });
  if ((PEERS[name].tellsResumption ?? [role]).includes(role)) {
    const resumed = infos.map(({ pskKind }) => (pskKind === "resumption" ? "yes" : "no"));
    assert.deepEqual(said("resumed"), resumed);
  }
}

for (const [name, { roles, suites, modes, retry, cookies, tickets }] of Object.entries(PEERS)) {
  for (const role of roles) {
    const pair = role === "server" ? `the client and ${name}` : `${name} and the server`;

    for (const [entry, build] of Object.entries({ "tls-psk": small, "tls-psk/full": full })) {
      test(`${pair}, by the defaults of both: ${entry}`, async (t) => {
        const [{ pskKind, pskMode }] = await meet(t, name, role, { build });
        assert.deepEqual({ pskKind, pskMode }, { pskKind: "external", pskMode: "psk_dhe_ke" });
      });
    }

    for (const suite of suites) {
      test(`${pair}: ${suite}`, async (t) => {
        const options = { words: suiteWords(name, suite), psk: pskFor(suite) };
        const [{ cipherSuite }] = await meet(t, name, role, options);
        assert.equal(cipherSuite, suite);
      });
    }

    for (const mode of modes) {
      test(`${pair}: ${mode}`, async (t) => {
        const [{ pskMode }] = await meet(t, name, role, { words: ["--modes", mode], ours: { modes } });
        assert.equal(pskMode, mode);
      });
    }

    if (retry) {
      for (const suite of suites.slice(0, 2)) {
        test(`${pair}: a HelloRetryRequest with ${suite}`, async (t) => {
          // the numbers of x25519 and secp256r1
          const groups = role === "server" ? "23" : "29,23";
          const ours = role === "server" ? {} : { groups: ["secp256r1"] };
          const words = ["--groups", groups, ...suiteWords(name, suite)];
          const [info] = await meet(t, name, role, { words, psk: pskFor(suite), ours });
          const { helloRetryRequest, group } = info;
          assert.deepEqual({ helloRetryRequest, group }, { helloRetryRequest: true, group: "secp256r1" });
        });
      }

      if (role === "client" && cookies) {
        test(`${pair}: a HelloRetryRequest whose state is in a cookie`, async (t) => {
          const ours = { groups: ["secp256r1"], cookieKeys: KEYS };
          const [{ helloRetryRequest }] = await meet(t, name, role, { words: ["--groups", "29,23"], ours });
          assert.equal(helloRetryRequest, true);
        });
      }
    }

    if (tickets) {
      for (const suite of suites.slice(0, 2)) {
        test(`${pair}: a session with ${suite} is resumed`, async (t) => {
          const ours = role === "server" ? {} : { tickets: { keys: KEYS } };
          const words = suiteWords(name, suite);
          const infos = await meet(t, name, role, { words, psk: pskFor(suite), connections: 2, ours });
          const [first, second] = infos.map(({ pskKind }) => pskKind);
          assert.deepEqual([first, second], ["external", "resumption"]);
        });
      }
    }

    test(`${pair}: a wrong key is refused`, async (t) => {
      if (role === "server") {
        const server = await startFieldServer(t, name, PSK, leastWords(name));
        const client = await ourClient(t, server.port, { psks: [WRONG_PSK] });
        const { code } = await rejection(client.opened);
        assert.match(code, /^ERR_TLS_(ALERT_RECEIVED|TRUNCATED)$/);
        assert.notEqual(await server.ended, 0);
      } else {
        const talk = (socket) => rejection(socket.opened);
        const server = await serveField(t, { talk });
        const client = startFieldClient(t, name, server.port, WRONG_PSK, leastWords(name));
        const [{ alert, alertDirection }] = await server.talks;
        assert.deepEqual({ alert, alertDirection }, { alert: "decrypt_error", alertDirection: "sent" });
        assert.notEqual(await client.ended, 0);
      }
    });
  }
}
