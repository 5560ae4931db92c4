// The result of reading a text or a file: the bytes of TLS in it, and notes about missing parts.

/** The sender of bytes, as far as the input shows it. */
export type Sender = "client" | "server";

/** Some bytes of TLS, in the order in which they were sent. */
export interface Part {
  /** `undefined` if the input does not show it. */
  from: Sender | undefined;
  /** Records with their headers, or handshake messages without. */
  kind: "records" | "messages";
  bytes: Uint8Array;
}

/** One connection, or as much of it as the input has. */
export interface Conversation {
  /** A name to choose by, such as "10.0.0.1:50000 → 10.0.0.2:443"; empty if there is none. */
  name: string;
  parts: Part[];
  /** Sentences about parts that are missing or were left out. */
  notes: string[];
}

/** The content of an input. */
export interface Reading {
  /** The format of the input, such as "a capture (pcapng)". */
  format: string;
  /** The conversations with TLS, in the order in which they begin. There is at least one. */
  conversations: Conversation[];
  /** Lines of key logs in the input (RFC 9850). */
  keyLog: string;
  /** Sentences about parts of the whole input that are missing or were left out. */
  notes: string[];
}

/** Why nothing was found: a readable sentence, with advice. */
export class ReadingError extends Error {
  override readonly name = "ReadingError";
  /** The place, such as "line 3"; empty if the error is about the whole input. */
  readonly where: string;

  constructor(message: string, where = "") {
    super(message);
    this.where = where;
  }
}

/** A count with its noun, in the plural unless it is one. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** A view of the same memory for reading numbers. */
export function dataOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
