import { type Bytes, isBytes, viewOf } from "./bytes.js";
import { signerOf } from "./certificates.js";
import type { Connection } from "./core.js";
import type {
  CoreEvent,
  DecideEarlyDataEvent,
  Negotiated,
  SelectPskEvent,
  SignEvent,
  VerifyCertificateEvent,
} from "./core-types.js";
import { TlsError, type TlsErrorCode, type TlsErrorDetails, type TlsPhase } from "./errors.js";
import { Inbound } from "./inbound.js";
import { init, isInitialised } from "./loader.js";
import { type ClientOptions, checkTimeout, clockOf, openConnection, type ServerOptions } from "./options.js";
import { Outbound } from "./outbound.js";
import { Outcome } from "./outcome.js";
import { type CheckedPsk, copyPsks, wipe } from "./psk.js";
import { save } from "./resumption.js";
import { choose, readOffer } from "./selection.js";
import { type Transport, TransportStreams } from "./transport.js";

/** Plaintext encrypted at once, in bytes: one full record (RFC 9846 section 5.1). */
const SEND_SLICE = 16 * 1024;

/** How long the peer, or the transport, may take to go down in good order, in milliseconds, before it is cut. */
const CLOSE_GRACE = 1_000;

/** For {@link Pump.#fail}: without an alert, as when the transport itself is broken. */
const ABRUPTLY = true;

/** What the handshake waits for. */
interface Question<T> {
  name: string;
  /** Of the error when there is no answer. */
  code: TlsErrorCode;
  question: (connection: Connection) => T | Promise<T>;
  answer: (connection: Connection, answer: T) => void;
}

/**
 * The pump between the transport, a connection of the core, and the two streams of the application.
 *
 * The transport is read only while the handshake runs or the application's reader wants data, and a write is done
 * only when the transport has room for it, so that a fast peer is slowed down instead of being remembered. Reading
 * never waits for writing: two peers that both do that can wait for each other forever.
 */
export class Pump {
  readonly opened = new Outcome<Negotiated>();
  readonly closed = new Outcome<void>();
  readonly inbound = new Inbound();
  /** What came before the handshake was complete. Its limit is the core's, so that nobody has to read it. */
  readonly early = new Inbound();
  readonly outbound: Outbound;

  readonly #role: "client" | "server";
  readonly #options: ClientOptions & ServerOptions;
  readonly #clock: () => number;
  readonly #transport: TransportStreams;
  #connection: Connection | undefined;
  /** What the transport gets next. */
  #nextBytes: Uint8Array | undefined;
  #phase: TlsPhase = "handshake";
  /** Whether the outcome is decided. */
  #over = false;
  #failure: TlsError | undefined;
  /** The handshake's deadline first, the grace given to a peer at the end later. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Tells those who are asked when nobody waits for their answers any more. */
  readonly #answers = new AbortController();
  #closing = false;
  #closeNotifySent = false;
  #closeNotifyReceived = false;

  constructor(role: "client" | "server", transport: Transport, options: ClientOptions | ServerOptions) {
    this.#role = role;
    this.#options = options as ClientOptions & ServerOptions;
    this.#clock = clockOf(options);
    const { signal, psks = [] } = options;
    const handshakeTimeout = checkTimeout("handshakeTimeout", options.handshakeTimeout);
    checkTimeout("selectionTimeout", this.#options.selectionTimeout);
    const copies = copyPsks(psks);
    try {
      this.#transport = new TransportStreams(transport);
    } catch (error) {
      wipe(copies);
      throw error;
    }
    this.outbound = new Outbound({
      send: (plaintext) => this.#send(plaintext),
      end: () => this.#sendCloseNotify(),
      abort: (cause) => this.#cancel(this.#error("ERR_TLS_ABORTED", "the writable stream was aborted", { cause })),
    });
    if (handshakeTimeout !== undefined) this.#timer = setTimeout(() => this.#onDeadline(), handshakeTimeout);
    signal?.addEventListener("abort", this.#onAbort);
    if (signal?.aborted) this.#onAbort();
    this.#run(copies).catch((thrown) => this.#fail(TlsError.from(thrown, this.#phase)));
  }

  /** See `TlsSocket.close`. */
  close(): Promise<void> {
    if (this.#phase === "handshake") {
      this.#cancel(this.#error("ERR_TLS_ABORTED", "the connection was closed before it was open"));
    } else if (!this.#over && !this.#closing) {
      this.#closing = true;
      void this.#shutDown();
    }
    return this.closed.promise;
  }

  /** See `TlsSocket.exportKeyingMaterial`. */
  exportKeyingMaterial(label: string, context: Bytes | undefined, length: number): Uint8Array {
    return this.#live().exportKeyingMaterial(label, context && viewOf(context), length);
  }

  /** See `TlsSocket.exportEarlyKeyingMaterial`. */
  exportEarlyKeyingMaterial(label: string, context: Bytes | undefined, length: number): Uint8Array {
    return this.#live().exportEarlyKeyingMaterial(label, context && viewOf(context), length);
  }

  /** See `TlsSocket.updateKeys`. */
  async updateKeys(requestPeer: boolean): Promise<void> {
    this.#live().updateKeys(requestPeer);
    this.#deliverEvents();
    await this.#flush();
  }

  readonly #onAbort = (): void => {
    this.#cancel(this.#error("ERR_TLS_ABORTED", "the signal aborted", { cause: this.#options.signal?.reason }));
  };

  #onDeadline(): void {
    const { handshakeTimeout } = this.#options;
    this.#cancel(this.#error("ERR_TLS_TIMEOUT", `the handshake took longer than ${handshakeTimeout} ms`));
  }

  async #run(psks: CheckedPsk[]): Promise<void> {
    try {
      if (!isInitialised()) await init();
      if (this.#over) return;
      this.#connection = openConnection(this.#role, this.#options, psks);
    } finally {
      wipe(psks);
    }
    if (this.#role === "client") this.#advance((connection) => this.#start(connection));
    await this.#receiveAll();
  }

  #start(connection: Connection): void {
    connection.start();
    const { earlyData } = this.#options;
    if (earlyData && connection.earlyDataLimit !== undefined) connection.sendEarlyData(viewOf(earlyData));
  }

  async #receiveAll(): Promise<void> {
    while (!this.#over && !this.#closeNotifyReceived) {
      if (this.#phase === "data") await this.inbound.demand();
      const bytes = await this.#read();
      if (bytes !== undefined) this.#advance((connection) => connection.receive(bytes));
      else if (this.#leaving) return this.#finish();
      else this.#advance((connection) => connection.transportClosed());
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

  /** Does something to the connection and all that follows from it. A fatal error ends the session. */
  #advance(action: (connection: Connection) => void): void {
    if (this.#connection === undefined) return;
    let failure: TlsError | undefined;
    try {
      this.#connection.setTime(this.#clock());
      action(this.#connection);
    } catch (thrown) {
      failure = TlsError.from(thrown, this.#phase);
    }
    this.#settle(failure);
  }

  /** What is due after every change of the connection: events first, as data may precede the end. */
  #settle(failure?: TlsError): void {
    this.#deliverEvents();
    if (failure !== undefined) this.#fail(failure);
    else void this.#flush();
    if (this.#closeNotifySent && this.#closeNotifyReceived) void this.#finish();
  }

  #deliverEvents(): void {
    for (;;) {
      // A callback may end the session, and with it the connection.
      const event = this.#connection?.pollEvent();
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
        this.#phase = "data";
        clearTimeout(this.#timer);
        this.early.end();
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
        void this.#select(event);
        break;
      case "decideEarlyData":
        void this.#decideEarlyData(event);
        break;
      case "verifyCertificate":
        void this.#verifyCertificate(event);
        break;
      case "sign":
        void this.#sign(event);
        break;
      case "earlyData":
        this.early.push(event.data);
        break;
      case "session": {
        const session = save(event.session);
        this.#options.onSession?.(session);
        break;
      }
      case "keyLog":
        this.#options.onKeylog?.(event.line);
        break;
      case "message":
      case "alert":
      case "psk":
        this.#options.onTrace?.(event);
    }
  }

  #select({ serverName, alpn = [] }: SelectPskEvent): Promise<void> {
    const context = { serverName, alpn, signal: this.#answers.signal };
    return this.#ask({
      name: "selectPsk",
      code: "ERR_TLS_SELECTION",
      question: (connection) => this.#options.selectPsk?.(readOffer(connection), context),
      answer: choose,
    });
  }

  #decideEarlyData({ type: _, ...request }: DecideEarlyDataEvent): Promise<void> {
    const context = { signal: this.#answers.signal };
    return this.#ask({
      name: "acceptEarlyData",
      code: "ERR_TLS_EARLY_DATA",
      question: () => this.#options.acceptEarlyData?.(request, context),
      answer: (connection, accepted) => connection.decideEarlyData(accepted === true),
    });
  }

  #verifyCertificate({ chain, serverName }: VerifyCertificateEvent): Promise<void> {
    const context = { serverName, signal: this.#answers.signal };
    const { verifyCertificate, requestCertificate } = this.#options;
    return this.#ask({
      name: "verifying the certificate",
      code: "ERR_TLS_CERTIFICATE",
      question: () => (verifyCertificate ?? requestCertificate?.verify)?.(chain, context),
      answer: (connection, accepted) => connection.decideCertificate(accepted === true),
    });
  }

  #sign({ scheme, content, credentials }: SignEvent): Promise<void> {
    const context = { signal: this.#answers.signal };
    return this.#ask({
      name: "signing",
      code: "ERR_TLS_SIGNING",
      question: () => signerOf(this.#options, credentials)?.({ scheme, content }, context),
      answer: (connection, signature) => {
        if (!isBytes(signature)) throw new TypeError("a signature must be bytes");
        connection.sign(viewOf(signature));
      },
    });
  }

  /** Asks the application, which may take its time, and goes on with what it answers. */
  async #ask<T>({ name, code, question, answer }: Question<T>): Promise<void> {
    const connection = this.#live();
    const { selectionTimeout } = this.#options;
    const deadline =
      selectionTimeout &&
      setTimeout(() => {
        const message = `${name} took longer than ${selectionTimeout} ms`;
        if (!this.#over) this.#settle(this.#giveUp(connection, "ERR_TLS_TIMEOUT", message));
      }, selectionTimeout);
    let failure: TlsError | undefined;
    try {
      const answered = await question(connection);
      if (this.#over) return;
      answer(connection, answered);
    } catch (cause) {
      if (this.#over) return;
      // If the core still waits, it was not given an answer, or an impossible one.
      failure = connection.suspended
        ? this.#giveUp(connection, code, `${name} failed: ${cause}`, cause)
        : TlsError.from(cause, this.#phase);
    } finally {
      clearTimeout(deadline);
    }
    this.#settle(failure);
  }

  /** Ends a question without an answer. The peer is told nothing but internal_error. */
  #giveUp(connection: Connection, code: TlsErrorCode, message: string, ...causes: unknown[]): TlsError {
    connection.cancelSelection();
    const alert = { alert: "internal_error", alertDirection: "sent" } as const;
    return this.#error(code, message, causes.length > 0 ? { ...alert, cause: causes[0] } : alert);
  }

  async #send(plaintext: Uint8Array): Promise<void> {
    await this.opened.promise;
    for (let start = 0; start < plaintext.length; start += SEND_SLICE) {
      const slice = plaintext.subarray(start, start + SEND_SLICE);
      this.#advance((connection) => connection.send(slice));
      await this.#flush();
      this.#live();
    }
  }

  async #sendCloseNotify(): Promise<void> {
    await this.opened.promise;
    if (this.#closeNotifySent) return;
    this.#closeNotifySent = true;
    this.#advance((connection) => connection.close());
    await this.#flush();
  }

  /** Hands the transport what the connection has for it, as far as the transport has room. */
  async #flush(): Promise<void> {
    try {
      for (;;) {
        // Several of these loops may run. There is one place for what comes next, so that none overtakes another.
        this.#nextBytes ??= this.#connection?.pollTransmit();
        if (this.#nextBytes === undefined) return;
        await this.#transport.ready;
        this.#writeNext((cause) => this.#onWriteError(cause));
      }
    } catch (cause) {
      this.#onWriteError(cause);
    }
  }

  #writeNext(onError: (cause: unknown) => void): void {
    if (this.#nextBytes !== undefined) this.#transport.write(this.#nextBytes).catch(onError);
    this.#nextBytes = undefined;
  }

  #onWriteError(cause: unknown): void {
    // Having said everything, we only have to hear what the peer says, who may be gone before it hears our last.
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
    // Cutting the transport at once could make it drop, with a reset, what the peer has not read yet.
    if (!this.#over) this.#timer = setTimeout(() => this.#finish(0), CLOSE_GRACE);
  }

  /** The clean end: close_notify went both ways, or the application wants nothing more. */
  async #finish(grace = CLOSE_GRACE): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#release();
    this.inbound.end();
    await this.#transport.endWriting();
    await this.#transport.close(grace);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.closed.resolve();
  }

  /** Ends what the application does not want any more. Only a handshake has words for that (RFC 9846 section 6.1). */
  #cancel(error: TlsError): void {
    if (this.#phase === "handshake") {
      this.#connection?.close();
      this.#fail(error);
    } else {
      // close_notify would tell the peer that it has everything.
      this.#fail(error, ABRUPTLY);
    }
  }

  /** The other end. Unless abruptly, the peer still gets the alert that the connection has for it. */
  #fail(error: TlsError, abruptly = false): void {
    if (abruptly) this.#transport.destroy(error);
    if (this.#over) return;
    this.#over = true;
    this.#failure = error;
    this.opened.reject(error);
    this.closed.reject(error);
    this.inbound.fail(error);
    this.early.fail(error);
    this.outbound.fail(error);
    this.#answers.abort(error);
    this.#release();
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    // Time for an alert to get through.
    void this.#transport.close(CLOSE_GRACE, error);
  }

  /** Passes the last bytes on, without regard to room as they are few, and gives the connection's memory back. */
  #release(): void {
    clearTimeout(this.#timer);
    do {
      this.#writeNext(() => {});
      this.#nextBytes = this.#connection?.pollTransmit();
    } while (this.#nextBytes !== undefined);
    this.#connection?.free();
    this.#connection = undefined;
    this.#phase = "closed";
  }

  #live(): Connection {
    if (this.#connection === undefined) {
      throw (
        this.#failure ?? this.#error("ERR_TLS_USAGE", `the connection is ${this.#over ? "closed" : "not open yet"}`)
      );
    }
    return this.#connection;
  }

  #error(code: TlsErrorCode, message: string, details: Omit<TlsErrorDetails, "phase"> = {}): TlsError {
    return new TlsError(code, message, { phase: this.#phase, ...details });
  }
}
