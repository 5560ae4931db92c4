// The PSKs that a ClientHello offers and where its binders are, read as far as the bytes go (RFC 9846 section 4.3.11).

import { concat } from "../bytes.js";

export interface OfferedPsk {
  index: number;
  /** `PskIdentity.identity`. */
  identity: Uint8Array;
  /** `obfuscated_ticket_age`: zero for an external PSK. */
  age: number;
  /** The parts of the identity, if it has the format of an imported one (RFC 9258). */
  imported: { external: Uint8Array; context: Uint8Array; hash: "SHA-256" | "SHA-384" } | undefined;
  /** The binder, as far as it is present. */
  binder: Uint8Array;
  /** Its declared length; 0 if even that is missing. */
  binderLength: number;
}

export interface ReadHello {
  psks: OfferedPsk[];
  /**
   * How many bytes the binders cover: all bytes before them. `undefined` if the message ends earlier or offers no PSK.
   */
  covered: number | undefined;
  /** Whether it answers a HelloRetryRequest, which its cookie shows. */
  hasCookie: boolean;
  /** Whether the message is truncated. */
  isCut: boolean;
}

/** A ClientHello with the earlier messages that its binders also cover. */
export interface Hello {
  bytes: Uint8Array;
  read: ReadHello;
  /** The first ClientHello and the HelloRetryRequest before it; empty if it is the first. */
  before: Uint8Array;
  /** Its name, such as "the second ClientHello"; for sentences. */
  name: string;
}

const PRE_SHARED_KEY = 41;
const COOKIE = 44;
const TLS13 = 0x0304;

/** A cursor that stops at the end of the bytes. */
class Cursor {
  at: number;
  readonly end: number;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** A number of this many bytes; `undefined` if they are missing. */
  number(size: number): number | undefined {
    if (this.at + size > this.end) return undefined;
    let value = 0;
    for (let next = 0; next < size; next++) value = value * 256 + (this.bytes[this.at + next] ?? 0);
    this.at += size;
    return value;
  }

  /** The content of a vector, as far as it is present, and its declared length. */
  vector(size: number): { inside: Cursor; length: number; isWhole: boolean } | undefined {
    const length = this.number(size);
    if (length === undefined) return undefined;
    const end = Math.min(this.at + length, this.end);
    const inside = new Cursor(this.bytes, this.at, end);
    const isWhole = end === this.at + length;
    this.at = end;
    return { inside, length, isWhole };
  }

  get rest(): Uint8Array {
    return this.bytes.subarray(this.at, this.end);
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }
}

export function readHello(message: Uint8Array): ReadHello {
  const read: ReadHello = { psks: [], covered: undefined, hasCookie: false, isCut: false };
  const outer = new Cursor(message, 1);
  const length = outer.number(3) ?? 0;
  read.isCut = message.length < 4 + length;
  const body = new Cursor(message, 4, Math.min(message.length, 4 + length));
  body.at += 2 + 32;
  body.vector(1);
  body.vector(2);
  body.vector(1);
  const extensions = body.vector(2)?.inside;
  while (extensions && !extensions.isAtEnd) {
    const type = extensions.number(2);
    const data = extensions.vector(2);
    // the rest is shorter than an extension's header
    if (!data) break;
    if (type === COOKIE) read.hasCookie = true;
    if (type === PRE_SHARED_KEY) readPsks(data.inside, read);
  }
  return read;
}

function readPsks(data: Cursor, read: ReadHello): void {
  const identities = data.vector(2);
  if (!identities) return;
  while (!identities.inside.isAtEnd) {
    const identity = identities.inside.vector(2);
    if (!identity) break;
    const bytes = identity.inside.rest;
    const age = identities.inside.number(4) ?? 0;
    read.psks.push({
      index: read.psks.length,
      identity: bytes.slice(),
      age,
      imported: importedIn(bytes),
      binder: new Uint8Array(),
      binderLength: 0,
    });
  }
  if (!identities.isWhole) return;
  read.covered = data.at;
  const binders = data.vector(2)?.inside;
  for (const psk of read.psks) {
    const binder = binders?.vector(1);
    if (!binder) return;
    psk.binder = binder.inside.rest.slice();
    psk.binderLength = binder.length;
  }
}

/** The parts of an identity with the format of an ImportedIdentity (RFC 9258 section 5.1). */
function importedIn(identity: Uint8Array): OfferedPsk["imported"] {
  const cursor = new Cursor(identity);
  const external = cursor.vector(2);
  const context = cursor.vector(2);
  const protocol = cursor.number(2);
  const kdf = cursor.number(2);
  const hash = ({ 1: "SHA-256", 2: "SHA-384" } as const)[kdf ?? 0];
  if (!external?.isWhole || external.length === 0 || !context?.isWhole || protocol !== TLS13) return undefined;
  if (!hash || !cursor.isAtEnd) return undefined;
  return { external: external.inside.rest.slice(), context: context.inside.rest.slice(), hash };
}

const RETRY_RANDOM = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";

/** The ClientHellos among messages, each with the messages before it. */
export function hellosIn(messages: readonly { type: number; bytes: Uint8Array }[], where = ""): Hello[] {
  const hellos: Hello[] = [];
  let retry: Uint8Array | undefined;
  for (const { type, bytes } of messages) {
    if (type === 2 && hellos.length === 1 && isRetry(bytes)) retry = bytes;
    if (type !== 1) continue;
    const [first] = hellos;
    const before = first && retry ? concat([first.bytes, retry]) : new Uint8Array();
    const name = hellos.length === 0 ? "the first ClientHello" : "the second ClientHello";
    hellos.push({ bytes, read: readHello(bytes), before, name: where ? `${name} of ${where}` : name });
  }
  return hellos;
}

/** Whether a ServerHello is a HelloRetryRequest, which has a fixed random (RFC 9846 section 4.2.3). */
function isRetry(message: Uint8Array): boolean {
  return Array.from(message.subarray(6, 38), (byte) => byte.toString(16).padStart(2, "0")).join("") === RETRY_RANDOM;
}
