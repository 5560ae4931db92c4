// The report of an exchange: its messages, records and flights, the offers, and the result.

import type { Field, TlsError } from "tls-psk";
import type { Side } from "./endpoints.js";
import type { OfferedHalves } from "./halves.js";
import type { Delivery } from "./meddling.js";
import type { WireRecord } from "./records.js";

/** A message, an alert or data of one side. */
export interface Entry {
  id: number;
  kind: "handshake" | "alert" | "data";
  name: string;
  from: Side;
  /** Whether the other side reported it as received. */
  heard: boolean;
  /** Whether it travelled in protected records; unknown until it does. */
  protected: boolean | undefined;
  /** Whether it is an alert that ends the connection. */
  fatal: boolean;
  /** The whole handshake message, or the application data; an alert is reported without. */
  bytes: Uint8Array | undefined;
  /** The fields of a handshake message. */
  fields: Field[];
  /** The record that carried it: its flight, by number, and its place there. */
  place: { flight: number; record: number } | undefined;
}

/** Bytes that were sent at a time. */
export interface Flight {
  from: Side;
  /** The bytes as sent. */
  bytes: Uint8Array;
  length: number;
  /** The bytes as received, if they were tampered with. */
  meddled: Delivery | undefined;
  records: WireRecord[];
  entries: Entry[];
}

/** The offer of one ClientHello. */
export interface Offer {
  hello: Entry;
  psks: OfferedHalves[];
  /** Whether the offer differs from what the client sent: it is shown as it reached the server. */
  altered: boolean;
}

/** An error of the core. */
export interface Fault {
  side: Side;
  error: TlsError;
}

/** The progress of the two sides. */
export type Stage = "refused" | "handshaking" | "waiting" | "connected" | "failed" | "closed";
