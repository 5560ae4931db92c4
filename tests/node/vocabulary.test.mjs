// The one list of the names that can be chosen, against the core: what it offers, it names by itself.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as small from "tls-psk";
import * as full from "tls-psk/full";
import { CIPHER_SUITES, GROUPS, groupOf, HASHES, hashOf, hashOfSuite, PSK_MODES } from "../../pkg/dist/vocabulary.js";

before(() => Promise.all([small.init(), full.init()]));

/** The values of fields in the ClientHello of a client that is told nothing but this. */
function offered({ Config, Connection, ExternalPsk, inspect }, configure = () => {}) {
  const config = new Config("client");
  const psk = new ExternalPsk(Uint8Array.of(1), new Uint8Array(32).fill(7));
  const imported = psk.withContext(new Uint8Array(0));
  config.appendPsk(imported);
  config.setGrease(false);
  config.setTrace(true);
  configure(config);
  const connection = new Connection(config);
  connection.start();
  const events = Array.from({ length: 9 }, () => connection.pollEvent());
  const fields = inspect(events.find((event) => event?.type === "message").bytes);
  for (const object of [config, psk, imported, connection]) object.free();
  return (name) => fields.filter((field) => field.name === name).map(({ value }) => value);
}

test("the groups and cipher suites are those that the core offers, in its order", () => {
  assert.deepEqual(offered(full)("NamedGroup"), GROUPS);
  assert.deepEqual(
    offered(small)("NamedGroup"),
    GROUPS.filter((name) => name !== "X25519MLKEM768"),
  );
  for (const build of [small, full]) assert.deepEqual(offered(build)("CipherSuite"), CIPHER_SUITES);
});

test("the modes are those that the core knows, its default first", () => {
  assert.deepEqual(offered(small)("PskKeyExchangeMode"), [PSK_MODES[0]]);
  const all = offered(small, (config) => config.setModes([...PSK_MODES]));
  assert.deepEqual(all("PskKeyExchangeMode"), PSK_MODES);
});

test("the hashes are those that the core imports a PSK for, and each suite has that of its name", () => {
  assert.equal(offered(small)("PskIdentity").length, HASHES.length);
  for (const suite of CIPHER_SUITES) {
    const psk = new small.ExternalPsk(Uint8Array.of(1), new Uint8Array(32).fill(7), hashOfSuite(suite));
    psk.free();
    const wrong = HASHES.find((hash) => hash !== hashOfSuite(suite));
    assert.throws(() => offeredWith(suite, wrong), { name: "TlsError" });
    offeredWith(suite, hashOfSuite(suite));
  }
});

/** A client of one suite with a PSK of one hash: it cannot begin if they do not fit. */
function offeredWith(suite, hash) {
  const config = new small.Config("client");
  const psk = new small.ExternalPsk(Uint8Array.of(1), new Uint8Array(32).fill(7), hash);
  config.appendPsk(psk);
  config.setCipherSuites([suite]);
  const connection = new small.Connection(config);
  try {
    connection.start();
  } finally {
    for (const object of [config, psk, connection]) object.free();
  }
}

test("other spellings are understood, and nothing else is", () => {
  for (const name of ["P-256", "p256", "prime256v1", "SECP256R1"]) assert.equal(groupOf(name), "secp256r1");
  assert.equal(groupOf("x25519mlkem768"), "X25519MLKEM768");
  for (const name of ["sha256", "SHA-256", "sha-256"]) assert.equal(hashOf(name), "SHA-256");
  for (const name of ["", "sha", "sha-512", "constructor", "__proto__"]) {
    assert.equal(hashOf(name), undefined);
    assert.equal(groupOf(name), undefined);
  }
});
