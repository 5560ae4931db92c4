// tls-psk/full/node handles certificates like node:tls. Each case runs against both.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import tls from "node:tls";
import * as full from "tls-psk/full/node";
import * as small from "tls-psk/node";
import { credentials, NAME, pem } from "./support/certificates.mjs";

const KEY = Buffer.alloc(32, 7);

/** `allowBothRoles` is for this process, which plays all of them. */
const USUAL = { minVersion: "TLSv1.3", allowBothRoles: true };
const shown = (name) => ({ cert: credentials(name).chain, key: credentials(name).key });
const SERVER = shown("p256");
const CLIENT = { ca: pem("root"), servername: NAME };
const LAX = { rejectUnauthorized: false };
const PSK = { pskCallback: () => ({ identity: "device-7", psk: KEY }) };
const PSK_SERVER = { pskCallback: () => KEY, ciphers: "TLS_AES_128_GCM_SHA256" };

const pinned = Object.assign(new Error("another key was pinned"), { code: "E_PIN" });

/** What came of a connection on the client, on the server, and what `checkServerIdentity` was asked. */
async function outcome(implementation, serverOptions, clientOptions) {
  const asked = [];
  const { checkServerIdentity } = clientOptions;
  const watched = checkServerIdentity && {
    checkServerIdentity(hostname, certificate) {
      asked.push([hostname, certificate.subject?.CN, Buffer.isBuffer(certificate.raw)]);
      return checkServerIdentity(hostname, certificate);
    },
  };
  const server = implementation.createServer({ ...USUAL, ...serverOptions });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const theirs = new Promise((resolve) => {
    server.on("tlsClientError", () => resolve("tlsClientError"));
    server.on("secureConnection", (socket) => {
      socket.on("error", () => {});
      socket.resume();
      resolve([socket.authorized, socket.authorizationError]);
    });
  });
  const { port } = server.address();
  const socket = implementation.connect({ ...USUAL, host: "127.0.0.1", port, ...clientOptions, ...watched });
  const ours = await new Promise((resolve) => {
    socket.on("error", (error) => resolve({ error }));
    socket.on("secureConnect", () => resolve({ told: [socket.authorized, socket.authorizationError] }));
  });
  const told = ours.error ? { error: ours.error, authorized: socket.authorized } : ours;
  const heard = await theirs;
  socket.destroy();
  server.close();
  return { ...told, heard, asked };
}

/** Both implementations come to the same. */
async function agree(serverOptions, clientOptions, expected) {
  for (const [name, implementation] of Object.entries({ "node:tls": tls, "tls-psk/full/node": full })) {
    const { told, error, asked } = await outcome(implementation, serverOptions, clientOptions);
    if (expected.refused) assert.ok(error, `${name} refuses`);
    else assert.deepEqual(told, expected.told, `${name}: ${error}`);
    if (expected.error) assert.equal(error, expected.error, name);
    assert.deepEqual(asked, expected.asked ?? [], name);
  }
}

const SEEN = [[NAME, "tls-psk test p256", true]];

for (const [what, client, expected] of [
  ["nothing against it", {}, { told: [true, null], asked: SEEN }],
  ["an Error", { checkServerIdentity: () => pinned }, { refused: true, error: pinned, asked: SEEN }],
  [
    "an Error, where nobody is rejected",
    { ...LAX, checkServerIdentity: () => pinned },
    { told: [false, "E_PIN"], asked: SEEN },
  ],
  [
    "an Error without a code, where nobody is rejected",
    { ...LAX, checkServerIdentity: () => new Error("not this one") },
    { told: [false, "not this one"], asked: SEEN },
  ],
  ["a promise", { checkServerIdentity: async () => {} }, { refused: true, asked: SEEN }],
  [
    "nothing, of a certificate of another name",
    { servername: "other.example" },
    { told: [true, null], asked: [["other.example", ...SEEN[0].slice(1)]] },
  ],
  [
    "nothing, without a servername",
    { servername: undefined },
    { told: [true, null], asked: [["127.0.0.1", ...SEEN[0].slice(1)]] },
  ],
]) {
  test(`checkServerIdentity has ${what}`, async () => {
    await agree(SERVER, { ...CLIENT, checkServerIdentity() {}, ...client }, expected);
  });
}

test("checkServerIdentity is not asked about a chain that was not accepted", async () => {
  const client = { ...CLIENT, ca: pem("other-root"), checkServerIdentity: () => pinned };
  await agree(SERVER, client, { refused: true });
  await agree(SERVER, { ...client, ...LAX }, { told: [false, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"] });
});

test("checkServerIdentity is not asked where a PSK has proved the server, in either build", async () => {
  const client = { ...PSK, checkServerIdentity: () => pinned };
  await agree(PSK_SERVER, client, { told: [true, null] });
  const { told, asked } = await outcome(small, PSK_SERVER, client);
  assert.deepEqual([told, asked], [[true, null], []]);
});

test("checkServerIdentity sees the chain up to its root", async () => {
  const chains = [];
  for (const implementation of [tls, full]) {
    const names = [];
    const checkServerIdentity = (_hostname, certificate) => {
      for (let one = certificate; ; one = one.issuerCertificate) {
        names.push([one.subject.CN, one.fingerprint256]);
        if (one === one.issuerCertificate || one.fingerprint256 === one.issuerCertificate?.fingerprint256) return;
      }
    };
    const { told } = await outcome(implementation, SERVER, { ...CLIENT, checkServerIdentity });
    assert.deepEqual(told, [true, null]);
    chains.push(names);
  }
  assert.deepEqual(chains[0], chains[1]);
  assert.equal(chains[0].length, 3);
});

for (const [name, code] of [
  ["expired", "CERT_HAS_EXPIRED"],
  ["future", "CERT_NOT_YET_VALID"],
  ["other-name", "ERR_TLS_CERT_ALTNAME_INVALID"],
]) {
  test(`a certificate that is not good is refused, or else named: ${name}`, async () => {
    await agree(shown(name), CLIENT, { refused: true });
    await agree(shown(name), { ...CLIENT, ...LAX }, { told: [false, code] });
  });
}

test("a good certificate is authorized also where nobody would be rejected", async () => {
  await agree(SERVER, { ...CLIENT, ...LAX }, { told: [true, null] });
});

test("without a ca no certificate is authorized, and without rejectUnauthorized: false none is taken", async () => {
  await agree(SERVER, { servername: NAME, ...LAX }, { told: [false, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"] });
  await agree(SERVER, { servername: NAME }, { refused: true });
});

const ASKING = { ...SERVER, requestCert: true, ca: pem("root") };

for (const [what, server, client, expected] of [
  ["shows none", {}, {}, [false, "UNABLE_TO_GET_ISSUER_CERT"]],
  ["shows a good one", {}, shown("client"), [true, null]],
  [
    "shows one of another authority",
    { ca: pem("other-root") },
    shown("client"),
    [false, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
  ],
  ["shows one that is for servers", {}, shown("p256"), [false, "INVALID_PURPOSE"]],
  ["has proved itself by a PSK", PSK_SERVER, PSK, [true, null]],
]) {
  test(`a server that rejects nobody says of a client that ${what} whether it is authorized`, async () => {
    for (const [name, implementation] of Object.entries({ "node:tls": tls, "tls-psk/full/node": full })) {
      const { heard } = await outcome(implementation, { ...ASKING, ...LAX, ...server }, { ...CLIENT, ...client });
      assert.deepEqual(heard, expected, name);
    }
  });
}

test("a server that rejects does so with clients that show none, or none of its ca", async () => {
  for (const implementation of [tls, full]) {
    assert.equal((await outcome(implementation, ASKING, CLIENT)).heard, "tlsClientError");
    const others = { ...ASKING, ca: pem("other-root") };
    assert.equal((await outcome(implementation, others, { ...CLIENT, ...shown("client") })).heard, "tlsClientError");
  }
});

test("verifyCertificate is asked also where nobody is rejected, and authorized says what it answered", async () => {
  const { ca, ...client } = CLIENT;
  for (const [verdict, told] of [
    [true, [true, null]],
    [false, [false, "CERT_REJECTED"]],
    ["unverified", [false, "CERT_REJECTED"]],
  ]) {
    const asked = [];
    const verifyCertificate = async (chain, { serverName }) => {
      asked.push([chain.length, serverName]);
      return verdict;
    };
    assert.deepEqual((await outcome(full, SERVER, { ...client, ...LAX, verifyCertificate })).told, told);
    assert.deepEqual(asked, [[2, NAME]]);
    const strict = await outcome(full, SERVER, { ...client, verifyCertificate });
    if (verdict === false) assert.deepEqual([strict.error.code, strict.authorized], ["ERR_TLS_CERTIFICATE", false]);
    else assert.deepEqual(strict.told, told);
  }
  const thrown = new Error("no database");
  const verifyCertificate = () => Promise.reject(thrown);
  for (const options of [{}, LAX]) {
    const { error } = await outcome(full, SERVER, { ...client, ...options, verifyCertificate });
    assert.deepEqual([error.code, error.cause], ["ERR_TLS_CERTIFICATE", thrown]);
  }
});

test("verifyCertificate judges the chain, and checkServerIdentity after it whom it is of", async () => {
  const client = { ...CLIENT, ca: undefined, verifyCertificate: () => true };
  const { error, asked } = await outcome(full, SERVER, { ...client, checkServerIdentity: () => pinned });
  assert.deepEqual([error, asked], [pinned, SEEN]);
  const refusing = { ...client, verifyCertificate: () => false, checkServerIdentity: () => pinned };
  assert.deepEqual((await outcome(full, SERVER, refusing)).asked, []);
});

test("an address is compared with the addresses of a certificate", async () => {
  const { told, error } = await outcome(full, SERVER, { ca: pem("root") });
  assert.equal(told, undefined);
  assert.match(error.message, /not for 127\.0\.0\.1/);
});
