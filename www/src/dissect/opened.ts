// The protected records of a captured connection, decrypted by the core with the key log of the capture.

import { dissect, RecordOpener } from "page-core";
import type { Field } from "tls-psk";
import { concat, fromHex, toHex } from "../page/bytes.js";
import type { FoundMessage } from "./found.js";

/** Concatenated inner plaintexts, and their fields. */
export interface Opened {
  bytes: Uint8Array;
  fields: Field[];
}

/** The labels of the secrets that protect a direction, in the order in which they do (RFC 9850). */
const LABELS = {
  client: ["CLIENT_EARLY_TRAFFIC_SECRET", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0"],
  server: ["SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"],
} as const;

/** Opens the records of one direction, as far as the key log goes; `undefined` if it opens none of them. */
export function openRecords(
  direction: "client" | "server",
  records: Uint8Array,
  messages: readonly FoundMessage[],
  keyLog: string,
): Opened | undefined {
  const openers = openersFor(direction, messages, keyLog);
  const opened: Uint8Array[] = [];
  let current = 0;
  try {
    for (const { name, start, end } of dissect(records, "records").fields) {
      if (name !== "TLSCiphertext") continue;
      const record = records.subarray(start, end);
      // each key is followed by the next one; rejected early data has its own key
      const found = openers.slice(current).findIndex((opener) => {
        const inner = attempt(opener, record);
        if (inner) opened.push(inner);
        return inner !== undefined;
      });
      if (found === -1) continue;
      current += found;
      const inner = opened.at(-1) ?? new Uint8Array();
      if (dissect(inner, "inner").fields.some(({ name }) => name === "KeyUpdate")) openers[current]?.update();
    }
  } finally {
    for (const opener of openers) opener.free();
  }
  return opened.length > 0 ? joined(opened) : undefined;
}

function openersFor(direction: "client" | "server", messages: readonly FoundMessage[], keyLog: string): RecordOpener[] {
  const hello = messages.find(({ name }) => name === "client_hello")?.bytes;
  const answer = messages.find(({ name }) => name === "server_hello")?.bytes;
  const suite = answer && dissect(answer, "messages").fields.find(({ name }) => name === "cipher_suite")?.value;
  if (!hello || !suite) return [];
  // after the header and legacy_version
  const random = toHex(hello.subarray(6, 38));
  const lines = keyLog.split("\n").map((line) => line.trim().split(" "));
  return LABELS[direction].flatMap((label) => {
    const line = lines.find(([name, of]) => name === label && of === random);
    const secret = fromHex(line?.[2] ?? "");
    try {
      return secret && secret.length > 0 ? [new RecordOpener(suite, secret)] : [];
    } catch {
      // early data has its own suite, and a key log may not fit
      return [];
    }
  });
}

function attempt(opener: RecordOpener, record: Uint8Array): Uint8Array | undefined {
  try {
    return opener.open(record);
  } catch {
    return undefined;
  }
}

function joined(inner: readonly Uint8Array[]): Opened {
  let offset = 0;
  const fields = inner.flatMap((bytes) => {
    const shifted = dissect(bytes, "inner").fields.map((field) => ({
      ...field,
      start: field.start + offset,
      end: field.end + offset,
    }));
    offset += bytes.length;
    return shifted;
  });
  return { bytes: concat(inner), fields };
}
