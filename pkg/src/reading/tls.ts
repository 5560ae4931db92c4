// Where TLS begins in bytes, and the handshake messages that records carry in the clear (RFC 9846 sections 4 and 5).

import { concat } from "../bytes.js";
import { type Conversation, count, type Part, type Sender } from "./reading.js";

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const RECORD_HEADER = 5;
const MESSAGE_HEADER = 4;

/** Whether there is a record header at `at`. */
export function isRecord(bytes: Uint8Array, at = 0): boolean {
  const type = bytes[at] ?? 0;
  return (
    type >= 20 && type <= 23 && bytes[at + 1] === 3 && (bytes[at + 2] ?? 255) <= 4 && (bytes[at + 3] ?? 255) < 0x48
  );
}

/** Whether there is a record at `at` in which a hello begins. */
function isHelloRecord(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== HANDSHAKE || !isRecord(bytes, at)) return false;
  const type = bytes[at + RECORD_HEADER];
  // a capture may end right after the header
  return type === undefined || (isHelloType(type) && (bytes[at + RECORD_HEADER + 1] ?? 0) === 0);
}

const isHelloType = (type: number | undefined) => type === CLIENT_HELLO || type === SERVER_HELLO;

/** Whether the bytes begin with a hello without a record. */
export function isHello(bytes: Uint8Array): boolean {
  if (!isHelloType(bytes[0]) || bytes[1] !== 0 || bytes.length < 6) return false;
  return bytes[4] === 3 && (bytes[5] ?? 255) <= 3;
}

/** Whether this is DTLS, whose records are similar. */
export function isDtls(bytes: Uint8Array): boolean {
  return (bytes[0] ?? 0) >= 20 && (bytes[0] ?? 0) <= 23 && bytes[1] === 0xfe && (bytes[2] ?? 0) >= 0xfd;
}

/** What the bytes begin with, in terms of TLS. */
export function kindOf(bytes: Uint8Array): Part["kind"] | undefined {
  if (isRecord(bytes)) return "records";
  return isHello(bytes) ? "messages" : undefined;
}

/** The types of handshake messages (RFC 9846 section 4). */
const MESSAGE_TYPES = [CLIENT_HELLO, SERVER_HELLO, 4, 5, 8, 11, 13, 15, 20, 24, 254];

/** Whether these are handshake messages without records, up to the last byte, which other bytes rarely are. */
export function areMessages(bytes: Uint8Array): boolean {
  const messages = messagesIn({ from: undefined, kind: "messages", bytes });
  return messages.length > 0 && messages.every(({ type, missing }) => MESSAGE_TYPES.includes(type) && missing === 0);
}

/** Where the record of the first hello begins, after data of another protocol; -1 if there is none. */
export function helloAt(bytes: Uint8Array): number {
  for (let at = bytes.indexOf(HANDSHAKE); at !== -1; at = bytes.indexOf(HANDSHAKE, at + 1)) {
    if (isHelloRecord(bytes, at)) return at;
  }
  return -1;
}

/** A handshake message in the clear. */
export interface Message {
  from: Sender | undefined;
  /** HandshakeType. */
  type: number;
  /** The message with its header, as far as it is present. */
  bytes: Uint8Array;
  /** How many bytes are missing at its end. */
  missing: number;
}

/** The messages of a conversation that are in the clear. If the directions are separate, they alternate. */
export function messagesOf({ parts }: Conversation): Message[] {
  const inOrder = parts.every(({ kind }) => kind === "messages") || parts.some(({ from }) => from === undefined);
  if (inOrder) return parts.flatMap(messagesIn);
  const of = (sender: Sender) => {
    const own = parts.filter(({ from }) => from === sender);
    const records = own.filter(({ kind }) => kind === "records").map(({ bytes }) => bytes);
    const messages = own.filter(({ kind }) => kind === "messages").flatMap(messagesIn);
    return [...messagesIn({ from: sender, kind: "records", bytes: concat(records) }), ...messages];
  };
  const [client, server] = [of("client"), of("server")];
  // a second ClientHello answers the HelloRetryRequest
  return Array.from({ length: Math.max(client.length, server.length) }, (_, at) => [client[at], server[at]])
    .flat()
    .filter((message) => message !== undefined);
}

function messagesIn({ from, kind, bytes }: Part): Message[] {
  const messages: Message[] = [];
  const flow = kind === "messages" ? bytes : fragments(bytes);
  for (let at = 0; at < flow.length; ) {
    const [type = 0, high = 0, middle = 0, low = 0] = flow.subarray(at, at + MESSAGE_HEADER);
    const length = MESSAGE_HEADER + ((high << 16) | (middle << 8) | low);
    const message = flow.slice(at, at + length);
    messages.push({ from, type, bytes: message, missing: length - message.length });
    at += length;
  }
  return messages;
}

/** The content of the handshake records, up to the first protected record. */
function fragments(records: Uint8Array): Uint8Array {
  const carried: Uint8Array[] = [];
  for (let at = 0; at + RECORD_HEADER <= records.length && isRecord(records, at); ) {
    const type = records[at];
    if (type === 23) break;
    const end = at + RECORD_HEADER + (((records[at + 3] ?? 0) << 8) | (records[at + 4] ?? 0));
    if (type === HANDSHAKE) carried.push(records.subarray(at + RECORD_HEADER, end));
    at = end;
  }
  return concat(carried);
}

/** The bytes from the first hello on, and a sentence about the data before it. */
export function withoutPreamble(bytes: Uint8Array): { bytes: Uint8Array; note: string | undefined } {
  if (isRecord(bytes)) return { bytes, note: undefined };
  const at = helloAt(bytes);
  if (at <= 0) return { bytes, note: undefined };
  const skipped = bytes.subarray(0, at);
  const isText = skipped.every((byte) => (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13);
  const what = isText ? "text, as in STARTTLS" : "another protocol";
  return { bytes: bytes.subarray(at), note: `${count(at, "byte")} before TLS were skipped: ${what}.` };
}
