// The handshake messages of a conversation that are in the clear.

import { dissect } from "page-core";
import type { Conversation } from "../../../pkg/src/reading/reading.js";
import { messagesOf } from "../../../pkg/src/reading/tls.js";

export interface FoundMessage {
  /** Such as "client_hello". */
  name: string;
  /** HandshakeType. */
  type: number;
  bytes: Uint8Array;
  /** How many bytes are missing at its end. */
  missing: number;
}

/** The messages that are in the clear, by the core's names. */
export function foundIn(conversation: Conversation): FoundMessage[] {
  return messagesOf(conversation).map(({ type, bytes, missing }) => {
    const [field] = dissect(bytes, "messages").fields;
    return { name: field?.value ?? NAMES[type] ?? `message of type ${type}`, type, bytes, missing };
  });
}

const NAMES: Record<number, string> = { 1: "client_hello", 2: "server_hello" };
