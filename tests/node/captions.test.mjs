// Flights of real connections, with all that the core can put into one: each field has its caption, and has its bytes.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { init, inspect, inspectRecords } from "tls-psk";
import { describe } from "tls-psk/describe";
import { acceptTls, startTls } from "tls-psk/full";
import { credentials, NAME, NOW, pem } from "./support/certificates.mjs";
import { pipe, psk, read, write } from "./support/streams.mjs";

before(() => init());

const SUITE = "TLS_CHACHA20_POLY1305_SHA256";
const imported = { ...psk("pump"), context: Buffer.from("pump, hall") };
const early = { ...psk("device-7"), earlyData: { maxSize: 1000, cipherSuite: SUITE } };
const keys = [new Uint8Array(32).fill(7)];

/** What a connection is to have, and the messages that there are then and not otherwise. */
const FLIGHTS = [
  {
    what: "an external PSK and a KeyUpdate",
    client: { psks: [psk()] },
    server: { psks: [psk()] },
    has: ["key_update"],
  },
  {
    what: "an imported PSK",
    client: { psks: [imported], recordSizeLimit: 500, alpn: ["mqtt"] },
    server: { psks: [imported], alpn: ["mqtt"] },
    has: ["application_layer_protocol_negotiation", "record_size_limit"],
  },
  {
    what: "a HelloRetryRequest with a cookie",
    client: { psks: [psk()] },
    server: { psks: [psk()], groups: ["secp256r1"], cookieKeys: keys },
    has: ["hello_retry_request", "cookie", "selected_group"],
  },
  {
    what: "early data",
    client: { psks: [early], earlyData: Buffer.from("on") },
    server: { psks: [early], acceptEarlyData: () => true },
    has: ["early_data", "end_of_early_data"],
  },
  {
    what: "certificates of both sides, and tickets",
    client: { serverName: NAME, ca: pem("root"), certificate: credentials("client"), onSession() {} },
    server: { certificates: [credentials("p256")], requestCertificate: { ca: pem("root") }, tickets: { keys } },
    has: ["server_name", "certificate", "certificate_verify", "certificate_request", "new_session_ticket"],
  },
  {
    what: "a certificate beside a PSK",
    client: { psks: [psk()], serverName: NAME, ca: pem("root"), certificateWithPsk: true },
    server: { psks: [psk()], certificates: [credentials("p256")], certificateWithPsk: true },
    has: ["tls_cert_with_extern_psk"],
  },
];

/** All handshake messages that the client saw, and all bytes of both directions. */
async function played({ client: clientOptions, server: serverOptions }) {
  const messages = [];
  const wire = [];
  const [clientEnd, serverEnd] = pipe();
  const tap = () =>
    new TransformStream({
      transform(chunk, controller) {
        wire.push(Buffer.from(chunk));
        controller.enqueue(chunk);
      },
    });
  const usual = { now: () => NOW, allowBothRoles: true };
  const onTrace = (event) => event.type === "message" && messages.push(event.bytes);
  const client = startTls(
    { readable: clientEnd.readable.pipeThrough(tap()), writable: clientEnd.writable },
    { ...usual, ...clientOptions, onTrace },
  );
  const server = acceptTls(
    { readable: serverEnd.readable.pipeThrough(tap()), writable: serverEnd.writable },
    { ...usual, ...serverOptions },
  );
  await Promise.all([client.opened, server.opened]);
  await write(server.writable, "hello");
  await read(client.readable);
  await client.updateKeys({ requestPeer: true });
  await Promise.all([client.close(), server.close()]);
  return { messages, wire: Buffer.concat(wire) };
}

/** Every byte is in exactly one field that has none inside. */
function assertTiled(fields, length) {
  let covered = 0;
  for (const [at, field] of fields.entries()) {
    if ((fields[at + 1]?.depth ?? 0) > field.depth) continue;
    assert.equal(field.start, covered, field.name);
    covered = field.end;
  }
  assert.equal(covered, length);
}

for (const flight of FLIGHTS) {
  test(`every field of a connection has its bytes and its caption: ${flight.what}`, async () => {
    const { messages, wire } = await played(flight);
    const dissected = [...messages.map((bytes) => [bytes, inspect(bytes)]), [wire, inspectRecords(wire)]];
    const met = new Set();
    for (const [bytes, fields] of dissected) {
      assertTiled(fields, bytes.length);
      for (const field of fields) {
        met.add(field.name).add(field.value);
        const caption = describe(field);
        assert.match(caption ?? "", /^[A-Z0-9].* \(?(section|appendix|RFC) ?.*\.$/, field.name);
        assert.ok(caption.length <= 160, `${field.name} has ${caption.length} characters`);
      }
    }
    assert.deepEqual(
      flight.has.filter((name) => !met.has(name)),
      [],
    );
    // a browser's own list of what to ignore
    assert.ok(met.has("GREASE"));
  });
}
