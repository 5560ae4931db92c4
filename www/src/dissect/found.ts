// The handshake messages in bytes that somebody brought, and the conversation that they are of.

import { dissect } from "page-core";
import type { Field } from "tls-psk";
import { concat } from "../bytes.js";
import { isCapture, readCapture } from "./capture.js";
import { tlsFlows } from "./flow.js";
import { InputError } from "./input-error.js";
import { type Opened, openRecords } from "./opened.js";
import { bytesFromText } from "./text.js";

/** Why a message or a record could not be read to its end, by the core. */
export interface Stop {
  code: string;
  message: string;
  position: number;
}

export interface FoundMessage {
  /** Such as "client_hello". */
  name: string;
  bytes: Uint8Array;
  stop: Stop | undefined;
}

export interface FoundRecords {
  title: string;
  bytes: Uint8Array;
  stop: Stop | undefined;
}

export interface Found {
  /** Where they come from, in words. */
  source: string;
  /** Those that were in clear, in the order in which they were sent. */
  messages: FoundMessage[];
  /** The records, if there are any: of what was pasted, or of each direction of a flow. */
  records: FoundRecords[];
  /** What protected records held, where the capture has the keys to them. */
  opened: (Opened & { title: string })[];
}

/** Reads what was pasted (text) or dropped (bytes). Throws an {@link InputError} when there is nothing of TLS in it. */
export function findIn(input: string | Uint8Array): Found {
  if (typeof input === "string") {
    const bytes = bytesFromText(input);
    return isCapture(bytes) ? findInCapture(bytes) : findInBytes(bytes, "What you pasted");
  }
  if (isCapture(input)) return findInCapture(input);
  const text = asPrintable(input);
  return text === undefined ? findInBytes(input, "The file") : findIn(text);
}

/** The file as text, if it is one. */
function asPrintable(bytes: Uint8Array): string | undefined {
  const isText = bytes.every((byte) => (byte >= 32 && byte < 127) || [9, 10, 13].includes(byte));
  return isText ? new TextDecoder().decode(bytes) : undefined;
}

const RECORD_TYPES = [20, 21, 22, 23];
const HANDSHAKE_TYPES = [1, 2];

function findInBytes(bytes: Uint8Array, what: string): Found {
  const [first = -1, second, third] = bytes;
  if (RECORD_TYPES.includes(first) && second === 3) {
    const { messages, stop } = messagesInRecords(bytes);
    const source = `${what}: records with their headers.`;
    return { source, messages, records: [{ title: "Records", bytes, stop }], opened: [] };
  }
  if (HANDSHAKE_TYPES.includes(first) && second === 0) {
    return {
      source: `${what}: handshake messages without records.`,
      messages: messagesIn(bytes),
      records: [],
      opened: [],
    };
  }
  if (first === 3 && second === 3 && third !== undefined) {
    const message = "this begins as the body of a hello does; the 4 bytes of its header are missing";
    throw new InputError("NotTls", message, "byte 0");
  }
  throw new InputError("NotTls", "neither a record (16 03 …) nor a hello (01 00 … or 02 00 …) begins here", "byte 0");
}

function findInCapture(file: Uint8Array): Found {
  const { packets, keyLog } = readCapture(file);
  const flows = tlsFlows(packets);
  const [flow, another] = flows;
  if (!flow) throw new InputError("NoFlow", "no TCP flow of the capture begins with a handshake record of TLS");
  if (another) {
    const names = flows.map(({ name }) => name).join(", ");
    throw new InputError("SeveralFlows", `the capture has ${flows.length} flows of TLS; bring one of them: ${names}`);
  }
  const client = messagesInRecords(flow.client);
  const server = messagesInRecords(flow.server);
  const records = [
    { title: "Client’s records", bytes: flow.client, stop: client.stop },
    { title: "Server’s records", bytes: flow.server, stop: server.stop },
  ].filter(({ bytes }) => bytes.length > 0);
  // one message of each in turn: a second ClientHello answers the HelloRetryRequest
  const turns = Math.max(client.messages.length, server.messages.length);
  const messages = Array.from({ length: turns }, (_, at) => [client.messages[at], server.messages[at]])
    .flat()
    .filter((message) => message !== undefined);
  const opened = (["client", "server"] as const).flatMap((direction) => {
    const one = openRecords(direction, flow[direction], messages, keyLog);
    return one ? [{ title: direction === "client" ? "Client’s, opened" : "Server’s, opened", ...one }] : [];
  });
  const keys = opened.length > 0 ? " Its key log opens what is protected." : "";
  return { source: `A capture: the flow ${flow.name}.${keys}`, messages, records, opened };
}

/** The messages in those records that are in clear, up to the first that is not. */
function messagesInRecords(bytes: Uint8Array): { messages: FoundMessage[]; stop: Stop | undefined } {
  const { fields, error } = dissect(bytes, "records");
  const fragments: Uint8Array[] = [];
  for (const [at, field] of fields.entries()) {
    if (field.name === "TLSCiphertext") break;
    if (field.name !== "TLSPlaintext" || field.value !== "handshake") continue;
    const fragment = fields.slice(at).find(({ name }) => name === "fragment");
    // behind the two bytes of its length
    if (fragment) fragments.push(bytes.subarray(fragment.start + 2, fragment.end));
  }
  return { messages: messagesIn(concat(fragments)), stop: error };
}

const HEADER = 4;

/** The messages, as their headers cut them. */
function messagesIn(bytes: Uint8Array): FoundMessage[] {
  const messages: FoundMessage[] = [];
  for (let start = 0; start < bytes.length; ) {
    const [, high = 0, middle = 0, low = 0] = bytes.subarray(start);
    const end = Math.min(start + HEADER + ((high << 16) | (middle << 8) | low), bytes.length);
    const message = bytes.slice(start, end);
    const { fields, error } = dissect(message, "messages");
    messages.push({ name: nameOf(fields, message), bytes: message, stop: error });
    start = end;
  }
  return messages;
}

const NAMES: Record<number, string> = { 1: "client_hello", 2: "server_hello" };

/** What the core calls it; of one that it could not read, what its first byte says. */
function nameOf([message]: readonly Field[], [type = 0]: Uint8Array): string {
  return message?.value ?? NAMES[type] ?? `message of type ${type}`;
}
