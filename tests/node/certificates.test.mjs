import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import * as small from "tls-psk";
import { acceptTls, Config, Connection, ecdsaToDer, init, startTls } from "tls-psk/full";
import { credentials, ders, NAME, NOW, pem, withWebCryptoKey } from "./support/certificates.mjs";
import { deferred, pipe, psk, read, rejection, settled, write } from "./support/streams.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

const USUAL = { now: () => NOW, allowBothRoles: true };

/** By default a client that trusts the root and has no PSK, and a server with a P-256 certificate and no PSK. */
function connect(clientOptions = {}, serverOptions = {}) {
  const [clientEnd, serverEnd] = pipe();
  const verifies = "verifyCertificate" in clientOptions ? {} : { ca: pem("root") };
  return {
    client: startTls(clientEnd, { ...USUAL, serverName: NAME, ...verifies, ...clientOptions }),
    server: acceptTls(serverEnd, { ...USUAL, certificates: [credentials("p256")], ...serverOptions }),
  };
}

async function connected(...options) {
  const { client, server } = connect(...options);
  const [clientInfo, serverInfo] = await Promise.all([client.opened, server.opened]);
  await write(client.writable, "ping");
  assert.equal(String(await read(server.readable)), "ping");
  await write(server.writable, "pong");
  assert.equal(String(await read(client.readable)), "pong");
  return { client, server, clientInfo, serverInfo };
}

/** Both sides prove nothing but the server's certificate. */
function assertFull({ clientInfo, serverInfo }, name = "p256") {
  for (const info of [clientInfo, serverInfo]) {
    assert.equal(info.serverCertificate, true);
    assert.equal(info.pskIdentity, undefined);
    assert.equal(info.pskMode, undefined);
  }
  assert.deepEqual(clientInfo.peerCertificates.map(Buffer.from), ders(`${name}.chain`));
}

/** One side fails with the code and the alert, and the other receives the alert. */
async function assertFails({ client, server }, refuser, code, alert) {
  const [first, second] = refuser === "client" ? [client, server] : [server, client];
  const error = await rejection(first.opened);
  assert.deepEqual([error.code, error.alert, error.alertDirection], [code, alert, "sent"], error.message);
  assert.equal(error.phase, "handshake");
  // A client that sends its certificate last is connected before the server has seen it.
  const heard = await rejection(second.closed);
  assert.deepEqual([heard.code, heard.alert, heard.alertDirection], ["ERR_TLS_ALERT_RECEIVED", alert, "received"]);
  return error;
}

for (const name of ["p256", "p384", "ed25519", "rsa"]) {
  test(`a server proves itself by a certificate: ${name}`, async () => {
    const result = await connected({}, { certificates: [credentials(name)] });
    assertFull(result, name);
    assert.equal(result.serverInfo.peerCertificates, undefined);
    assert.equal(result.clientInfo.group, "x25519");
  });
}

test("PEM may be bytes, and keys be in their older forms", async () => {
  const chain = Buffer.from(pem("p256.chain"));
  const key = new TextEncoder().encode(pem("p256.sec1.key")).buffer;
  assertFull(await connected({ ca: Buffer.from(pem("root")) }, { certificates: [{ chain, key }] }));
});

test("RSA keys are read in both of their forms, and have to be the certificate's", async () => {
  const chain = pem("rsa.chain");
  for (const key of [pem("rsa.pkcs1.key"), Buffer.from(pem("rsa.key")), `${pem("rsa")}\n${pem("rsa.key")}`]) {
    assertFull(await connected({}, { certificates: [{ chain, key }] }), "rsa");
  }
  for (const key of [pem("intermediate.key"), pem("p256.key")]) {
    const server = acceptTls(pipe()[0], { ...USUAL, certificates: [{ chain, key }] });
    const error = await rejection(server.opened);
    assert.deepEqual([error.code, error.message], ["ERR_TLS_CONFIG", "the private key does not match the certificate"]);
  }
});

test("a client proves itself with an RSA key", async () => {
  const { serverInfo } = await connected(
    { certificate: credentials("rsa") },
    { requestCertificate: { verify: () => true } },
  );
  assert.deepEqual(serverInfo.peerCertificates.map(Buffer.from), ders("rsa.chain"));
});

test("the certificate is the one for the server name", async () => {
  const certificates = [credentials("other-name"), credentials("p256")];
  assertFull(await connected({}, { certificates }), "p256");
  assertFull(await connected({ serverName: "other.example" }, { certificates }), "other-name");
  assertFull(await connected({ serverName: "a.many.example" }, { certificates }), "p256");
});

test("a PSK goes before the certificate", async () => {
  const { clientInfo, serverInfo } = await connected({ psks: [psk()] }, { psks: [psk()] });
  for (const info of [clientInfo, serverInfo]) {
    assert.equal(String(Buffer.from(info.pskIdentity)), "client");
    assert.equal(info.serverCertificate, false);
    assert.equal(info.peerCertificates, undefined);
  }
});

test("an unknown identity falls back to the certificate", async () => {
  assertFull(await connected({ psks: [psk("stranger")] }, { psks: [psk()] }));
});

test("selectPsk falls back to the certificate with null", async () => {
  const seen = [];
  const selectPsk = (offered) => {
    seen.push(...offered.map(({ identity }) => String(Buffer.from(identity))));
    return null;
  };
  assertFull(await connected({ psks: [psk()] }, { selectPsk }));
  assert.deepEqual(seen, ["client"]);
});

test("selectPsk is not asked where there is nothing to choose from", async () => {
  const selectPsk = () => assert.fail("there is no offer");
  assertFull(await connected({}, { selectPsk }));
});

test("sessions of a full handshake are resumed without a certificate", async () => {
  const saved = deferred();
  const tickets = { keys: [new Uint8Array(32).fill(7)] };
  assertFull(await connected({ onSession: saved.resolve }, { tickets }));
  const sessions = [await saved.promise];
  const { clientInfo } = await connected({ sessions }, { tickets });
  assert.equal(clientInfo.pskKind, "resumption");
  assert.equal(clientInfo.serverCertificate, false);
});

for (const [what, alert, client, server] of [
  ["a certificate for another name", "bad_certificate", {}, { certificates: [credentials("other-name")] }],
  ["an expired certificate", "certificate_expired", {}, { certificates: [credentials("expired")] }],
  ["a certificate of the future", "certificate_expired", {}, { certificates: [credentials("future")] }],
  ["a client's certificate on a server", "unsupported_certificate", {}, { certificates: [credentials("client")] }],
  ["an unknown authority", "unknown_ca", { ca: pem("other-root") }, {}],
  [
    "a chain without its intermediate",
    "unknown_ca",
    {},
    { certificates: [{ chain: pem("p256"), key: pem("p256.key") }] },
  ],
]) {
  test(`the client refuses ${what}`, async () => {
    await assertFails(connect(client, server), "client", "ERR_TLS_CERTIFICATE", alert);
  });
}

test("the clock is the one of the options", async () => {
  const late = { now: () => Date.UTC(2121, 0) };
  await assertFails(connect(late), "client", "ERR_TLS_CERTIFICATE", "certificate_expired");
});

test("no certificate is taken without ca and without verifyCertificate", async () => {
  const pair = connect({ psks: [psk("stranger")], ca: undefined }, { psks: [psk()] });
  await assertFails(pair, "client", "ERR_TLS_HANDSHAKE_FAILURE", "handshake_failure");
});

// What the application judges.

test("the application may take a second to judge the certificate, which gives it the chain and the name", async () => {
  const seen = [];
  async function verifyCertificate(chain, { serverName, signal }) {
    await delay(1_000);
    seen.push(chain.map(Buffer.from), serverName, signal.aborted);
    return true;
  }
  const start = performance.now();
  assertFull(await connected({ verifyCertificate }));
  assert.ok(performance.now() - start > 990);
  assert.deepEqual(seen, [ders("p256.chain"), NAME, false]);
});

test("a pinned certificate needs no name, no date and no authority", async () => {
  const [pinned] = ders("expired.chain");
  const options = { serverName: undefined, verifyCertificate: ([own]) => pinned.equals(own) };
  assertFull(await connected(options, { certificates: [credentials("expired")] }), "expired");
  await assertFails(connect(options), "client", "ERR_TLS_CERTIFICATE", "certificate_unknown");
});

test("only true accepts a certificate", async () => {
  for (const answer of [false, undefined, null, 1, "yes", {}]) {
    const pair = connect({ verifyCertificate: () => answer });
    await assertFails(pair, "client", "ERR_TLS_CERTIFICATE", "certificate_unknown");
  }
});

test("verifyCertificate that throws or rejects fails the handshake, with its error as the cause", async () => {
  const cause = new Error("the pins could not be loaded");
  const throws = () => {
    throw cause;
  };
  for (const verifyCertificate of [throws, async () => throws()]) {
    const error = await assertFails(connect({ verifyCertificate }), "client", "ERR_TLS_CERTIFICATE", "internal_error");
    assert.equal(error.cause, cause);
  }
});

test("verifyCertificate and sign have the answerTimeout", async () => {
  const signals = [];
  const never = (_, { signal }) => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const judging = connect({ verifyCertificate: never, answerTimeout: 50 });
  const slow = await assertFails(judging, "client", "ERR_TLS_TIMEOUT", "internal_error");
  assert.match(slow.message, /verifying the certificate took longer than 50 ms/);
  const key = { schemes: ["ecdsa_secp256r1_sha256"], sign: never };
  const signing = connect({}, { certificates: [{ chain: pem("p256.chain"), key }], answerTimeout: 50 });
  const slower = await assertFails(signing, "server", "ERR_TLS_TIMEOUT", "internal_error");
  assert.match(slower.message, /signing took longer than 50 ms/);
  assert.deepEqual(
    signals.map(({ reason }) => reason),
    [slow, slower],
  );
});

test("an abort while they are asked ends the connection and tells them", async () => {
  for (const side of ["client", "server"]) {
    const controller = new AbortController();
    const asked = deferred();
    const never = (_, { signal }) => {
      asked.resolve(signal);
      return new Promise(() => {});
    };
    const key = { schemes: ["ecdsa_secp256r1_sha256"], sign: never };
    const { signal } = controller;
    const pair =
      side === "client"
        ? connect({ verifyCertificate: never, signal })
        : connect({}, { certificates: [{ chain: pem("p256.chain"), key }], signal });
    const given = await asked.promise;
    assert.equal(given.aborted, false);
    controller.abort(new Error("enough"));
    const error = await rejection(pair[side].opened);
    assert.equal(error.code, "ERR_TLS_ABORTED");
    assert.equal(given.reason, error);
    await rejection(pair[side === "client" ? "server" : "client"].opened);
  }
});

test("an answer that comes too late changes nothing", async () => {
  const answer = deferred();
  const pair = connect({ verifyCertificate: () => answer.promise, handshakeTimeout: 50 });
  assert.equal((await rejection(pair.client.opened)).code, "ERR_TLS_TIMEOUT");
  answer.resolve(true);
  await settled();
  assert.equal((await rejection(pair.client.closed)).code, "ERR_TLS_TIMEOUT");
  await rejection(pair.server.opened);
});

// Keys elsewhere.

test("WebCrypto signs with a key that it keeps, and may take a second", async () => {
  const requests = [];
  const certificate = withWebCryptoKey("p256", async (request) => {
    requests.push(request);
    await delay(1_000);
  });
  const start = performance.now();
  assertFull(await connected({}, { certificates: [credentials("other-name"), certificate] }));
  assert.ok(performance.now() - start > 990);
  assert.deepEqual(requests, [{ scheme: "ecdsa_secp256r1_sha256" }]);
});

test("signatures from elsewhere work time after time, whatever their numbers begin with", async () => {
  const certificates = [withWebCryptoKey("p256")];
  for (let times = 0; times < 40; times++) assertFull(await connected({}, { certificates }));
});

test("ecdsaToDer writes positive numbers without zeros in front", () => {
  const raw = Buffer.alloc(64);
  raw[2] = 0x7f;
  raw[32] = 0x80;
  const der = Buffer.from(ecdsaToDer(raw)).toString("hex");
  assert.equal(der, `3043021e7f${"00".repeat(29)}02210080${"00".repeat(31)}`);
  assert.equal(Buffer.from(ecdsaToDer(new Uint8Array(64))).toString("hex"), "3006020100020100");
});

test("signing that throws or rejects, and what is no signature of the key, fail the handshake", async () => {
  const cause = new Error("the HSM is on fire");
  const throws = () => {
    throw cause;
  };
  const { key: wrong } = withWebCryptoKey("client");
  for (const [sign, expected] of [
    [throws, cause],
    [async () => throws(), cause],
    [() => "signed", undefined],
    [() => new Uint8Array(64), undefined],
    [wrong.sign, undefined],
  ]) {
    const key = { schemes: ["ecdsa_secp256r1_sha256"], sign };
    const pair = connect({}, { certificates: [{ chain: pem("p256.chain"), key }] });
    const error = await assertFails(pair, "server", "ERR_TLS_SIGNING", "internal_error");
    if (expected) assert.equal(error.cause, expected);
  }
});

// Certificates of clients.

const requestCertificate = { ca: pem("root") };

test("both sides prove themselves by certificates, by keys here and elsewhere", async () => {
  for (const certificate of [credentials("client"), withWebCryptoKey("client", () => delay(1_000))]) {
    const result = await connected({ certificate }, { requestCertificate });
    assertFull(result);
    assert.deepEqual(result.serverInfo.peerCertificates.map(Buffer.from), ders("client.chain"));
  }
});

test("a client without a certificate is refused, unless none is required", async () => {
  await assertFails(connect({}, { requestCertificate }), "server", "ERR_TLS_CERTIFICATE", "certificate_required");
  const optional = { ...requestCertificate, required: false };
  const { serverInfo } = await connected({}, { requestCertificate: optional });
  assert.equal(serverInfo.peerCertificates, undefined);
});

for (const [name, alert, request = requestCertificate] of [
  ["expired", "certificate_expired"],
  ["p256", "unsupported_certificate"],
  ["client", "unknown_ca", { ca: pem("other-root") }],
  ["client", "certificate_unknown", { verify: () => false }],
]) {
  test(`the server refuses a client's certificate: ${name}, ${alert}`, async () => {
    const pair = connect({ certificate: credentials(name) }, { requestCertificate: request });
    await assertFails(pair, "server", "ERR_TLS_CERTIFICATE", alert);
  });
}

test("the server's application judges a client's certificate", async () => {
  const seen = [];
  async function verify(chain, { serverName }) {
    await delay(100);
    seen.push(chain.map(Buffer.from), serverName);
    return true;
  }
  await connected({ certificate: credentials("client") }, { requestCertificate: { verify } });
  assert.deepEqual(seen, [ders("client.chain"), NAME]);
});

test("a client with a PSK is not asked for its certificate", async () => {
  const { serverInfo } = await connected({ psks: [psk()] }, { psks: [psk()], requestCertificate });
  assert.equal(serverInfo.serverCertificate, false);
});

// RFC 8773.

test("a certificate stands beside an external PSK if both sides want that", async () => {
  for (const [clientWants, serverWants] of [
    [true, true],
    [true, false],
    [false, true],
  ]) {
    const { clientInfo, serverInfo } = await connected(
      { psks: [psk()], certificateWithPsk: clientWants },
      { psks: [psk()], certificateWithPsk: serverWants },
    );
    for (const info of [clientInfo, serverInfo]) {
      assert.equal(String(Buffer.from(info.pskIdentity)), "client");
      assert.equal(info.pskMode, "psk_dhe_ke");
      assert.equal(info.serverCertificate, clientWants && serverWants);
    }
    const shown = clientInfo.peerCertificates?.map(Buffer.from);
    assert.deepEqual(shown, clientWants && serverWants ? ders("p256.chain") : undefined);
  }
});

test("a certificate beside a PSK is judged like any other", async () => {
  const beside = { psks: [psk()], certificateWithPsk: true };
  const pair = connect({ ...beside, ca: pem("other-root") }, beside);
  await assertFails(pair, "client", "ERR_TLS_CERTIFICATE", "unknown_ca");
});

// Options that cannot work.

test("options that cannot work are refused by name", async () => {
  const { chain, key } = credentials("p256");
  const verify = () => true;
  const asked = { certificates: [{ chain, key }] };
  for (const [role, options, message] of [
    [startTls, { ca: pem("root") }, /serverName/],
    [startTls, { ca: "nothing", serverName: NAME }, /no certificate/],
    [startTls, { ca: 7, serverName: NAME }, /ca must be a string or bytes/],
    [startTls, { ca: pem("root"), serverName: NAME, verifyCertificate: verify }, /either by ca or by a function/],
    [startTls, { verifyCertificate: true }, /function/],
    [startTls, { certificate: { chain, key } }, /ca or verifyCertificate/],
    [startTls, { certificateWithPsk: true }, /ca or verifyCertificate/],
    [startTls, { certificates: [{ chain, key }] }, /certificates is not an option of a client/],
    [startTls, { requestCertificate: { verify } }, /requestCertificate is not an option of a client/],
    [
      startTls,
      { verifyCertificate: verify, certificate: { chain, key: pem("p384.key") } },
      /does not match the certificate/,
    ],
    [acceptTls, { ca: pem("root") }, /ca is not an option of a server/],
    [acceptTls, { verifyCertificate: verify }, /verifyCertificate is not an option of a server/],
    [acceptTls, { certificate: { chain, key } }, /certificate is not an option of a server/],
    [acceptTls, { requestCertificate: { verify } }, /need certificates/],
    [acceptTls, { certificateWithPsk: true }, /need certificates/],
    [acceptTls, { certificates: [] }, /need certificates/],
    [acceptTls, { ...asked, requestCertificate: {} }, /either by ca or by a function/],
    [acceptTls, { ...asked, requestCertificate: { verify, ca: pem("root") } }, /either by ca or by a function/],
    [acceptTls, { certificates: [{ chain: key, key }] }, /no certificate/],
    [acceptTls, { certificates: [{ chain, key: "no key" }] }, /private key/],
    [acceptTls, { certificates: [{ chain }] }, /key must be/],
    [acceptTls, { certificates: [{ chain, key: { schemes: ["sha1"], sign() {} } }] }, /no signature scheme/],
    [acceptTls, { certificates: [{ chain, key: { schemes: [], sign() {} } }] }, /at least one signature scheme/],
  ]) {
    const error = await rejection(role(pipe()[0], { psks: [psk()], ...USUAL, ...options }).opened);
    assert.equal(error.code, "ERR_TLS_CONFIG", `${message}: ${error.message}`);
    assert.match(error.message, message);
    assert.equal(error.phase, "configuration");
  }
});

test("the build without certificates refuses the options by name", async () => {
  const { chain, key } = credentials("p256");
  for (const [role, name, value] of [
    [small.startTls, "ca", pem("root")],
    [small.startTls, "verifyCertificate", () => true],
    [small.startTls, "certificate", { chain, key }],
    [small.startTls, "certificateWithPsk", true],
    [small.acceptTls, "certificates", [{ chain, key }]],
    [small.acceptTls, "requestCertificate", { ca: pem("root") }],
    [small.acceptTls, "certificateWithPsk", true],
  ]) {
    const error = await rejection(role(pipe()[0], { psks: [psk()], [name]: value }).opened);
    assert.equal(error.code, "ERR_TLS_CONFIG");
    assert.equal(error.message, `${name}: this build has no certificates: import tls-psk/full`);
  }
});

test("both builds speak with each other, in one process", async () => {
  const [clientEnd, serverEnd] = pipe();
  const client = small.startTls(clientEnd, { psks: [psk()], allowBothRoles: true });
  const server = acceptTls(serverEnd, { psks: [psk()], allowBothRoles: true, certificates: [credentials("p256")] });
  assert.equal((await client.opened).serverCertificate, false);
  assert.equal((await server.opened).serverCertificate, false);
});

// The classes.

test("the classes take RSA keys outside alone", async () => {
  await init();
  const config = new Config("server");
  const chain = Buffer.from(pem("rsa.chain"));
  for (const key of ["rsa.key", "rsa.pkcs1.key"]) {
    assert.throws(() => config.addCredentials(chain, Buffer.from(pem(key))), {
      code: "ERR_TLS_CONFIG",
      message: /cannot sign with RSA keys: add external credentials/,
    });
  }
  config.addExternalCredentials(chain, ["rsa_pss_rsae_sha256"]);
  config.free();
});

test("the classes show certificates without any streams", async () => {
  await init();
  const [clientConfig, serverConfig] = [new Config("client"), new Config("server")];
  const bytes = (name) => Buffer.from(pem(name));
  clientConfig.setServerName(NAME);
  clientConfig.setApplicationVerification();
  serverConfig.addExternalCredentials(bytes("p256.chain"), ["ecdsa_secp256r1_sha256"]);
  assert.throws(() => serverConfig.setClientCertificatesRequired(true), { code: "ERR_TLS_CONFIG" });
  const [client, server] = [new Connection(clientConfig), new Connection(serverConfig)];
  client.start();

  const events = { client: [], server: [] };
  function exchange() {
    for (let quiet = false; !quiet; ) {
      quiet = true;
      for (const [name, from, to] of [
        ["client", client, server],
        ["server", server, client],
      ]) {
        for (let sent = from.pollTransmit(); sent; sent = from.pollTransmit()) {
          to.receive(sent);
          quiet = false;
        }
        for (let event = from.pollEvent(); event; event = from.pollEvent()) events[name].push(event);
      }
    }
  }
  exchange();
  const { type, credentials: place, scheme, content } = events.server[0];
  assert.deepEqual([type, place, scheme, server.asking], ["sign", 0, "ecdsa_secp256r1_sha256", true]);
  server.sign(await withWebCryptoKey("p256").key.sign({ scheme, content }));
  exchange();
  assert.deepEqual(
    { ...events.client[0], chain: events.client[0].chain.map(Buffer.from) },
    {
      type: "verifyCertificate",
      chain: ders("p256.chain"),
      serverName: NAME,
    },
  );
  assert.deepEqual(client.peerCertificates, []);
  client.decideCertificate(true);
  exchange();
  assert.equal(events.client.at(-1).type, "connected");
  assert.deepEqual(client.peerCertificates.map(Buffer.from), ders("p256.chain"));
  assert.throws(() => client.decideCertificate(true), { code: "ERR_TLS_USAGE" });
  for (const object of [client, server, clientConfig, serverConfig]) object.free();
});

test("X25519MLKEM768 is a group of this build alone", async () => {
  const groups = ["X25519MLKEM768"];
  const { clientInfo } = await connected({ groups });
  assert.equal(clientInfo.group, "X25519MLKEM768");
  const psks = [psk()];
  const [clientEnd, serverEnd] = pipe();
  const server = acceptTls(serverEnd, { ...USUAL, psks });
  const client = startTls(clientEnd, { ...USUAL, psks, groups });
  assert.equal((await client.opened).pskMode, "psk_dhe_ke");
  assert.equal((await server.opened).group, "X25519MLKEM768");

  const refused = small.startTls(pipe()[0], { ...USUAL, psks, groups });
  assert.equal((await rejection(refused.opened)).code, "ERR_TLS_CONFIG");
});
