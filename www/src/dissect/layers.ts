// The layers of a message: itself, and the records that carried it.

import { dissect } from "page-core";
import type { Field } from "tls-psk";
import type { Layer } from "./dissector.js";

interface Options {
  title?: string;
  /** Whether a ClientHello in it is the answer to a HelloRetryRequest. */
  retried?: boolean;
}

/** A handshake message. */
export function messageLayer(name: string, bytes: Uint8Array, options: Options = {}): Layer {
  const { title = "Message", retried = false } = options;
  const { fields } = dissect(bytes, "messages");
  return { title, label: name, bytes, fields, hint: "", covered: coveredIn(fields, retried) };
}

/** Records in wire format. */
export function recordLayer(label: string, bytes: Uint8Array, options: Options = {}): Layer {
  const { title = "On the wire", retried = false } = options;
  const { fields } = dissect(bytes, "records");
  const hint = "With the header of the record.";
  return { title, label, bytes, fields, hint, covered: coveredIn(fields, retried) };
}

/**
 * The part of a ClientHello that its binders cover: everything up to the list of binders (RFC 9846 section 4.3.11.2).
 */
function coveredIn(fields: readonly Field[], retried: boolean): Layer["covered"] {
  const [binders, others] = fields.filter(({ name }) => name === "binders");
  // each of two ClientHellos has its own binders
  if (!binders || others) return undefined;
  const start = fields.findLast(({ name, start }) => name === "Handshake" && start < binders.start)?.start ?? 0;
  const besides = retried ? ", after the hash of the first ClientHello and the HelloRetryRequest" : "";
  return { start, end: binders.start, besides };
}

/** The content of a protected record before encryption. */
export function innerLayer(label: string, bytes: Uint8Array, title = "Opened"): Layer {
  const { fields } = dissect(bytes, "inner");
  return { title, label, bytes, fields, hint: "The content of the record before encryption." };
}

/** Bytes that TLS does not interpret. */
export function dataLayer(label: string, bytes: Uint8Array, title = "Message"): Layer {
  return { title, label, bytes, fields: [], hint: "Application data has no fields in TLS." };
}
