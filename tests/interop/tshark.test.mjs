import assert from "node:assert/strict";
import { test } from "node:test";
import {
  collectKeyLog,
  keyLogLines,
  ourClient,
  ourServer,
  PSK,
  readAll,
  readExactly,
  recordBytes,
  write,
} from "./support/peers.mjs";
import { applicationData, capture, tshark } from "./support/tshark.mjs";

const CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256";
const AES_128 = "TLS_AES_128_GCM_SHA256";
const AES_256 = "TLS_AES_256_GCM_SHA384";

const QUESTION = "what is the temperature?";
const ANSWER = "21 degrees";

/**
 * Our client and our server over TCP: a question, an answer and what `more` there is. The capture and the key log of
 * each side.
 */
async function converse(t, { both = {}, client: clientOptions, server: serverOptions, more = () => {} } = {}) {
  const [ofClient, ofServer] = [collectKeyLog(), collectKeyLog()];
  const { chunks, tap } = recordBytes();
  const { port, socket } = await ourServer(t, { ...both, ...serverOptions, onKeylog: ofServer.onKeylog });
  const options = { ...both, ...clientOptions, onKeylog: ofClient.onKeylog };
  const client = await ourClient(t, port, options, tap);
  const server = await socket;
  await exchange(client, server);
  await more(client, server);
  await Promise.all([client.close(), server.close()]);
  return { client, server, file: await capture(t, chunks), logs: [ofClient.text, ofServer.text] };
}

async function exchange(client, server) {
  await write(client.writable, QUESTION);
  assert.equal(String(await readExactly(server.readable, QUESTION.length)), QUESTION);
  await write(server.writable, ANSWER);
  assert.equal(String(await readExactly(client.readable, ANSWER.length)), ANSWER);
}

for (const { what, ...options } of [
  { what: "ChaCha20-Poly1305", both: { cipherSuites: [CHACHA20] } },
  { what: "AES-128-GCM", both: { cipherSuites: [AES_128] } },
  { what: "AES-256-GCM with SHA-384", both: { cipherSuites: [AES_256], psks: [{ ...PSK, hmac: "SHA-384" }] } },
  { what: "psk_ke", both: { modes: ["psk_ke"] } },
  { what: "a HelloRetryRequest", server: { groups: ["secp256r1"] } },
  { what: "padded records", both: { paddingMultiple: 256 } },
  { what: "an imported PSK", both: { psks: [{ ...PSK, context: Buffer.from("sensor, hub") }] } },
]) {
  test(`tshark reads our conversation with our key log: ${what}`, async (t) => {
    const { file, logs } = await converse(t, options);
    assert.deepEqual(keyLogLines(logs[0]), keyLogLines(logs[1]));
    assert.deepEqual(await applicationData(t, file, logs[0]), { sent: QUESTION, received: ANSWER });
  });
}

test("tshark reads nothing without a key log", async (t) => {
  const { file } = await converse(t);
  assert.deepEqual(await applicationData(t, file, ""), { sent: "", received: "" });
});

test("tshark reads on after the keys of both directions were changed", async (t) => {
  const { file, logs } = await converse(t, {
    async more(client, server) {
      for (let round = 0; round < 2; round++) {
        await client.updateKeys({ requestPeer: true });
        await exchange(client, server);
      }
    },
  });
  const expected = { sent: QUESTION.repeat(3), received: ANSWER.repeat(3) };
  assert.deepEqual(await applicationData(t, file, logs[0]), expected);
});

test("tshark reads accepted early data, and the connection that follows it", async (t) => {
  const earlyData = Buffer.from("switch the light on; ");
  const psks = [{ ...PSK, earlyData: { maxSize: 1_000, cipherSuite: CHACHA20 } }];
  const { server, file, logs } = await converse(t, {
    both: { psks },
    client: { earlyData },
    server: { acceptEarlyData: () => true },
  });
  assert.equal((await server.opened).earlyData, "accepted");
  assert.deepEqual(await readAll(server.earlyData), earlyData);
  assert.match(logs[0], /^CLIENT_EARLY_TRAFFIC_SECRET /m);
  assert.deepEqual(keyLogLines(logs[0]), keyLogLines(logs[1]));
  assert.deepEqual(await applicationData(t, file, logs[0]), { sent: `${earlyData}${QUESTION}`, received: ANSWER });
});

test("tshark finds our handshake to be made of these messages, and nothing to complain of", async (t) => {
  const { file, logs } = await converse(t, { server: { tickets: {} }, client: { onSession() {} } });
  const types = await tshark(t, file, logs[0], ["-T", "fields", "-e", "tls.handshake.type"]);
  // ClientHello, ServerHello, EncryptedExtensions, Finished twice, NewSessionTicket.
  assert.deepEqual(types.match(/\d+/g), ["1", "2", "8", "20", "20", "4"]);
  const complaints = ["-Y", "_ws.expert.severity >= warning", "-T", "fields", "-e", "_ws.expert.message"];
  assert.equal((await tshark(t, file, logs[0], complaints)).trim(), "");
});
