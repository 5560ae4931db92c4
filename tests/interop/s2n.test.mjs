import assert from "node:assert/strict";
import { test } from "node:test";
import { echoAndEnd, LARGE, ourClient, psk, readExactly, rejection, watchMessages, write } from "./support/peers.mjs";
import { acceptS2nClient, startS2nServer } from "./support/s2n.mjs";

const A = psk("a");
const B = psk("bb");
const C = psk("ccc");
const A_384 = psk("a", "SHA-384");
const B_384 = psk("bb", "SHA-384");
const WRONG = { ...A, secret: A.secret.map((byte) => ~byte) };
const UNKNOWN = psk("unheard of");
const UNKNOWN_384 = psk("unheard of as well", "SHA-384");

const SUITE_384 = "TLS_AES_256_GCM_SHA384";

/** How both sides are of the same opinion of what they have come to. */
async function assertAgreed(peer, socket, expected) {
  const info = await socket.opened;
  const { pskMode, pskIndex, cipherSuite, helloRetryRequest } = info;
  const identity = String(Buffer.from(info.pskIdentity));
  assert.equal(pskMode, "psk_dhe_ke");
  assert.deepEqual(
    { identity, pskIndex, helloRetryRequest, ...(expected.cipherSuite && { cipherSuite }) },
    {
      helloRetryRequest: false,
      ...expected,
    },
  );
  await peer.printed(new RegExp(`^identity: ${identity}$`, "m"));
  await peer.printed(new RegExp(`^suite: ${cipherSuite}$`, "m"));
  await peer.printed(info.helloRetryRequest ? /^messages: .*HELLO_RETRY_REQUEST/m : /^messages: /m);
  const exported = socket.exportKeyingMaterial("EXPORTER-test", Buffer.from("context"), 42);
  await peer.printed(new RegExp(`^exported: ${Buffer.from(exported).toString("hex")}$`, "m"));
}

/** Which PSKs each side has and which is taken; `index` is its place in the client's offer. */
const CHOICES = [
  { what: "one PSK for SHA-256", server: [A], client: [A], identity: "a", index: 0 },
  { what: "one PSK for SHA-384", server: [A_384], client: [A_384], identity: "a", index: 0, cipherSuite: SUITE_384 },
  { what: "the server prefers its first", server: [C, A, B], client: [A, B, C], identity: "ccc", index: 2 },
  {
    what: "the server passes over what was not offered",
    server: [UNKNOWN, B, A],
    client: [A, B],
    identity: "bb",
    index: 1,
  },
  {
    what: "the server passes over what it does not know",
    server: [B],
    client: [UNKNOWN, A, B],
    identity: "bb",
    index: 2,
  },
  {
    what: "the server prefers SHA-384 to SHA-256",
    server: [B_384, A],
    client: [A, B_384],
    identity: "bb",
    index: 1,
    cipherSuite: SUITE_384,
  },
  { what: "the server prefers SHA-256 to SHA-384", server: [A, B_384], client: [B_384, A], identity: "a", index: 1 },
  {
    what: "SHA-384 among strangers",
    server: [A_384],
    client: [UNKNOWN_384, UNKNOWN, A_384],
    identity: "a",
    index: 2,
    cipherSuite: SUITE_384,
  },
];

for (const { what, server: known, client: offered, identity, index: pskIndex, cipherSuite } of CHOICES) {
  const expected = { identity, pskIndex, ...(cipherSuite && { cipherSuite }) };

  test(`the client and s2n-tls: ${what}`, async (t) => {
    const server = await startS2nServer(t, known);
    const client = await ourClient(t, server.port, { psks: offered });
    await assertAgreed(server, client, expected);
    await echoAndEnd(server, client);
  });

  test(`s2n-tls and the server: ${what}`, async (t) => {
    const { client, socket } = await acceptS2nClient(t, offered, { psks: known });
    await assertAgreed(client, socket, expected);
    await echoAndEnd(client, socket);
  });
}

// Our client, their server.

test("the client and s2n-tls: secp256r1", async (t) => {
  const server = await startS2nServer(t, [A]);
  const client = await ourClient(t, server.port, { psks: [A], groups: ["secp256r1"] });
  await assertAgreed(server, client, { identity: "a", pskIndex: 0 });
  await echoAndEnd(server, client);
});

for (const { what, known = [A], ours } of [
  { what: "a wrong key", ours: { psks: [WRONG] } },
  { what: "an unknown identity", ours: { psks: [UNKNOWN] } },
  { what: "a key for another hash", known: [A], ours: { psks: [A_384] } },
  { what: "psk_ke, which it does not know", ours: { psks: [A], modes: ["psk_ke"] } },
]) {
  test(`the client is refused by s2n-tls: ${what}`, async (t) => {
    const server = await startS2nServer(t, known);
    const client = await ourClient(t, server.port, ours);
    // It holds its alerts back for half a minute or, as here, does without.
    assert.equal((await rejection(client.opened)).code, "ERR_TLS_HANDSHAKE_FAILURE");
    assert.equal(await server.ended, 1);
  });
}

test("megabytes go to s2n-tls and back", async (t) => {
  const server = await startS2nServer(t, [A_384]);
  const client = await ourClient(t, server.port, { psks: [A_384] });
  const [back] = await Promise.all([readExactly(client.readable, LARGE.length), write(client.writable, LARGE)]);
  assert.ok(back.equals(LARGE));
  await client.close();
  assert.equal(await server.ended, 0, server.stderr);
});

// Their client, our server.

test("s2n-tls and the server: a HelloRetryRequest", async (t) => {
  // The share that it sends is of secp256r1.
  const ours = { psks: [A_384], groups: ["x25519"] };
  const { client, socket } = await acceptS2nClient(t, [A_384], ours);
  await assertAgreed(client, socket, { identity: "a", pskIndex: 0, helloRetryRequest: true, cipherSuite: SUITE_384 });
  await echoAndEnd(client, socket);
});

for (const { what, offered = [A], ours = {} } of [
  { what: "a wrong key", offered: [WRONG] },
  { what: "an unknown identity", offered: [UNKNOWN] },
  { what: "a key for another hash", offered: [A_384] },
]) {
  test(`s2n-tls learns from the server's alert: ${what}`, async (t) => {
    const { client, socket } = await acceptS2nClient(t, offered, { psks: [A], ...ours });
    const { alert, alertDirection } = await rejection(socket.opened);
    assert.deepEqual({ alert, alertDirection }, { alert: "decrypt_error", alertDirection: "sent" });
    assert.equal(await client.ended, 1);
    assert.match(client.stderr, /received the alert 51$/m);
  });
}

test("megabytes come from the server and back from s2n-tls", async (t) => {
  const { client, socket } = await acceptS2nClient(t, [A_384], { psks: [A_384] });
  const [back] = await Promise.all([readExactly(socket.readable, LARGE.length), write(socket.writable, LARGE)]);
  assert.ok(back.equals(LARGE));
  await socket.close();
  assert.equal(await client.ended, 0, client.stderr);
});

// Either way.

for (const [what, meet] of [
  [
    "the client and s2n-tls",
    async (t, options) => {
      const peer = await startS2nServer(t, [A]);
      return { peer, socket: await ourClient(t, peer.port, options) };
    },
  ],
  [
    "s2n-tls and the server",
    async (t, options) => {
      const { client, socket } = await acceptS2nClient(t, [A], options);
      return { peer: client, socket };
    },
  ],
]) {
  test(`${what} change their keys, each by itself and at our request`, async (t) => {
    const messages = watchMessages();
    const { peer, socket } = await meet(t, { psks: [A], onTrace: messages.onTrace });
    await socket.opened;
    const exchange = async (line) => {
      await write(socket.writable, line);
      assert.equal(String(await readExactly(socket.readable, line.length)), line);
    };
    await exchange("key update\n");
    await messages.seen("received key_update");
    await socket.updateKeys();
    await exchange("with our new key\n");
    await socket.updateKeys({ requestPeer: true });
    await exchange("with new keys\n");
    await messages.seen("received key_update", 2);
    await echoAndEnd(peer, socket);
  });
}
