import { viewOf } from "./bytes.js";
import { openConnection } from "./configuration.js";
import type { Connection } from "./core.js";
import type { CoreEvent, Negotiated } from "./core-types.js";
import { asConfigError, TlsError, type TlsErrorCode, type TlsErrorDetails, type TlsPhase } from "./errors.js";
import { LazyInbound } from "./inbound.js";
import { Limits } from "./limits.js";
import { init, isInitialised } from "./loader.js";
import { tell } from "./observers.js";
import { type ClientOptions, clockOf, type ServerOptions } from "./options.js";
import type { OutboundSink } from "./outbound.js";
import { Outcome } from "./outcome.js";
import { type Kept, recall } from "./prepared.js";
import { type CheckedPsk, checkPsk, copyPsks, wipe } from "./psk.js";
import { Questions } from "./questions.js";
import { Sender } from "./sender.js";
import { type Transport, TransportStreams } from "./transport.js";

/** How much plaintext is encrypted at a time, in bytes: one full record (RFC 9846 section 5.1). */
const SEND_SLICE = 16 * 1024;

/** How long the peer, or the transport, may take to close gracefully, in milliseconds, before it is cut. */
const CLOSE_GRACE = 1_000;

/** For {@link Pump.#fail}: without an alert, for example if the transport has failed. */
const ABRUPTLY = true;

export type { OutboundSink };

/** The application's end of the direction from the peer. */
export interface InboundSide {
  /** Settles when the reader requests more than is buffered, or has cancelled. */
  demand(): Promise<void>;
  push(data: Uint8Array<ArrayBuffer>): void;
  /** Buffered data can still be read. */
  end(): void;
  /** Immediately, dropping buffered data, or after that data was read. */
  fail(error: unknown, behindData: boolean): void;
}

/** The application's end of the direction to the peer. */
export interface OutboundSide {
  /** Settles when every chunk accepted so far is sent, or cannot be sent any more. */
  drained(): Promise<void>;
  fail(error: unknown): void;
}

/**
 * Moves bytes between the transport, a connection of the core, and the two streams of the application.
 *
 * The transport is read only while the handshake runs or the application's reader requests data, and a write is done
 * only when the transport has room for it. So a fast peer is slowed down instead of filling the memory. Reading never
 * waits for writing: otherwise two peers could wait for each other forever.
 */
export class Pump {
  readonly opened = new Outcome<Negotiated>();
  readonly closed = new Outcome<void>();
  /** Early data. The core limits it, so it need not be read. */
  readonly early = new LazyInbound();
  readonly inbound: InboundSide;
  readonly outbound: OutboundSide;

  readonly #options: ClientOptions & ServerOptions;
  readonly #transport: TransportStreams;
  readonly #sender: Sender;
  readonly #questions: Questions;
  readonly #limits: Limits;
  /** Exists once the WebAssembly is loaded, until the outcome is decided. */
  connection: Connection | undefined;
  phase: TlsPhase = "handshake";
  /** Whether the outcome is decided. */
  #over = false;
  #failure: TlsError | undefined;
  /** The timer of the grace period at the end. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends a wait for {@link Pump.#room}. */
  #wake: (() => void) | undefined;
  #closing = false;
  #closeNotifySent = false;
  #closeNotifyReceived = false;

  constructor(
    role: "client" | "server",
    transport: Transport,
    options: ClientOptions | ServerOptions,
    inbound: InboundSide,
    outbound: (sink: OutboundSink) => OutboundSide,
  ) {
    this.inbound = inbound;
    this.#options = options as ClientOptions & ServerOptions;
    this.#limits = new Limits(options, (...error) => this.#cancel(this.#error(...error)));
    const kept = role === "server" && isInitialised() ? recall(options) : undefined;
    const psks = kept?.config ? [] : (options.psks ?? []);
    // Before the streams are locked, so that a failure leaves nothing locked; the secrets are copied after it, so that
    // a failure leaves no copies.
    for (const psk of psks) checkPsk(psk);
    this.#transport = new TransportStreams(transport);
    this.#sender = new Sender(
      this.#transport,
      () => this.connection?.pollTransmit(),
      (cause) => this.#onWriteError(cause),
    );
    this.#questions = new Questions(this, this.#options);
    this.outbound = outbound({
      send: (plaintext) => this.#send(plaintext),
      end: () => this.#sendCloseNotify(),
      abort: (cause) => this.#cancel(this.#error("ERR_TLS_ABORTED", "the writable stream was aborted", { cause })),
    });
    this.#limits.start(options.handshakeTimeout);
    this.#run(role, copyPsks(psks), kept).catch((thrown) => this.#fail(TlsError.from(thrown, this.phase)));
  }

  /** See `TlsSocket.close`. */
  close(): Promise<void> {
    if (this.phase === "handshake") {
      this.#cancel(this.#error("ERR_TLS_ABORTED", "the connection was closed before it was open"));
    } else if (!this.#over && !this.#closing) {
      this.#closing = true;
      void this.#shutDown();
    }
    return this.closed.promise;
  }

  /** See `TlsSocket.updateKeys`. */
  async updateKeys(requestPeer: boolean): Promise<void> {
    this.live().updateKeys(requestPeer);
    this.settle();
    await this.#sender.flush();
  }

  async #run(role: "client" | "server", psks: CheckedPsk[], kept: Kept | undefined): Promise<void> {
    try {
      if (!isInitialised()) await init();
      if (this.#over) return;
      this.connection = openConnection(role, this.#options, psks, kept);
    } catch (thrown) {
      throw asConfigError(thrown);
    } finally {
      wipe(psks);
    }
    if (role === "client") this.#advance((connection) => this.#start(connection));
    await this.#receiveAll();
  }

  #start(connection: Connection): void {
    connection.start();
    const { earlyData } = this.#options;
    if (earlyData && connection.earlyDataLimit !== undefined) connection.sendEarlyData(viewOf(earlyData));
  }

  async #receiveAll(): Promise<void> {
    while (!this.#over && !this.#closeNotifyReceived) {
      if (this.phase === "data") await this.inbound.demand();
      else await this.#room();
      const bytes = await this.#read();
      if (bytes !== undefined) this.#advance((connection) => connection.receive(bytes));
      else if (this.#leaving) return this.#finish();
      else this.#advance((connection) => connection.transportClosed());
    }
  }

  /** Settles when the connection accepts more: while the application decides, the transport must wait at some point. */
  async #room(): Promise<void> {
    while (this.connection?.wantsRead === false) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      return await this.#transport.read();
    } catch (cause) {
      if (this.#leaving) return undefined;
      throw this.#error("ERR_TLS_TRANSPORT", `reading from the transport failed: ${cause}`, { cause });
    }
  }

  /** Calls the connection, and then does everything that is due. A fatal error ends the connection. */
  #advance(action: (connection: Connection) => void): void {
    if (this.connection === undefined) return;
    let failure: TlsError | undefined;
    try {
      this.connection.setTime(clockOf(this.#options)());
      action(this.connection);
    } catch (thrown) {
      failure = TlsError.from(thrown, this.phase);
    }
    this.settle(failure);
  }

  /** Everything that is due after a change of the connection: events first, as data may precede the end. */
  settle(failure?: TlsError): void {
    this.#wake?.();
    this.#deliverEvents();
    if (failure !== undefined) this.#fail(failure);
    else void this.#sender.flush();
    if (this.#closeNotifySent && this.#closeNotifyReceived) void this.#finish();
  }

  #deliverEvents(): void {
    for (;;) {
      // A callback may end the connection.
      const event = this.connection?.pollEvent();
      if (event === undefined) return;
      try {
        this.#deliver(event);
      } catch (cause) {
        this.#cancel(this.#error("ERR_TLS_ABORTED", `a callback of the application threw: ${cause}`, { cause }));
      }
    }
  }

  #deliver(event: CoreEvent): void {
    switch (event.type) {
      case "connected": {
        const { type: _, ...negotiated } = event;
        this.phase = "data";
        this.#limits.opened();
        this.early.call((early) => early.end());
        this.opened.resolve(negotiated);
        break;
      }
      case "data":
        this.inbound.push(event.data);
        break;
      case "closeNotify":
        this.#closeNotifyReceived = true;
        this.inbound.end();
        break;
      case "selectPsk":
      case "decideEarlyData":
      case "verifyCertificate":
      case "sign":
        void this.#questions.ask(event);
        break;
      case "earlyData":
        this.early.call((early) => early.push(event.data));
        break;
      default:
        tell(event, this.#options);
    }
  }

  async #send(plaintext: Uint8Array): Promise<void> {
    await this.opened.promise;
    for (let start = 0; start < plaintext.length; start += SEND_SLICE) {
      const slice = plaintext.subarray(start, start + SEND_SLICE);
      this.#advance((connection) => connection.send(slice));
      await this.#sender.flush();
      this.live();
    }
  }

  async #sendCloseNotify(): Promise<void> {
    await this.opened.promise;
    if (this.#closeNotifySent) return;
    this.#closeNotifySent = true;
    this.#advance((connection) => connection.close());
    await this.#sender.flush();
  }

  #onWriteError(cause: unknown): void {
    // After our close_notify, only reading matters; the peer may have gone before it reads our last bytes.
    if (this.#closeNotifySent) return;
    this.#fail(this.#error("ERR_TLS_TRANSPORT", `writing to the transport failed: ${cause}`, { cause }), ABRUPTLY);
  }

  /** Whether the application has closed the socket and only waits for the peer to do the same. */
  get #leaving(): boolean {
    return this.#closing && this.#closeNotifySent;
  }

  async #shutDown(): Promise<void> {
    this.inbound.end();
    await this.outbound.drained();
    this.outbound.fail(this.#error("ERR_TLS_USAGE", "the socket is closed"));
    await this.#sendCloseNotify();
    await this.#transport.endWriting();
    // Cutting the transport immediately could reset it, and so drop data that the peer has not read yet.
    if (!this.#over) this.#timer = setTimeout(() => this.#finish(0), CLOSE_GRACE);
  }

  /** The clean end: both sides have sent close_notify, or the application needs nothing more. */
  async #finish(grace = CLOSE_GRACE): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#release();
    this.inbound.end();
    await this.#transport.endWriting();
    await this.#transport.close(grace);
    this.#limits.lift();
    this.closed.resolve();
  }

  /**
   * Ends a connection that the application has aborted. Only a handshake has an alert for this (RFC 9846 section 6.1).
   */
  #cancel(error: TlsError): void {
    if (this.phase === "handshake") {
      this.connection?.close();
      this.#fail(error);
    } else {
      // close_notify would tell the peer that it has everything.
      this.#fail(error, ABRUPTLY);
    }
  }

  /** The end by error. Unless it is abrupt, the peer still gets the connection's alert. */
  #fail(error: TlsError, abruptly = false): void {
    if (abruptly) this.#transport.destroy(error);
    if (this.#over) return;
    this.#over = true;
    this.#failure = error;
    this.opened.reject(error);
    this.closed.reject(error);
    this.inbound.fail(error, !abruptly);
    this.early.call((early) => early.fail(error, !abruptly));
    this.outbound.fail(error);
    this.#questions.abort(error);
    this.#release();
    this.#limits.lift();
    // Time for an alert to arrive.
    void this.#transport.close(CLOSE_GRACE, error);
  }

  /** Sends the last bytes, and frees the connection's memory. */
  #release(): void {
    clearTimeout(this.#timer);
    this.#sender.release();
    this.connection?.free();
    this.connection = undefined;
    this.phase = "closed";
    this.#wake?.();
  }

  /** The connection; throws its error if it has ended. */
  live(): Connection {
    if (this.connection === undefined) {
      throw (
        this.#failure ?? this.#error("ERR_TLS_USAGE", `the connection is ${this.#over ? "closed" : "not open yet"}`)
      );
    }
    return this.connection;
  }

  #error(code: TlsErrorCode, message: string, details: Omit<TlsErrorDetails, "phase"> = {}): TlsError {
    return new TlsError(code, message, { phase: this.phase, ...details });
  }
}
