// The report of an exchange: its messages, records and flights, the offers, and the result.

import type { Step } from "page-core";
import type { Field, TlsError } from "tls-psk";
import type { Side } from "./endpoints.js";
import type { OfferedHalves } from "./halves.js";
import type { Delivery } from "./meddling.js";
import type { WireRecord } from "./records.js";
import type { Key } from "./scenes.js";

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

/** What the panels of messages, bytes and the key schedule show of a connection. */
export interface Recorded {
  readonly flights: readonly Flight[];
  readonly entries: readonly Entry[];
  /** The keys of each side. */
  readonly scene: Readonly<Record<Side, { readonly keys: readonly Key[] }>>;
  /** The PSK of the ticket that the client resumes with, if it does. */
  readonly ticketPsk?: Uint8Array | undefined;
  /** What each side computed, in order. */
  readonly steps: Readonly<Record<Side, Step[]>>;
  /** The handshake messages in the order in which each side sent or received them, as it saw them. */
  readonly seen: Readonly<Record<Side, { name: string; bytes: Uint8Array }[]>>;
}

/** The progress of the two sides. */
export type Stage = "refused" | "handshaking" | "waiting" | "connected" | "failed" | "closed";
