import assert from "node:assert/strict";
import { before, test } from "node:test";
import { init, inspect, inspectRecords } from "tls-psk";
import { describe } from "tls-psk/describe";
import { connected, pipe } from "./support/endpoints.mjs";

before(() => init());

/** Every byte is in exactly one field that has none inside, and all fields are inside those around them. */
function assertTiled(fields, length) {
  let covered = 0;
  const around = [];
  for (const [at, field] of fields.entries()) {
    around.length = field.depth;
    const parent = around.at(-1);
    if (parent) assert.ok(parent.start <= field.start && field.end <= parent.end);
    around.push(field);
    if ((fields[at + 1]?.depth ?? 0) <= field.depth) {
      assert.equal(field.start, covered);
      covered = field.end;
    }
  }
  assert.equal(covered, length);
}

/** The messages of a handshake with a HelloRetryRequest, and everything that the client sent on the wire. */
async function watched() {
  const messages = [];
  const wire = [];
  const [clientEnd, serverEnd] = pipe();
  const tap = new TransformStream({
    transform(chunk, controller) {
      wire.push(chunk);
      controller.enqueue(chunk);
    },
  });
  const readable = serverEnd.readable.pipeThrough(tap);
  const { client, server } = await connected(
    { alpn: ["mqtt"], serverName: "broker.example", onTrace: (event) => event.bytes && messages.push(event.bytes) },
    { alpn: ["mqtt"], groups: ["secp256r1"], cookieKeys: [new Uint8Array(32)], recordSizeLimit: 1000 },
    [clientEnd, { readable, writable: serverEnd.writable }],
  );
  await client.updateKeys({ requestPeer: true });
  await Promise.all([client.close(), server.close()]);
  return { messages, wire: Buffer.concat(wire) };
}

test("each message of a handshake is tiled with fields that have a description", async () => {
  const { messages } = await watched();
  assert.ok(messages.length >= 8);
  for (const message of messages) {
    const fields = inspect(message);
    assertTiled(fields, message.length);
    for (const field of fields) assert.match(describe(field), /^[A-Z0-9].*\.$/, field.name);
  }
});

test("bytes from the wire are tiled with records, down to the fields of what is in clear", async () => {
  const { wire } = await watched();
  const fields = inspectRecords(wire);
  assertTiled(fields, wire.length);
  const values = (name) => fields.filter((field) => field.name === name).map(({ value }) => value);
  assert.deepEqual(values("TLSPlaintext"), ["handshake", "change_cipher_spec", "handshake"]);
  assert.deepEqual(values("Handshake"), ["client_hello", "client_hello"]);
  assert.ok(values("TLSCiphertext").every((value) => value === "application_data"));
  assert.ok(values("Extension").includes("cookie"));
  for (const field of fields) assert.ok(describe(field), field.name);
});

test("an alert is a record with fields, and a record that is cut off has those that are there", () => {
  const fields = inspectRecords(Uint8Array.of(21, 3, 3, 0, 2, 2, 51));
  assert.deepEqual(
    fields.slice(-2).map(({ name, value }) => [name, value]),
    [
      ["level", "fatal"],
      ["description", "decrypt_error"],
    ],
  );
  assert.deepEqual(
    inspectRecords(Uint8Array.of(22, 3, 1, 2)).map(({ name, value }) => [name, value]),
    [
      ["TLSPlaintext", "handshake"],
      ["type", "handshake"],
      ["legacy_record_version", "769"],
    ],
  );
});

test("describe tells extensions apart, and knows nothing of other names", () => {
  assert.match(describe({ name: "Extension", value: "cookie" }), /4\.3\.2/);
  assert.equal(describe({ name: "Extension", value: "64000" }), describe({ name: "Extension" }));
  for (const name of ["nonsense", "toString", "__proto__"]) assert.equal(describe({ name }), undefined);
  assert.equal(describe({ name: "Extension", value: "toString" }), describe({ name: "Extension" }));
});
