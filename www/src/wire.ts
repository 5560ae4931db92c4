// Two endpoints of the core, the wire between them, and a record of what both reported.

import {
  Config,
  Connection,
  type CoreEvent,
  ExternalPsk,
  type Field,
  inspect,
  type Negotiated,
  TlsError,
} from "tls-psk";
import { concat, fromText, sameBytes } from "./bytes.js";
import { type OfferedHalves, readOffer } from "./offer.js";
import { readKey, type Scene, seedOf } from "./scene.js";

export type Side = "client" | "server";

export const SIDES: readonly Side[] = ["client", "server"];

export function peerOf(side: Side): Side {
  return side === "client" ? "server" : "client";
}

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
}

/** What went over the wire at once. */
export interface Flight {
  from: Side;
  length: number;
  records: WireRecord[];
  entries: Entry[];
}

/** A record as anyone on the wire sees it. */
export interface WireRecord {
  type: string;
  length: number;
}

/** The offer of one ClientHello. */
export interface Offer {
  hello: Entry;
  psks: OfferedHalves[];
}

/** Something that the core refused or gave up with. */
export interface Fault {
  side: Side;
  error: TlsError;
}

/** How far the two have come together. */
export type Stage = "refused" | "handshaking" | "waiting" | "connected" | "failed" | "closed";

const EXPORTER_LABEL = "EXPERIMENTAL-tls-psk-demo";

/**
 * One play of a scene. Everything in it comes from the connections: their events, their bytes on the wire, and what
 * `inspect` reads in their messages.
 */
export class Exchange {
  readonly flights: Flight[] = [];
  readonly offers: Offer[] = [];
  readonly faults: Fault[] = [];
  readonly negotiated: Partial<Record<Side, Negotiated>> = {};
  /** 32 bytes that each side derived for the application, once it is connected. */
  readonly exported: Partial<Record<Side, Uint8Array>> = {};
  /** Application data as it came out at the other end. */
  readonly arrived: { at: Side; bytes: Uint8Array }[] = [];
  /** A call that came at the wrong time, or was not possible: it changed nothing. */
  complaint: Fault | undefined;

  readonly #ends: Partial<Record<Side, Connection>> = {};
  readonly #unsent: Record<Side, Entry[]> = { client: [], server: [] };
  readonly #closed = new Set<Side>();
  #refused = false;
  #entries = 0;

  constructor(scene: Scene) {
    for (const side of SIDES) {
      try {
        this.#ends[side] = connectionOf(scene, side);
      } catch (thrown) {
        this.#refuse({ side, error: TlsError.from(thrown, "configuration") });
      }
    }
    if (this.#refused) return;
    this.#call("client", (client) => client.start());
    // a client that has nothing to offer does not start
    if (this.complaint) this.#refuse(this.complaint);
    if (this.stage === "connected") this.say(scene.greeting);
  }

  get stage(): Stage {
    if (this.#refused) return "refused";
    if (this.faults.length > 0) return "failed";
    if (this.#closed.size === SIDES.length) return "closed";
    if (this.negotiated.client && this.negotiated.server) return "connected";
    return this.#ends.server?.suspended ? "waiting" : "handshaking";
  }

  /** The state of a side, by its name in the RFC. */
  state(side: Side): string | undefined {
    return this.#ends[side]?.state;
  }

  get entries(): Entry[] {
    return this.flights.flatMap((flight) => flight.entries);
  }

  /** Whether both sides derived the same bytes for the application. */
  get exportsMatch(): boolean {
    const { client, server } = this.exported;
    return client !== undefined && server !== undefined && sameBytes(client, server);
  }

  /** Answers the selection that the server waits with. */
  select(answer: number | "default" | "none"): void {
    this.#call("server", (server) => {
      if (answer === "default") server.selectDefault();
      else if (answer === "none") server.selectNone();
      else server.selectOffered(answer);
    });
  }

  /** Sends application data from the client, and back what arrived at the server. */
  say(text: string): void {
    const before = this.arrived.length;
    this.#send("client", fromText(text));
    for (const { at, bytes } of this.arrived.slice(before)) {
      if (at === "server") this.#send("server", bytes);
    }
  }

  /** Closes both directions, the client's first. */
  close(): void {
    for (const side of SIDES) {
      this.#call(side, (connection) => {
        connection.close();
        this.#closed.add(side);
      });
    }
  }

  /** Gives the memory of the connections back. */
  free(): void {
    for (const side of SIDES) {
      this.#ends[side]?.free();
      delete this.#ends[side];
    }
  }

  #refuse(fault: Fault): void {
    this.#refused = true;
    this.faults.push(fault);
  }

  #send(from: Side, bytes: Uint8Array): void {
    this.#call(from, (connection) => {
      connection.send(bytes);
      this.#said(from, { kind: "data", name: "application_data", bytes });
    });
  }

  /** Does something to one side, and carries what comes of it until both have nothing more to say. */
  #call(side: Side, action: (connection: Connection) => void): void {
    this.complaint = undefined;
    this.#attempt(side, action);
    for (let moved = true; moved; ) {
      moved = false;
      for (const from of SIDES) moved = this.#carry(from) || moved;
    }
  }

  #attempt(side: Side, action: (connection: Connection) => void): void {
    const connection = this.#ends[side];
    if (!connection) return;
    try {
      action(connection);
    } catch (thrown) {
      const error = TlsError.from(thrown, "handshake");
      if (error.code === "ERR_TLS_USAGE") this.complaint = { side, error };
      else this.faults.push({ side, error });
    }
    for (let event = connection.pollEvent(); event; event = connection.pollEvent()) this.#note(side, event);
  }

  #carry(from: Side): boolean {
    const chunks: Uint8Array[] = [];
    for (let chunk = this.#ends[from]?.pollTransmit(); chunk; chunk = this.#ends[from]?.pollTransmit()) {
      chunks.push(chunk);
    }
    if (chunks.length === 0) return false;

    const bytes = concat(chunks);
    const records = recordsIn(bytes);
    const entries = this.#unsent[from].splice(0);
    for (const entry of entries) entry.protected ??= records.at(-1)?.type === "application_data";
    this.flights.push({ from, length: bytes.length, records, entries });
    this.#attempt(peerOf(from), (peer) => peer.receive(bytes));
    return true;
  }

  #note(side: Side, event: CoreEvent): void {
    switch (event.type) {
      case "message":
        if (event.direction === "received") this.#heard(side, event.name);
        else this.#said(side, { kind: "handshake", ...event });
        break;
      case "alert":
        if (event.direction === "received") this.#heard(side, event.description);
        else this.#said(side, { kind: "alert", name: event.description, fatal: event.fatal });
        break;
      case "data":
        this.#heard(side, "application_data");
        this.arrived.push({ at: side, bytes: event.data });
        break;
      case "psk":
        this.#offerHeard()?.psks[event.index]?.outcomes.push(event.outcome);
        break;
      case "connected": {
        this.negotiated[side] = event;
        this.#attempt(side, (connection) => {
          this.exported[side] = connection.exportKeyingMaterial(EXPORTER_LABEL, undefined, 32);
        });
        break;
      }
    }
  }

  #said(from: Side, said: Pick<Entry, "kind" | "name"> & Partial<Entry>): void {
    const { kind, name, bytes, fatal = false } = said;
    const fields = kind === "handshake" && bytes ? inspect(bytes) : [];
    const id = this.#entries++;
    const entry = { id, kind, name, from, heard: false, protected: said.protected, fatal, bytes, fields };
    this.#unsent[from].push(entry);
    if (name === "client_hello" && bytes) this.offers.push({ hello: entry, psks: readOffer(bytes, fields) });
  }

  #heard(by: Side, name: string): void {
    const entry = this.entries.find((entry) => entry.from !== by && !entry.heard && entry.name === name);
    if (entry) entry.heard = true;
  }

  /** The offer that the server's reports are about: that of the last ClientHello which reached it. */
  #offerHeard(): Offer | undefined {
    return this.offers.findLast((offer) => offer.hello.heard);
  }
}

function connectionOf(scene: Scene, side: Side): Connection {
  const { keys, modes, groups, suites } = scene[side];
  const config = new Config(side);
  try {
    config.setTrace(true);
    // The page is both ends of the wire.
    config.setAllowBothRoles(true);
    config.setModes(modes);
    config.setGroups(groups);
    config.setCipherSuites(suites);
    if (side === "server") config.setSelection(scene.server.selection);
    for (const key of keys) {
      const read = readKey(key);
      if (!read) continue;
      const psk = new ExternalPsk(read.identity, read.secret, read.hmac);
      try {
        config.appendPsk(psk);
      } finally {
        psk.free();
      }
    }
    return new Connection(config, seedOf(scene, side));
  } finally {
    config.free();
  }
}

const RECORD_TYPES: Record<number, string> = {
  20: "change_cipher_spec",
  21: "alert",
  22: "handshake",
  23: "application_data",
};

/** The records that bytes on the wire are cut into (RFC 9846 section 5.1). */
function recordsIn(bytes: Uint8Array): WireRecord[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: WireRecord[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const type = view.getUint8(at);
    const length = view.getUint16(at + 3);
    records.push({ type: RECORD_TYPES[type] ?? `type ${type}`, length });
    at += 5 + length;
  }
  return records;
}
