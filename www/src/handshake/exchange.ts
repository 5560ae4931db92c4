// Two endpoints of the core, the wire between them, and a record of what both reported.

import { type Step, takeSteps } from "page-core";
import { type Connection, type CoreEvent, inspect, type Negotiated, type Session, TlsError } from "tls-psk";
import { concat, fromText, sameBytes } from "../page/bytes.js";
import { connectionOf, type EndOptions, peerOf, SIDES, type Side } from "./endpoints.js";
import { type OfferedHalves, readOffer } from "./halves.js";
import { offeredIn } from "./listed.js";
import { deliver, type Meddling, meddledScene } from "./meddling.js";
import { recordAround, recordsIn, type WireRecord } from "./records.js";
import type { Entry, Fault, Flight, Offer, Recorded, Stage } from "./report.js";
import type { Scene } from "./scenes.js";

export { peerOf, SIDES, type Side } from "./endpoints.js";
export { recordsIn, type WireRecord } from "./records.js";
export type { Entry, Fault, Flight, Offer, Recorded, Stage } from "./report.js";

const EXPORTER_LABEL = "EXPERIMENTAL-tls-psk-demo";

/** Distinguishes the random numbers of an earlier connection. */
const EARLIER = 0x5eed;

/** How early data is listed: it travels as application_data, but before the handshake is complete. */
const EARLY_DATA = "early data";

export interface ExchangeOptions extends EndOptions {
  /** Receives the client's sessions, with their PSKs, and must free them. */
  onSession?: (session: Session, psk: Uint8Array) => void;
  /** What an attacker on the network does to it. */
  meddlings?: readonly Meddling[];
  /** As `meddlings`, by a function: returns what arrives of the flight with this number. */
  onWire?: (bytes: Uint8Array, flight: number) => Uint8Array;
  /** The decision of the server's application about early data with this id; by default it accepts all. */
  acceptsEarlyData?: (id: Uint8Array) => boolean;
}

function offerOf(hello: Uint8Array): OfferedHalves[] {
  return readOffer(hello, inspect(hello), offeredIn(recordAround(hello)));
}

/** Finds the records that carried entries: the core gives each message, alert and piece of data its own record. */
function place(entries: readonly Entry[], records: readonly WireRecord[], flight: number): void {
  const carriers = records.flatMap(({ type }, record) => (type === "change_cipher_spec" ? [] : [record]));
  for (const [at, entry] of entries.entries()) {
    const record = carriers[at];
    if (record !== undefined) entry.place = { flight, record };
  }
}

/**
 * One play of a scene. Everything in it comes from the connections: their events, their bytes on the wire, and the
 * fields that `inspect` finds in their messages.
 */
export class Exchange implements Recorded {
  /** The played scene, with its changed secrets. */
  readonly scene: Scene;
  readonly meddlings: readonly Meddling[];
  readonly flights: Flight[] = [];
  readonly offers: Offer[] = [];
  readonly faults: Fault[] = [];
  readonly negotiated: Partial<Record<Side, Negotiated>> = {};
  /** 32 bytes that each side derived for the application, once it is connected. */
  readonly exported: Partial<Record<Side, Uint8Array>> = {};
  /** Application data as received by the other side. */
  readonly arrived: { at: Side; bytes: Uint8Array; early: boolean }[] = [];
  /** What each side computed, in order. */
  readonly steps: Record<Side, Step[]> = { client: [], server: [] };
  /** The handshake messages in the order in which each side sent or received them, as it saw them. */
  readonly seen: Record<Side, { name: string; bytes: Uint8Array }[]> = { client: [], server: [] };
  /** The key log (RFC 9850) of each side, a line for each secret. */
  readonly keyLog: Record<Side, string[]> = { client: [], server: [] };
  /** The error of a call that was not possible; it changed nothing. */
  complaint: Fault | undefined;

  readonly #ends: Partial<Record<Side, Connection>> = {};
  readonly #unsent: Record<Side, Entry[]> = { client: [], server: [] };
  readonly #closed = new Set<Side>();
  /** Whether the wire is cut. */
  #lost = false;
  readonly #onWire: (bytes: Uint8Array, flight: number) => Uint8Array;
  readonly #acceptsEarlyData: (id: Uint8Array) => boolean;
  readonly #onSession: ExchangeOptions["onSession"];
  /** The PSK of the ticket that the client resumes with. */
  ticketPsk: Uint8Array | undefined;
  #greeting: string | undefined;
  #refused = false;
  #entries = 0;

  constructor(scene: Scene, { meddlings = [], acceptsEarlyData, onWire, onSession, ...ends }: ExchangeOptions = {}) {
    this.#onSession = onSession;
    this.scene = meddledScene(scene, meddlings);
    this.meddlings = meddlings;
    this.#acceptsEarlyData = acceptsEarlyData ?? (() => true);
    this.#onWire = onWire ?? ((bytes) => bytes);
    this.#greeting = scene.greeting;
    takeSteps();
    for (const side of SIDES) {
      try {
        this.#ends[side] = connectionOf(this.scene, side, ends);
      } catch (thrown) {
        this.#refuse({ side, error: TlsError.from(thrown, "configuration") });
      }
      this.steps[side].push(...takeSteps());
    }
    if (this.#refused) return;
    if (scene.client.resumes) this.#resume(scene);
    this.#attempt("client", (client) => client.start());
    // a client without anything to offer does not start
    if (this.complaint) {
      this.#refuse(this.complaint);
      return;
    }
    this.#call("client", (client) => {
      if (!scene.client.earlyData || client.earlyDataLimit === undefined) return;
      const bytes = fromText(scene.greeting);
      client.sendEarlyData(bytes);
      this.#said("client", { kind: "data", name: EARLY_DATA, bytes, protected: true });
    });
  }

  get stage(): Stage {
    if (this.#refused) return "refused";
    if (this.faults.length > 0) return "failed";
    if (this.#closed.size === SIDES.length) return "closed";
    if (this.negotiated.client && this.negotiated.server) return "connected";
    return this.#ends.server?.asking ? "waiting" : "handshaking";
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

  /** Answers the server's pending selection. */
  select(answer: number | "default" | "none" | "timeout"): void {
    this.#call("server", (server) => {
      if (answer === "default") server.selectDefault();
      else if (answer === "timeout") server.cancelQuestion();
      else if (answer === "none") server.selectNone();
      else server.selectOffered(answer);
    });
  }

  /** Sends application data from the client, and echoes what arrived at the server. */
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

  /** Frees the memory of the connections. */
  free(): void {
    for (const side of SIDES) {
      this.#ends[side]?.free();
      delete this.#ends[side];
    }
  }

  /** Gives the client the ticket of a connection before this one. */
  #resume(scene: Scene): void {
    const before = { ...scene, client: { ...scene.client, resumes: false }, seed: (scene.seed ^ EARLIER) >>> 0 };
    const earlier = new Exchange(before, {
      onSession: (session, psk) => {
        this.ticketPsk = psk;
        this.#attempt("client", (client) => client.appendSession(session));
        session.free();
      },
    });
    earlier.free();
    this.steps.client.length = 0;
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

  /** Calls one side, and then carries bytes until both sides have nothing more to send. */
  #call(side: Side, action: (connection: Connection) => void): void {
    this.complaint = undefined;
    this.#attempt(side, action);
    for (let moved = true; moved; ) {
      moved = false;
      for (const from of SIDES) moved = this.#carry(from) || moved;
    }
    if (this.#greeting !== undefined && this.stage === "connected") {
      const greeting = this.#greeting;
      this.#greeting = undefined;
      this.say(greeting);
    }
  }

  #attempt(side: Side, action: (connection: Connection) => void): void {
    const connection = this.#ends[side];
    if (!connection) return;
    // other exchanges may have computed steps meanwhile
    takeSteps();
    try {
      action(connection);
    } catch (thrown) {
      const error = TlsError.from(thrown, "handshake");
      if (error.code === "ERR_TLS_USAGE") this.complaint = { side, error };
      else this.faults.push({ side, error });
    }
    this.steps[side].push(...takeSteps());
    for (let event = connection.pollEvent(); event; event = connection.pollEvent()) this.#note(side, event);
  }

  #carry(from: Side): boolean {
    const chunks: Uint8Array[] = [];
    for (let chunk = this.#ends[from]?.pollTransmit(); chunk; chunk = this.#ends[from]?.pollTransmit()) {
      chunks.push(chunk);
    }
    if (chunks.length === 0) return false;

    const bytes = concat(chunks);
    const records = recordsIn(bytes, this.steps[from]);
    const entries = this.#unsent[from].splice(0);
    const flight = this.flights.length;
    place(entries, records, flight);
    for (const entry of entries) entry.protected ??= records.at(-1)?.type === "application_data";
    const delivery = this.#lost
      ? { bytes: new Uint8Array(), ends: false }
      : deliver(this.#onWire(bytes, flight), flight, this.meddlings);
    const meddled = sameBytes(delivery.bytes, bytes) ? undefined : delivery;
    this.flights.push({ from, bytes, length: bytes.length, meddled, records, entries });
    if (delivery.bytes.length > 0) this.#attempt(peerOf(from), (peer) => peer.receive(delivery.bytes));
    if (delivery.ends) {
      this.#lost = true;
      for (const side of SIDES) this.#attempt(side, (connection) => connection.transportClosed());
    }
    return true;
  }

  #note(side: Side, event: CoreEvent): void {
    switch (event.type) {
      case "message":
        this.seen[side].push({ name: event.name, bytes: event.bytes });
        if (event.direction === "sent") this.#said(side, { kind: "handshake", ...event });
        else {
          this.#heard(side, event.name);
          if (event.name === "client_hello") this.#reread(event.bytes);
        }
        break;
      case "alert":
        if (event.direction === "received") this.#heard(side, event.description);
        else this.#said(side, { kind: "alert", name: event.description, fatal: event.fatal });
        break;
      case "data":
        this.#heard(side, "application_data");
        this.arrived.push({ at: side, bytes: event.data, early: false });
        break;
      case "decideEarlyData":
        this.#attempt(side, (connection) => connection.decideEarlyData(this.#acceptsEarlyData(event.id)));
        break;
      case "earlyData":
        this.#heard(side, EARLY_DATA);
        this.arrived.push({ at: side, bytes: event.data, early: true });
        break;
      case "session":
        if (this.#onSession) {
          const derived = this.steps[side].findLast(({ label }) => label === "resumption");
          this.#onSession(event.session, derived?.output ?? new Uint8Array());
        } else event.session.free();
        break;
      case "keyLog":
        this.keyLog[side].push(event.line);
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
    const entry: Entry = {
      id,
      kind,
      name,
      from,
      heard: false,
      protected: said.protected,
      fatal,
      bytes,
      fields,
      place: undefined,
    };
    this.#unsent[from].push(entry);
    if (name === "client_hello" && bytes) this.offers.push({ hello: entry, psks: offerOf(bytes), altered: false });
  }

  #heard(by: Side, name: string): void {
    const entry = this.entries.find((entry) => entry.from !== by && !entry.heard && entry.name === name);
    if (entry) entry.heard = true;
  }

  /** Reads the offer as it reached the server, if it was changed on the way. */
  #reread(hello: Uint8Array): void {
    const offer = this.#offerHeard();
    if (!offer?.hello.bytes || sameBytes(offer.hello.bytes, hello)) return;
    offer.psks = offerOf(hello);
    offer.altered = true;
  }

  /** The offer of the server's reports: that of the last ClientHello that reached it. */
  #offerHeard(): Offer | undefined {
    return this.offers.findLast((offer) => offer.hello.heard);
  }
}
