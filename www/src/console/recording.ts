// A connection to a real server, as the panels show it: its records as they travelled, and what this side computed.
// Of the server, only its records are known.

import { type Step, takeSteps } from "page-core";
import { inspect, type TraceEvent } from "tls-psk";
import { type Recorded, recordsIn, SIDES, type Side } from "../handshake/exchange.js";
import { HEADER_LENGTH } from "../handshake/records.js";
import type { Entry, Flight } from "../handshake/report.js";
import type { Key } from "../handshake/scenes.js";
import { concat, sameBytes } from "../page/bytes.js";

/** How much of a connection is recorded, in bytes on the wire. */
const LIMIT = 1 << 20;

/** A byte of a handshake message, and where it travelled. */
interface Carried {
  from: Side;
  bytes: Uint8Array;
  place: { flight: number; record: number };
}

export class Recording implements Recorded {
  readonly scene: Recorded["scene"];
  readonly steps: Record<Side, Step[]> = { client: [], server: [] };
  readonly seen: Record<Side, { name: string; bytes: Uint8Array }[]> = { client: [], server: [] };
  readonly keyLog: string[] = [];
  /** Its bytes in order, in whole records. */
  readonly #chunks: { from: Side; bytes: Uint8Array }[] = [];
  /** The beginning of a record whose end has not been seen. */
  readonly #unfinished: Record<Side, Uint8Array> = { client: new Uint8Array(), server: new Uint8Array() };
  readonly #traced: TraceEvent[] = [];
  #length = 0;
  #report: { flights: Flight[]; entries: Entry[] } | undefined;

  constructor(key: Key) {
    this.scene = { client: { keys: [key] }, server: { keys: [] } };
  }

  get flights(): readonly Flight[] {
    return this.#reported().flights;
  }

  get entries(): readonly Entry[] {
    return this.#reported().entries;
  }

  /** Bytes as they go to the transport, or come from it. */
  carry(from: Side, bytes: Uint8Array): void {
    this.compute();
    if (this.#length > LIMIT) return;
    this.#length += bytes.length;
    const all = concat([this.#unfinished[from], bytes]);
    const end = recordsIn(all).findLast(({ end }) => end <= all.length)?.end ?? 0;
    this.#unfinished[from] = all.slice(end);
    if (end > 0) this.#chunks.push({ from, bytes: all.slice(0, end) });
    this.#report = undefined;
  }

  trace(event: TraceEvent): void {
    this.compute();
    if (this.#length > LIMIT) return;
    this.#traced.push(event);
    if (event.type === "message") this.seen.client.push({ name: event.name, bytes: event.bytes.slice() });
    this.#report = undefined;
  }

  /** Takes what the core has computed; it would store it otherwise. */
  compute(): void {
    const steps = takeSteps();
    if (steps.length === 0 || this.#length > LIMIT) return;
    this.steps.client.push(...steps);
    this.#report = undefined;
  }

  #reported(): { flights: Flight[]; entries: Entry[] } {
    this.#report ??= this.#read();
    return this.#report;
  }

  /** Finds the messages in the records that this side sealed and opened. */
  #read(): { flights: Flight[]; entries: Entry[] } {
    const flights = this.#flights();
    const entries: Entry[] = [];
    const said = new Map(SIDES.map((side) => [side, this.#names(side)]));
    for (const from of SIDES) {
      const handshake: Carried[] = [];
      for (const [number, flight] of flights.entries()) {
        if (flight.from !== from) continue;
        for (const [record, { type, inner, start, end }] of flight.records.entries()) {
          const place = { flight: number, record };
          const content = inner ? contentOf(inner) : { type, bytes: flight.bytes.slice(start + HEADER_LENGTH, end) };
          const isProtected = inner !== undefined;
          if (content.type === "handshake") handshake.push({ from, bytes: content.bytes, place });
          else if (content.type === "alert") {
            const name = said.get(from)?.alerts.shift() ?? "alert";
            const fatal = content.bytes[1] !== 0 && content.bytes[1] !== 90;
            entries.push({ ...entryOf({ kind: "alert", name, from, place }), protected: isProtected, fatal });
          } else if (inner && content.type === "application_data") {
            const data = { kind: "data", name: "application_data", from, place } as const;
            entries.push({ ...entryOf(data), protected: true, bytes: content.bytes });
          }
        }
      }
      entries.push(...messagesIn(handshake, said.get(from)?.messages ?? [], flights));
    }
    entries.sort((a, b) => order(a) - order(b));
    for (const [id, entry] of entries.entries()) {
      entry.id = id;
      flights[entry.place?.flight ?? 0]?.entries.push(entry);
    }
    return { flights, entries };
  }

  /** The names that the core reported, in order. */
  #names(side: Side) {
    const direction = side === "client" ? "sent" : "received";
    const messages: { name: string; bytes: Uint8Array }[] = [];
    const alerts: string[] = [];
    for (const event of this.#traced) {
      if (event.type === "message" && event.direction === direction) messages.push(event);
      if (event.type === "alert" && event.direction === direction) alerts.push(event.description);
    }
    return { messages, alerts };
  }

  #flights(): Flight[] {
    const runs: { from: Side; bytes: Uint8Array[] }[] = [];
    for (const { from, bytes } of this.#chunks) {
      const last = runs.at(-1);
      if (last?.from === from) last.bytes.push(bytes);
      else runs.push({ from, bytes: [bytes] });
    }
    return runs.map(({ from, bytes: parts }) => {
      const bytes = concat(parts);
      const records = recordsIn(bytes, this.steps.client);
      return { from, bytes, length: bytes.length, meddled: undefined, records, entries: [] };
    });
  }
}

function entryOf({ kind, name, from, place }: Pick<Entry, "kind" | "name" | "from" | "place">): Entry {
  // the server does not report what it received
  return { id: 0, kind, name, from, heard: true, protected: false, fatal: false, bytes: undefined, fields: [], place };
}

/** The messages, each in the record in which it begins: a record may have several, and a message several records. */
function messagesIn(
  carried: readonly Carried[],
  messages: readonly { name: string; bytes: Uint8Array }[],
  flights: readonly Flight[],
): Entry[] {
  const stream = concat(carried.map(({ bytes }) => bytes));
  let at = 0;
  return messages.flatMap(({ name, bytes }) => {
    let start = 0;
    const carrier = carried.find((part) => {
      start += part.bytes.length;
      return at < start;
    });
    const isThere = carrier && sameBytes(stream.subarray(at, at + bytes.length), bytes);
    if (!isThere) return [];
    at += bytes.length;
    const { from, place } = carrier;
    const record = flights[place.flight]?.records[place.record];
    const entry = entryOf({ kind: "handshake", name, from, place });
    return [{ ...entry, protected: record?.inner !== undefined, bytes: bytes.slice(), fields: inspect(bytes) }];
  });
}

const CONTENT_TYPES: Record<number, string> = { 21: "alert", 22: "handshake", 23: "application_data" };

/** The content of a TLSInnerPlaintext: its type is the last byte that is not zero (RFC 9846 section 5.2). */
function contentOf(inner: Uint8Array): { type: string; bytes: Uint8Array } {
  const end = inner.findLastIndex((byte) => byte !== 0);
  return { type: CONTENT_TYPES[inner[end] ?? 0] ?? "", bytes: inner.slice(0, Math.max(0, end)) };
}

function order({ place }: Entry): number {
  return place ? place.flight * 100_000 + place.record : 0;
}
