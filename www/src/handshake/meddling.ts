// What an attacker on the network changes: bytes, binders, identities, records; and a bit of a secret, which no
// attacker can change. The core does not know about it.

import { inspectRecords } from "tls-psk";
import { concat, hexByte } from "../page/bytes.js";
import type { Side } from "./endpoints.js";
import { recordsIn } from "./records.js";
import type { Scene } from "./scenes.js";

export type Meddling =
  /** XORs a byte of a flight. */
  | { kind: "flip"; flight: number; at: number; bits: number }
  /** Swaps two identities, or two binders, of the ClientHello in a flight. */
  | { kind: "identities" | "binders"; flight: number; first: number; second: number }
  /** Lets half of a record through, and then nothing more. */
  | { kind: "cut"; flight: number; record: number }
  /** Drops a record. */
  | { kind: "drop"; flight: number; record: number }
  /** Flips the lowest bit of a secret's first byte. */
  | { kind: "secret"; side: Side; key: number };

/** What arrives of a flight, and whether anything can come after it. */
export interface Delivery {
  bytes: Uint8Array;
  ends: boolean;
}

/** What arrives of the flight with this number. */
export function deliver(sent: Uint8Array, flight: number, meddlings: readonly Meddling[]): Delivery {
  let bytes = sent;
  let ends = false;
  for (const meddling of meddlings) {
    if (meddling.kind === "secret" || meddling.flight !== flight) continue;
    if (meddling.kind === "flip") bytes = flipped(bytes, meddling.at, meddling.bits);
    else if (meddling.kind === "cut" || meddling.kind === "drop") {
      const record = recordsIn(bytes)[meddling.record];
      if (!record) continue;
      const rest = meddling.kind === "cut" ? [] : [bytes.subarray(record.end)];
      const kept = meddling.kind === "cut" ? Math.ceil((record.start + record.end) / 2) : record.start;
      bytes = concat([bytes.subarray(0, kept), ...rest]);
      ends ||= meddling.kind === "cut";
    } else {
      const name = meddling.kind === "binders" ? "PskBinderEntry" : "PskIdentity";
      bytes = exchanged(bytes, name, meddling.first, meddling.second);
    }
  }
  return { bytes, ends };
}

function flipped(bytes: Uint8Array, at: number, bits: number): Uint8Array {
  return bytes.map((byte, index) => (index === at ? byte ^ bits : byte));
}

/** The bytes with two fields of the same name swapped. The enclosing fields stay as long, so no length changes. */
export function exchanged(records: Uint8Array, name: string, first: number, second: number): Uint8Array {
  const fields = inspectRecords(records).filter((field) => field.name === name);
  const [a, b] = [fields[Math.min(first, second)], fields[Math.max(first, second)]];
  if (!a || !b || a === b) return records;
  const part = (from: number, to: number) => records.subarray(from, to);
  return concat([
    part(0, a.start),
    part(b.start, b.end),
    part(a.end, b.start),
    part(a.start, a.end),
    part(b.end, records.length),
  ]);
}

/** The scene with its changed secrets. */
export function meddledScene(scene: Scene, meddlings: readonly Meddling[]): Scene {
  const changed = structuredClone(scene);
  for (const meddling of meddlings) {
    const key = meddling.kind === "secret" ? changed[meddling.side].keys[meddling.key] : undefined;
    if (key) key.secret = key.secret.replace(/[0-9a-f]{2}/i, (byte) => hexByte(Number.parseInt(byte, 16) ^ 1));
  }
  return changed;
}

export function sameMeddling(a: Meddling, b: Meddling): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
