// What an exchange reports: what was said, in which records and flights, what was offered, and how it went.

import type { Field, TlsError } from "tls-psk";
import type { Side } from "./endpoints.js";
import type { OfferedHalves } from "./halves.js";
import type { Delivery } from "./meddling.js";
import type { WireRecord } from "./records.js";

/** Something that one side said. */
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
  /** What `inspect` finds in a handshake message. */
  fields: Field[];
  /** The record that carried it: its flight, by number, and its place there. */
  place: { flight: number; record: number } | undefined;
}

/** What went over the wire at once. */
export interface Flight {
  from: Side;
  /** As it was sent. */
  bytes: Uint8Array;
  length: number;
  /** As it arrived, if it was tampered with. */
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

/** Something that the core refused or gave up with. */
export interface Fault {
  side: Side;
  error: TlsError;
}

/** How far the two have come together. */
export type Stage = "refused" | "handshaking" | "waiting" | "connected" | "failed" | "closed";
