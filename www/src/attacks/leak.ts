// A connection that is recorded today, and a PSK that leaks tomorrow: everything under psk_ke can be decrypted, nothing
// under psk_dhe_ke.

import { secretsOfLeakedPsk } from "page-core";
import type { PskMode } from "tls-psk";
import { openRecords } from "../dissect/opened.js";
import { Exchange } from "../handshake/exchange.js";
import { type Key, sceneOf, settingsOf } from "../handshake/scenes.js";
import { asLabel, concat, fromHex, sameBytes, toHex } from "../page/bytes.js";
import type { Lane, Result } from "./lanes.js";

export function leaked(key: Key): Result {
  const lanes = (["psk_ke", "psk_dhe_ke"] as const).map((mode) => recorded(key, mode));
  const [ke, dhe] = lanes.map(({ opened }) => opened);
  return {
    lanes: lanes.map(({ lane }) => lane),
    verdict:
      ke && !dhe
        ? "The PSK alone decrypts what was recorded under psk_ke. Under psk_dhe_ke the key exchange protects it (forward secrecy)."
        : `Decrypted: psk_ke ${ke ? "yes" : "no"}, psk_dhe_ke ${dhe ? "yes" : "no"}.`,
  };
}

/** The data that an attacker can read with the bytes of a connection and, later, its PSK. */
function recorded(key: Key, mode: PskMode): { lane: Lane; opened: boolean } {
  const settings = settingsOf([key], { modes: [mode] });
  const exchange = new Exchange(sceneOf(settings, settings));
  exchange.free();
  const of = (side: "client" | "server") =>
    concat(exchange.flights.filter(({ from }) => from === side).map(({ bytes }) => bytes));
  const wire = { client: of("client"), server: of("server") };
  // in the clear on the wire
  const messages = exchange.seen.server
    .slice(0, 2)
    .map(({ name, bytes }) => ({ name, bytes, type: bytes[0] ?? 0, missing: 0 }));
  const hellos = concat(messages.map(({ bytes }) => bytes));
  const psk = fromHex(key.secret) ?? new Uint8Array();
  const random = toHex(messages[0]?.bytes.subarray(6, 38) ?? new Uint8Array());
  const line = (label: string, secret: Uint8Array) => `${label} ${random} ${toHex(secret)}\n`;

  const first = secretsOfLeakedPsk(key.hmac, psk, hellos, new Uint8Array());
  const handshake = line("SERVER_HANDSHAKE_TRAFFIC_SECRET", first.serverHandshake);
  const flight = openRecords("server", wire.server, messages, handshake);
  // each inner plaintext ends with its type
  const inside = flight ? withoutTypes(flight.bytes, flight.fields) : new Uint8Array();
  const then = secretsOfLeakedPsk(key.hmac, psk, hellos, inside);
  const keyLog =
    line("CLIENT_HANDSHAKE_TRAFFIC_SECRET", first.clientHandshake) +
    line("CLIENT_TRAFFIC_SECRET_0", then.clientApplication);
  const client = openRecords("client", wire.client, messages, keyLog);
  const text = client && dataIn(client.bytes, client.fields);
  const sent = new TextEncoder().encode(exchange.scene.greeting);
  const opened = text !== undefined && sameBytes(text, sent);
  const lane: Lane = {
    title: mode,
    stage: exchange.stage,
    facts: [
      ["Recorded", `${wire.client.length + wire.server.length} bytes`],
      [
        "Server’s flight",
        flight ? "decrypted with the PSK" : "not decrypted: the handshake secret needs the key exchange",
      ],
      ["Data of the client", opened ? `“${asLabel(text)}”` : "not decrypted"],
    ],
  };
  return { lane, opened };
}

type Fields = NonNullable<ReturnType<typeof openRecords>>["fields"];

/** The handshake messages in inner plaintexts. */
function withoutTypes(bytes: Uint8Array, fields: Fields): Uint8Array {
  const contents = fields.filter(({ name, depth }) => name === "Handshake" && depth <= 3);
  return concat(contents.map(({ start, end }) => bytes.subarray(start, end)));
}

/** The application data in inner plaintexts. */
function dataIn(bytes: Uint8Array, fields: Fields): Uint8Array | undefined {
  const plaintexts = fields.filter(({ name, value }) => name === "TLSInnerPlaintext" && value === "application_data");
  const [first] = plaintexts;
  const content = fields.find(({ name, start }) => name === "content" && first !== undefined && start >= first.start);
  return content && bytes.subarray(content.start, content.end);
}
