// What was read from a text or a file: the bytes of TLS in it, and what is missing of them.

/** Who sent something, as far as the input tells. */
export type Sender = "client" | "server";

/** Some bytes of TLS, in the order in which they were sent. */
export interface Part {
  /** `undefined` where the input does not tell. */
  from: Sender | undefined;
  /** Records with their headers, or handshake messages without. */
  kind: "records" | "messages";
  bytes: Uint8Array;
}

/** One connection, or as much of it as the input has. */
export interface Conversation {
  /** To choose by, such as "10.0.0.1:50000 → 10.0.0.2:443"; empty where there is nothing to call it by. */
  name: string;
  parts: Part[];
  /** What is missing or was left out, in sentences. */
  notes: string[];
}

/** What was found in an input. */
export interface Reading {
  /** What the input is, such as "a capture (pcapng)". */
  format: string;
  /** Those with TLS in them, in the order in which they begin. There is at least one. */
  conversations: Conversation[];
  /** Lines of key logs that came along (RFC 9850). */
  keyLog: string;
  /** What is missing or was left out of the input as a whole, in sentences. */
  notes: string[];
}

/** Why nothing was found: a sentence for people, with the way out. */
export class ReadingError extends Error {
  override readonly name = "ReadingError";
  /** Where, such as "line 3"; empty where it is about the whole. */
  readonly where: string;

  constructor(message: string, where = "") {
    super(message);
    this.where = where;
  }
}

/** A count with its noun, in the plural where that is due. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** A view for numbers of the same memory. */
export function dataOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
