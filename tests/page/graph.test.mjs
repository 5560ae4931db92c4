// The key schedule as a graph: from steps alone, with the values of RFC 8448 section 4.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { published } from "../node/support/vectors.mjs";
import { pure } from "./support/bundled.mjs";

let page;
before(async () => {
  page = await pure("derivation/graph", "derivation/layout", "derivation/commands");
});

const bytes = (name) => new Uint8Array(published(name));
const empty = new Uint8Array(0);
const zeros = new Uint8Array(32);
const algorithm = "SHA-256";
const extract = (salt, IKM, output) => ({ operation: "extract", algorithm, label: "", inputs: { salt, IKM }, output });
const expand = (label, Secret, Context, output) => ({
  operation: "expand-label",
  algorithm,
  label,
  inputs: { Secret, Context },
  output,
});
const hash = (message, output) => ({ operation: "hash", algorithm, label: "", inputs: { message }, output });
const hmac = (key, message, output) => ({ operation: "hmac", algorithm, label: "", inputs: { key, message }, output });

const EMPTY_HASH = new Uint8Array(
  Buffer.from("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "hex"),
);

/** What a server computes up to the Handshake Secret, with an ephemeral key of X25519. */
function steps() {
  const agree = {
    operation: "agree",
    algorithm: "x25519",
    label: "",
    inputs: { "private key": bytes("server x25519 private key"), "public key": bytes("client x25519 public key") },
    output: bytes("shared secret"),
  };
  return [
    extract(zeros, bytes("PSK"), bytes("early secret")),
    hash(empty, EMPTY_HASH),
    expand("res binder", bytes("early secret"), EMPTY_HASH, bytes("res binder")),
    expand("finished", bytes("res binder"), empty, bytes("binder finished key")),
    hash(bytes("truncated ClientHello"), bytes("binder hash")),
    hmac(bytes("binder finished key"), bytes("binder hash"), bytes("binder")),
    agree,
    expand("derived", bytes("early secret"), EMPTY_HASH, bytes("derived for handshake")),
    extract(bytes("derived for handshake"), bytes("shared secret"), bytes("handshake secret")),
    hash(new Uint8Array([...bytes("ClientHello"), ...bytes("ServerHello")]), bytes("hash of ClientHello..ServerHello")),
    expand("c hs traffic", bytes("handshake secret"), bytes("hash of ClientHello..ServerHello"), bytes("c hs traffic")),
  ];
}

const beginnings = () => ({
  secrets: [{ name: "PSK of the ticket", bytes: bytes("PSK") }],
  messages: [
    { name: "client_hello", bytes: bytes("ClientHello") },
    { name: "server_hello", bytes: bytes("ServerHello") },
  ],
});
const values = (given = steps()) => page.valuesOf(given, beginnings());
const named = (name, all = values()) => all.find((value) => value.name === name);

test("every value has its name, by what it was made from and how", () => {
  assert.deepEqual(
    values().map(({ name }) => name),
    [
      "Early Secret",
      'Hash("")',
      "binder_key",
      "finished_key",
      "Hash(Truncate(ClientHello))",
      "binder",
      "x25519 shared secret",
      "derived",
      "Handshake Secret",
      "Hash(ClientHello…ServerHello)",
      "client_handshake_traffic_secret",
    ],
  );
});

test("a value depends on the steps whose outputs went in, and on what was there before", () => {
  const names = [...page.ancestry(named("binder"))].map(({ name }) => name);
  assert.deepEqual(names, [
    "PSK of the ticket",
    "Early Secret",
    'Hash("")',
    "binder_key",
    '""',
    "finished_key",
    "Hash(Truncate(ClientHello))",
    "binder",
  ]);
});

test("what is made twice is there once, and what has the same name and origin is told apart", () => {
  const twice = [...steps(), ...steps()];
  assert.equal(values(twice).length, values().length);
  const again = new Uint8Array(32).fill(1);
  const both = values([...steps(), expand("res binder", bytes("early secret"), zeros, again)]);
  const ids = both.filter(({ name }) => name === "binder_key").map(({ id }) => id);
  assert.equal(ids.length, 2);
  assert.equal(ids[1], `${ids[0]}#2`);
  assert.equal(new Set(both.map(({ id }) => id)).size, both.length);
});

test("an identifier stays the same where the bytes are others", () => {
  const changed = steps().map((step) => {
    const shifted = (from) => from.map((byte) => byte ^ 0x55);
    const inputs = Object.fromEntries(
      Object.entries(step.inputs).map(([name, it]) => [
        name,
        name === "salt" && it.every((b) => b === 0) ? it : shifted(it),
      ]),
    );
    return { ...step, inputs, output: shifted(step.output) };
  });
  const { secrets } = beginnings();
  const shiftedSecrets = secrets.map((secret) => ({ ...secret, bytes: secret.bytes.map((byte) => byte ^ 0x55) }));
  const other = page.valuesOf(changed, { secrets: shiftedSecrets, messages: [] });
  const idsOf = (all) => all.filter(({ step }) => step.operation === "extract").map(({ id }) => id);
  assert.deepEqual(idsOf(other), idsOf(values()));
});

test("a key that no one has, and zeros, are called what they are", () => {
  const [early] = page.valuesOf([extract(zeros, bytes("PSK"), bytes("early secret"))], { secrets: [], messages: [] });
  assert.equal(page.mainInput(early).name, "stand-in key");
  const [main] = page.valuesOf([extract(zeros, zeros, bytes("early secret"))], { secrets: [], messages: [] });
  assert.equal(page.mainInput(main).name, "0");
});

test("what was opened or sealed is no value of the schedule", () => {
  const sealed = {
    operation: "seal",
    algorithm: "AES-128-GCM",
    label: "",
    inputs: { key: zeros },
    output: bytes("PSK"),
  };
  assert.equal(values([...steps(), sealed, { ...sealed, operation: "open" }]).length, values().length);
});

test("the stages are the stem, with what leads to each secret and what branches off", () => {
  const stages = page.stagesOf(values());
  assert.deepEqual(
    stages.map(({ secret }) => secret.name),
    ["Early Secret", "Handshake Secret"],
  );
  const [early, handshake] = stages;
  assert.deepEqual([early.salt, early.material.map(({ name }) => name)], [undefined, ["PSK of the ticket"]]);
  assert.equal(handshake.salt.name, "derived");
  assert.deepEqual(
    handshake.material.map(({ name }) => name),
    ["x25519 shared secret"],
  );
  const line = ({ value, next }) => [value.name, ...next.flatMap(line)];
  assert.deepEqual(early.branches.flatMap(line), ["binder_key", "finished_key", "binder"]);
  assert.deepEqual(handshake.branches.flatMap(line), ["client_handshake_traffic_secret"]);
});

test("each step is written as the specification has it", () => {
  const formula = (name) => page.formulaOf(named(name).step, (input) => input);
  assert.equal(formula("Early Secret"), "HKDF-Extract(salt, IKM)");
  assert.equal(formula("binder_key"), 'HKDF-Expand-Label(Secret, "res binder", Context, 32)');
  assert.equal(formula("binder"), "HMAC(key, message)");
  assert.equal(formula('Hash("")'), "SHA-256 of the messages");
  assert.match(formula("x25519 shared secret"), /^x25519\(our private key/);
});
