import assert from "node:assert/strict";
import { test } from "node:test";
import { startTls, TlsError } from "tls-psk";
import { connect, connected, pipe, psk, read, readAll, rejection, write } from "./support/endpoints.mjs";

test("both sides learn the same from a handshake", async () => {
  const { client, server, clientInfo, serverInfo } = await connected(
    { alpn: ["mqtt", "http/1.1"], serverName: "broker.example", now: () => 1_780_000_000_000 },
    { alpn: ["http/1.1", "mqtt"], now: () => 1_780_000_000_000 },
  );
  assert.deepEqual(clientInfo, serverInfo);
  assert.equal(Buffer.from(clientInfo.pskIdentity).toString(), "client");
  assert.equal(clientInfo.pskMode, "psk_dhe_ke");
  assert.equal(clientInfo.cipherSuite, "TLS_CHACHA20_POLY1305_SHA256");
  assert.equal(clientInfo.group, "x25519");
  assert.ok(["mqtt", "http/1.1"].includes(clientInfo.alpn));
  assert.equal(clientInfo.serverName, "broker.example");
  assert.equal(clientInfo.helloRetryRequest, false);
  await Promise.all([client.close(), server.close()]);
});

for (const [name, options, expected] of [
  ["psk_ke", { modes: ["psk_ke"] }, { pskMode: "psk_ke", group: undefined }],
  ["secp256r1", { groups: ["secp256r1"] }, { group: "secp256r1" }],
  ["AES-128-GCM", { cipherSuites: ["TLS_AES_128_GCM_SHA256"] }, { cipherSuite: "TLS_AES_128_GCM_SHA256" }],
  ["SHA-384", { psks: [psk("client", "SHA-384")] }, { cipherSuite: "TLS_AES_256_GCM_SHA384" }],
  ["an imported PSK", { psks: [{ ...psk(), context: Buffer.from("client to server") }] }, {}],
]) {
  test(`${name} is negotiated when both sides have it`, async () => {
    const { client, server, clientInfo } = await connected(options, options);
    for (const [key, value] of Object.entries(expected)) assert.equal(clientInfo[key], value);
    await write(client.writable, "ping");
    assert.equal(String(await read(server.readable)), "ping");
    await Promise.all([client.close(), server.close()]);
  });
}

test("a server that wants another group asks for it", async () => {
  const { clientInfo } = await connected({ groups: ["x25519", "secp256r1"] }, { groups: ["secp256r1"] });
  assert.equal(clientInfo.helloRetryRequest, true);
  assert.equal(clientInfo.group, "secp256r1");
});

test("the server's preference decides among several offered PSKs", async () => {
  const { clientInfo, serverInfo } = await connected(
    { psks: [psk("old"), psk("current")] },
    { psks: [psk("current"), psk("old")] },
  );
  assert.equal(Buffer.from(serverInfo.pskIdentity).toString(), "current");
  assert.equal(clientInfo.pskIndex, 1);
});

test("streams can be used before the handshake is complete", async () => {
  const { client, server } = connect();
  const writer = client.writable.getWriter();
  void writer.write(Buffer.from("early bird"));
  void writer.close();
  server.writable.close();
  assert.equal(String(await readAll(server.readable)), "early bird");
  assert.equal(String(await readAll(client.readable)), "");
  await Promise.all([client.closed, server.closed]);
});

test("an identity may be any bytes, and so may the views that carry it", async () => {
  const identity = Uint8Array.of(0, 255, 128, 0x3a);
  const secret = new DataView(new Uint8Array(40).fill(7).buffer, 8, 32);
  const { serverInfo } = await connected(
    { psks: [{ identity: identity.buffer, secret }] },
    { psks: [{ identity, secret: new Uint16Array(new Uint8Array(32).fill(7).buffer) }] },
  );
  assert.deepEqual(new Uint8Array(serverInfo.pskIdentity), identity);
});

test("the caller may wipe a secret as soon as the call returns", async () => {
  const { identity, secret } = psk();
  const { client, server } = connect({ psks: [{ identity, secret }] });
  secret.fill(0);
  await Promise.all([client.opened, server.opened]);
});

test("a wrong key fails both sides, and each error says who sent the alert", async () => {
  const { client, server } = connect({ psks: [{ identity: "client", secret: new Uint8Array(32).fill(1) }] });
  const theirs = await rejection(server.opened);
  assert.ok(theirs instanceof TlsError && theirs instanceof Error);
  assert.equal(theirs.code, "ERR_TLS_DECRYPT");
  assert.equal(theirs.alert, "decrypt_error");
  assert.equal(theirs.alertDirection, "sent");
  assert.equal(theirs.phase, "handshake");
  const ours = await rejection(client.opened);
  assert.equal(ours.code, "ERR_TLS_ALERT_RECEIVED");
  assert.equal(ours.alert, "decrypt_error");
  assert.equal(ours.alertDirection, "received");
});

test("opened, closed and both streams carry one and the same error", async () => {
  const { client } = connect({ psks: [psk("nobody")] });
  const error = await rejection(client.opened);
  assert.equal(await rejection(client.closed), error);
  assert.equal(await rejection(client.readable.getReader().read()), error);
  assert.equal(await rejection(client.writable.getWriter().write(Buffer.from("x"))), error);
  assert.equal(await rejection(client.close()), error);
});

test("an unknown identity and a wrong key look the same to the client", async () => {
  const errors = [{ identity: "client", secret: new Uint8Array(32).fill(1) }, psk("nobody")].map(async (wrong) => {
    const { code, alert, message } = await rejection(connect({ psks: [wrong] }).client.opened);
    return { code, alert, message };
  });
  assert.deepEqual(await errors[0], await errors[1]);
});

test("no common suite, group or protocol has an error of its own", async () => {
  const failure = async (ours, theirs) => (await rejection(connect(ours, theirs).server.opened)).code;
  const sha384 = { cipherSuites: ["TLS_AES_256_GCM_SHA384"], psks: [psk("client", "SHA-384")] };
  assert.equal(await failure({}, sha384), "ERR_TLS_HANDSHAKE_FAILURE");
  assert.equal(await failure({ groups: ["x25519"] }, { groups: ["secp256r1"] }), "ERR_TLS_HANDSHAKE_FAILURE");
  assert.equal(await failure({ modes: ["psk_ke"] }, {}), "ERR_TLS_HANDSHAKE_FAILURE");
  assert.equal(await failure({ alpn: ["a"] }, { alpn: ["b"] }), "ERR_TLS_NO_APPLICATION_PROTOCOL");
});

test("a secret that is a string is refused at once, with advice", () => {
  const [end] = pipe();
  assert.throws(
    () => startTls(end, { psks: [{ identity: "a", secret: "correct horse battery staple" }] }),
    (error) =>
      error instanceof TlsError && error.code === "ERR_TLS_PSK" && /passwords are not keys/.test(error.message),
  );
  assert.equal(end.readable.locked, false);
});

test("a locked transport and an impossible deadline are refused at once", () => {
  const [end] = pipe();
  for (const handshakeTimeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31]) {
    assert.throws(() => startTls(end, { psks: [psk()], handshakeTimeout }), { code: "ERR_TLS_CONFIG" });
  }
  end.readable.getReader();
  assert.throws(() => startTls(end, { psks: [psk()] }), { code: "ERR_TLS_CONFIG" });
});

test("wrong values of options are errors of configuration", async () => {
  for (const [options, code] of [
    [{ groups: ["x448"] }, "ERR_TLS_CONFIG"],
    [{ modes: ["psk"] }, "ERR_TLS_CONFIG"],
    [{ cipherSuites: ["TLS_RSA_WITH_NULL_MD5"] }, "ERR_TLS_CONFIG"],
    [{ recordSizeLimit: 63 }, "ERR_TLS_CONFIG"],
    [{ psks: [psk(), psk()] }, "ERR_TLS_PSK"],
    [{ psks: [{ identity: "a", secret: new Uint8Array(15).fill(1) }] }, "ERR_TLS_PSK"],
    [{ psks: [{ identity: "a", secret: new Uint8Array(16) }] }, "ERR_TLS_PSK"],
    [{ psks: [{ identity: "", secret: new Uint8Array(16).fill(1) }] }, "ERR_TLS_PSK"],
  ]) {
    const error = await rejection(connect(options).client.opened);
    assert.equal(error.code, code, JSON.stringify(options));
    assert.equal(error.phase, "configuration");
  }
});

test("a secret in a Buffer is copied, not wiped: it serves for the next connection", async () => {
  const secret = Buffer.alloc(32, 0x77);
  const psks = [{ identity: Buffer.from("device"), secret, context: Buffer.from("context") }];
  for (let connection = 0; connection < 2; connection++) {
    const { client, server } = await connected({ psks }, { psks });
    await Promise.all([client.close(), server.close()]);
  }
  assert.deepEqual(secret, Buffer.alloc(32, 0x77));
});
