// The records on the wire (RFC 9846 section 5), and their sealed content.

import type { Step } from "page-core";
import { concat, sameBytes } from "../page/bytes.js";

/** A record as an observer sees it, and what its sender sealed in it. */
export interface WireRecord {
  type: string;
  /** The length after the header. */
  length: number;
  /** The position of its header in the flight. */
  start: number;
  end: number;
  /** Content, type and padding of a protected record, as its sender sealed them. */
  inner: Uint8Array | undefined;
  /** The computation that protected it. */
  sealed?: Step | undefined;
}

export const HEADER_LENGTH = 5;

const TYPES: Record<number, string> = {
  20: "change_cipher_spec",
  21: "alert",
  22: "handshake",
  23: "application_data",
};

/** The records in bytes on the wire; `steps` are the computations of their sender, or of their receiver. */
export function recordsIn(bytes: Uint8Array, steps: readonly Step[] = []): WireRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: WireRecord[] = [];
  for (let start = 0; start + HEADER_LENGTH <= bytes.length; ) {
    const type = view.getUint8(start);
    const length = view.getUint16(start + 3);
    const end = start + HEADER_LENGTH + length;
    const fragment = bytes.subarray(start + HEADER_LENGTH, end);
    const sealed = protectionOf(fragment, steps);
    records.push({ type: TYPES[type] ?? `type ${type}`, length, start, end, inner: sealed?.inputs.plaintext, sealed });
    start = end;
  }
  return records;
}

/** How a record was sealed; from the point of view of its sender, if it was opened here. */
function protectionOf(fragment: Uint8Array, steps: readonly Step[]): Step | undefined {
  const sealed = steps.findLast(({ operation, output }) => operation === "seal" && sameBytes(output, fragment));
  if (sealed) return sealed;
  const opened = steps.findLast(({ operation, inputs: { ciphertext } }) => {
    return operation === "open" && ciphertext !== undefined && sameBytes(ciphertext, fragment);
  });
  return (
    opened && { ...opened, operation: "seal", inputs: { ...opened.inputs, plaintext: opened.output }, output: fragment }
  );
}

/** A record in clear with a handshake message. */
export function recordAround(message: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(22, 3, 1, message.length >> 8, message.length & 0xff), message]);
}
