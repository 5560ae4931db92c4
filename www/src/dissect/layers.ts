// What there is to show of a message: itself, and the records that carried it.

import { dissect } from "page-core";
import type { Layer } from "./dissector.js";

/** A handshake message. `retried` tells that it is the answer to a HelloRetryRequest. */
export function messageLayer(name: string, bytes: Uint8Array, { title = "Message", retried = false } = {}): Layer {
  const { fields } = dissect(bytes, "messages");
  return { title, label: name, bytes, fields, hint: "", covered: coveredIn(bytes, retried) };
}

/** How much of a ClientHello its binders cover: all up to the list of binders (RFC 9846 section 4.3.11.2). */
export function coveredIn(message: Uint8Array, retried: boolean): Layer["covered"] {
  const count = dissect(message, "messages").fields.find(({ name }) => name === "binders")?.start;
  if (count === undefined) return undefined;
  const besides = retried ? ", behind the hash of the first ClientHello and the HelloRetryRequest" : "";
  return { count, besides };
}

/** Records as they are on the wire. */
export function recordLayer(label: string, bytes: Uint8Array, title = "On the wire"): Layer {
  const { fields } = dissect(bytes, "records");
  return { title, label, bytes, fields, hint: "With the header of the record." };
}

/** What a protected record held before it was encrypted. */
export function innerLayer(label: string, bytes: Uint8Array, title = "Opened"): Layer {
  const { fields } = dissect(bytes, "inner");
  return { title, label, bytes, fields, hint: "What the record held before it was encrypted." };
}

/** Bytes that TLS does not look into. */
export function dataLayer(label: string, bytes: Uint8Array, title = "Message"): Layer {
  return { title, label, bytes, fields: [], hint: "To TLS these are bytes without fields." };
}
