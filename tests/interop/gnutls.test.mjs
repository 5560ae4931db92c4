import assert from "node:assert/strict";
import { test } from "node:test";
import { startCli, startServer } from "../node/support/process.mjs";
import { acceptGnutlsClient, startGnutlsClient, startGnutlsServer } from "./support/gnutls.mjs";
import {
  echo,
  HEX,
  ourClient,
  PSK,
  psk,
  readAll,
  readExactly,
  recordBytes,
  recordLengths,
  rejection,
  WRONG_HEX,
  WRONG_PSK,
  watchMessages,
  write,
} from "./support/peers.mjs";

const CHACHA20 = "TLS_CHACHA20_POLY1305_SHA256";
const AES_128 = "TLS_AES_128_GCM_SHA256";

/** What is negotiated by default. */
const USUAL = { pskMode: "psk_dhe_ke", cipherSuite: CHACHA20, group: "x25519", helloRetryRequest: false };
const WITHOUT_DHE = { pskMode: "psk_ke", group: undefined };
const retried = { group: "secp256r1", helloRetryRequest: true };

const P256 = ":-GROUP-ALL:+GROUP-SECP256R1";
const ONLY_AES_128 = ":-CIPHER-ALL:+AES-128-GCM";
const ALL_MODES = "+ECDHE-PSK:+PSK";

const EXPORTER = ["--keymatexport", "EXPORTER-test", "--keymatexportsize", "42"];

/** The authentication tag, which a record size limit does not count. */
const TAG = 16;

/** More than any buffer between the programs, in lines, as gnutls-serv waits for their ends. */
const data = Buffer.alloc(120_000, "0123456789-\n");

const hex = (bytes) => Buffer.from(bytes).toString("hex");

function assertNegotiated(info, expected = {}) {
  const { pskMode, cipherSuite, group, helloRetryRequest, pskIdentity } = info;
  assert.deepEqual({ pskMode, cipherSuite, group, helloRetryRequest }, { ...USUAL, ...expected });
  assert.equal(String(Buffer.from(pskIdentity)), PSK.identity);
}

/** Records no longer than the limits, and some that come close to them: otherwise no limit would have been met. */
function assertLimits(chunks, limits) {
  for (const [direction, limit] of Object.entries(limits)) {
    const longest = Math.max(...recordLengths(chunks, direction));
    assert.ok(longest <= limit + TAG, `${direction} ${longest} bytes`);
    assert.ok(longest >= limit - 1, `${direction} ${longest} bytes at most`);
  }
}

// Our client, their server.

for (const { what, theirs = {}, ours = {}, expected } of [
  { what: "psk_dhe_ke" },
  { what: "psk_ke", theirs: { kx: "+PSK" }, ours: { modes: ["psk_ke"] }, expected: WITHOUT_DHE },
  { what: "both modes on offer", theirs: { kx: ALL_MODES }, ours: { modes: ["psk_dhe_ke", "psk_ke"] } },
  { what: "AES-128-GCM", theirs: { more: ONLY_AES_128 }, expected: { cipherSuite: AES_128 } },
  { what: "secp256r1", ours: { groups: ["secp256r1"] }, expected: { group: "secp256r1" } },
  { what: "a HelloRetryRequest", theirs: { more: P256 }, expected: retried },
  { what: "several PSKs on offer, the first of which it knows", ours: { psks: [PSK, psk("unheard of")] } },
  { what: "padded records", ours: { paddingMultiple: 512 } },
]) {
  test(`the client and gnutls-serv: ${what}`, async (t) => {
    const server = await startGnutlsServer(t, theirs);
    const client = await ourClient(t, server.port, ours);
    await write(client.writable, "hello\n");
    assert.equal(String(await readExactly(client.readable, 6)), "hello\n");
    assertNegotiated(await client.opened, expected);
    await server.printed(/^- PSK authentication\. Connected as 'client1'$/m);
    await client.writable.close();
    assert.equal((await readAll(client.readable)).length, 0);
    await client.closed;
  });
}

for (const { what, ours } of [
  { what: "a wrong key", ours: { psks: [WRONG_PSK] } },
  { what: "an unknown identity", ours: { psks: [psk("stranger")] } },
  { what: "a server without the mode", ours: { modes: ["psk_ke"] } },
]) {
  test(`the client learns from gnutls-serv's alert: ${what}`, async (t) => {
    const server = await startGnutlsServer(t);
    const client = await ourClient(t, server.port, ours);
    const { code, alertDirection } = await rejection(client.opened);
    assert.deepEqual({ code, alertDirection }, { code: "ERR_TLS_ALERT_RECEIVED", alertDirection: "received" });
    await server.printed(/^Error in handshake: /m);
  });
}

test("the client and gnutls-serv keep to each other's record size limit", async (t) => {
  const server = await startGnutlsServer(t, { args: ["--recordsize", "1024"] });
  const { chunks, tap } = recordBytes();
  const client = await ourClient(t, server.port, { recordSizeLimit: 512 }, tap);
  const [back] = await Promise.all([readExactly(client.readable, data.length), write(client.writable, data)]);
  assert.ok(back.equals(data));
  // What it says is the largest content, to which the type comes.
  assertLimits(chunks, { sent: 1025, received: 512 });
  await client.close();
});

test("the client has gnutls-serv change its keys, and changes its own", async (t) => {
  const server = await startGnutlsServer(t);
  const messages = watchMessages();
  const client = await ourClient(t, server.port, { onTrace: messages.onTrace });
  await client.opened;
  for (const requestPeer of [false, true, true]) {
    await client.updateKeys({ requestPeer });
    await write(client.writable, "with new keys\n");
    assert.equal(String(await readExactly(client.readable, 14)), "with new keys\n");
  }
  await messages.seen("sent key_update", 3);
  await messages.seen("received key_update", 2);
  await client.close();
});

test("the client and gnutls-serv agree on the protocol and on exported keys", async (t) => {
  const server = await startGnutlsServer(t, { args: ["--alpn", "mqtt", ...EXPORTER] });
  const client = await ourClient(t, server.port, { alpn: ["http/1.1", "mqtt"] });
  assert.equal((await client.opened).alpn, "mqtt");
  const material = hex(client.exportKeyingMaterial("EXPORTER-test", undefined, 42));
  await server.printed(new RegExp(`^- Key material: ${material}$`, "m"));
  await client.close();
});

for (const { what, theirs = {}, ours = {}, expected } of [
  { what: "psk_dhe_ke" },
  { what: "psk_ke", theirs: { kx: "+PSK" }, ours: { modes: ["psk_ke"] }, expected: WITHOUT_DHE },
  { what: "a HelloRetryRequest", theirs: { more: P256 }, expected: retried },
]) {
  test(`the client resumes sessions of gnutls-serv: ${what}`, async (t) => {
    const server = await startGnutlsServer(t, theirs);
    const converse = async (options) => {
      const sessions = [];
      const client = await ourClient(t, server.port, {
        ...ours,
        ...options,
        onSession: (session) => sessions.push(session),
      });
      await write(client.writable, "hello\n");
      assert.equal(String(await readExactly(client.readable, 6)), "hello\n");
      const info = await client.opened;
      await client.close();
      return { info, sessions };
    };
    const { sessions } = await converse({});
    assert.ok(sessions.length > 0);
    for (const session of sessions) {
      const { pskKind, externalIdentity, ...info } = (await converse({ psks: [], sessions: [session] })).info;
      assert.equal(pskKind, "resumption");
      assertNegotiated({ ...info, pskIdentity: externalIdentity }, expected);
    }
  });
}

test("tls-psk connect talks with gnutls-serv and ends with 0", async (t) => {
  const server = await startGnutlsServer(t);
  const client = startCli(t, ["connect", `127.0.0.1:${server.port}`, "--psk", `${PSK.identity}:${HEX}`]);
  client.write("hello\n");
  await client.printed(/^hello$/m);
  assert.equal(await client.finish(), 0, client.stderr);
});

// Their client, our server.

for (const { what, theirs = {}, ours = {}, expected } of [
  { what: "psk_dhe_ke" },
  { what: "psk_ke", theirs: { kx: "+PSK" }, ours: { modes: ["psk_ke"] }, expected: WITHOUT_DHE },
  {
    what: "the server's choice of psk_ke",
    theirs: { kx: ALL_MODES },
    ours: { modes: ["psk_ke", "psk_dhe_ke"] },
    expected: WITHOUT_DHE,
  },
  { what: "AES-128-GCM", theirs: { more: ONLY_AES_128 }, expected: { cipherSuite: AES_128 } },
  { what: "secp256r1", theirs: { more: P256 }, expected: { group: "secp256r1" } },
  {
    what: "a HelloRetryRequest",
    theirs: { args: ["--single-key-share"] },
    ours: { groups: ["x25519"] },
    expected: { helloRetryRequest: true },
  },
  { what: "several PSKs to choose from", ours: { psks: [psk("unheard of"), PSK] } },
  { what: "padded records", ours: { paddingMultiple: 512 } },
]) {
  test(`gnutls-cli and the server: ${what}`, async (t) => {
    const { client, socket } = await acceptGnutlsClient(t, { ours, theirs });
    const echoed = echo(socket);
    assertNegotiated(await socket.opened, expected);
    client.write("hello\n");
    await client.printed(/^hello$/m);
    assert.equal(await client.finish(), 0, client.stderr);
    await Promise.all([echoed, socket.closed]);
    assert.match(client.stdout, /^- PSK authentication\./m);
  });
}

for (const { what, theirs = {}, ours = {}, alert, says } of [
  { what: "a wrong key", theirs: { key: WRONG_HEX }, alert: "decrypt_error", says: /Decrypt error/ },
  { what: "an unknown identity", ours: { psks: [psk("stranger")] }, alert: "decrypt_error", says: /Decrypt error/ },
  {
    what: "no mode in common",
    ours: { modes: ["psk_ke"] },
    alert: "handshake_failure",
    says: /Handshake failed/,
  },
]) {
  test(`gnutls-cli learns from the server's alert: ${what}`, async (t) => {
    const { client, socket } = await acceptGnutlsClient(t, { ours, theirs });
    const error = await rejection(socket.opened);
    assert.deepEqual([error.alert, error.alertDirection], [alert, "sent"]);
    assert.equal(await client.ended, 1);
    assert.match(`${client.stdout}${client.stderr}`, says);
  });
}

test("gnutls-cli and the server keep to each other's record size limit", async (t) => {
  const { chunks, tap } = recordBytes();
  const { client, socket } = await acceptGnutlsClient(t, {
    ours: { recordSizeLimit: 512 },
    theirs: { args: ["--recordsize", "1024"] },
    tap,
  });
  await socket.opened;
  // Of what it reads at once, the program sends as much as fits one record, and forgets the rest.
  client.write(data.subarray(0, 2_000));
  assert.ok(data.subarray(0, 511).equals(await readExactly(socket.readable, 511)));
  await write(socket.writable, data);
  await socket.close();
  assert.equal(await client.ended, 0, client.stderr);
  assert.ok(client.stdoutBytes.includes(data));
  assertLimits(chunks, { sent: 1025, received: 512 });
});

test("gnutls-cli changes its keys, and does so at the server's request", async (t) => {
  const messages = watchMessages();
  const ours = { onTrace: messages.onTrace };
  const { client, socket } = await acceptGnutlsClient(t, { ours, theirs: { args: ["--inline-commands"] } });
  const echoed = echo(socket);
  client.write("first\n");
  await client.printed(/^first$/m);
  client.write("^rekey^\n");
  await client.printed(/^- Rekey was completed$/m);
  client.write("second\n");
  await client.printed(/^second$/m);
  await messages.seen("received key_update");
  await messages.seen("sent key_update"); // it asks for ours

  await socket.updateKeys({ requestPeer: true });
  client.write("third\n");
  await client.printed(/^third$/m);
  await messages.seen("received key_update", 2);
  assert.equal(await client.finish(), 0, client.stderr);
  await Promise.all([echoed, socket.closed]);
});

test("gnutls-cli and the server agree on the protocol and on exported keys", async (t) => {
  const theirs = { args: ["--alpn", "http/1.1", "--alpn", "mqtt", ...EXPORTER] };
  const { client, socket } = await acceptGnutlsClient(t, { ours: { alpn: ["mqtt"] }, theirs });
  assert.equal((await socket.opened).alpn, "mqtt");
  const material = hex(socket.exportKeyingMaterial("EXPORTER-test", undefined, 42));
  await client.printed(new RegExp(`^- Key material: ${material}$`, "m"));
  await socket.close();
  assert.equal(await client.ended, 0, client.stderr);
});

test("tls-psk serve --echo talks with gnutls-cli, which ends with 0", async (t) => {
  const server = await startServer(t, ["--psk", `${PSK.identity}:${HEX}`, "--echo"]);
  const client = startGnutlsClient(t, server.address.split(":")[1]);
  client.write("hello\n");
  await client.printed(/^hello$/m);
  assert.equal(await client.finish(), 0, client.stderr);
});
