import { type Bytes, toBytes, viewOf } from "../bytes.js";
import { openConnection } from "../configuration.js";
import { Config, type Connection } from "../core.js";
import type { CoreEvent, Negotiated } from "../core-types.js";
import { configError, TlsError, type TlsPhase } from "../errors.js";
import { withSealingKeys } from "../keys.js";
import { assertInitialised } from "../loader.js";
import { tell } from "../observers.js";
import { type ClientOptions, clockOf, type ServerOptions } from "../options.js";
import { copyPsks, wipe } from "../psk.js";
import { Questions } from "../questions.js";
import { identifySuspended, negotiatedOf, resumeConnection, suspendConnection } from "../wasm/tls_psk.js";

/**
 * A connection that was put to sleep, as plain data: for the attachment of a WebSocket, a table, a message. It is
 * sealed, and is used once.
 *
 * @group Hibernation
 */
export interface Asleep {
  /** Some 350 bytes, more with long identities, and with certificates of the peer. */
  readonly state: Uint8Array<ArrayBuffer>;
  /** What has arrived of an incomplete record; absent between two records. */
  readonly received?: Uint8Array<ArrayBuffer>;
}

/**
 * Options of a {@link MessageConnection} in addition to those of its role.
 *
 * @group Hibernation
 */
export interface HibernationOptions {
  /** Sends bytes to the peer: `(bytes) => webSocket.send(bytes)`. */
  transmit: (bytes: Uint8Array<ArrayBuffer>) => void;
  /**
   * The keys that states are sealed with: 32 random bytes each. The first seals, all of them open. Rotate the keys: put
   * a new key in front, and keep the last one for as long as connections sleep.
   */
  stateKeys: readonly Bytes[];
  /** What states belong to, such as the identifier of the object: a state opens only with the same scope. */
  scope?: string | Bytes;
  /**
   * Whether this is the newest state of its connection, by the application's store: `counter` grows with each sleep. A
   * process refuses a second use of a state by itself, as far as it remembers. If old states can come back to another
   * process, or after a restart, only a store can tell. Must not return a promise.
   */
  isNewest?: (state: StateName) => boolean;
}

/**
 * Identifies one sleep of one connection.
 *
 * @group Hibernation
 */
export interface StateName {
  /** 16 random bytes, the same for all states of a connection. */
  readonly id: Uint8Array<ArrayBuffer>;
  /** The number of the sleep, from 1. */
  readonly counter: number;
}

/** Options that such a connection does not have, and what to do instead. */
const ABSENT = {
  handshakeTimeout: "use an alarm of the runtime",
  signal: "call free",
  earlyData: "send it once the connection is open",
  acceptEarlyData: "it would not be separate from other data",
} as const;

/**
 * Options of a server. The connection refuses four others: `handshakeTimeout` and `signal`, as the runtime has timers,
 * and the two about early data.
 *
 * @group Hibernation
 */
export type MessageServerOptions = HibernationOptions & Omit<ServerOptions, keyof typeof ABSENT>;
/**
 * Options of a client. The connection refuses the same four others as for a server.
 *
 * @group Hibernation
 */
export type MessageClientOptions = HibernationOptions & Omit<ClientOptions, keyof typeof ABSENT>;
/**
 * Options that matter after the handshake.
 *
 * @group Hibernation
 */
export type WakeOptions = HibernationOptions &
  Pick<ClientOptions, "paddingMultiple" | "platformCrypto" | "now" | "onSession" | "onKeylog" | "onTrace">;

type Options = HibernationOptions & ClientOptions & ServerOptions;

/**
 * A TLS connection for runtimes that call their program with each message and put it away in between, such as Durable
 * Objects with WebSocket hibernation. It has no streams, no timers, and no promises except in {@link answer}.
 *
 * While it sleeps, the connection is the bytes of {@link Asleep}, and nothing else: no memory, no time of a processor.
 * The peer notices nothing.
 *
 * A state must be used only once. Two connections from one state protect different data with the same key and nonce;
 * an observer could then read and forge it. {@link sleep} ends the connection that it is called on, and {@link wake}
 * refuses a state that this process has used. Keep one state for each connection, and replace it with each sleep.
 *
 * In workerd, the WebAssembly is there with the import; in other runtimes await `init` first.
 *
 * @example
 * ```js
 * import { MessageConnection } from "tls-psk/full/hibernation";
 *
 * export class Devices extends DurableObject {
 *   webSocketMessage(webSocket, message) {
 *     const transmit = (bytes) => webSocket.send(bytes);
 *     const tls = MessageConnection.wake("server", webSocket.deserializeAttachment(), { transmit, stateKeys });
 *     for (const data of tls.receive(message)) tls.send(answerTo(data));
 *     webSocket.serializeAttachment(tls.sleep());
 *   }
 * }
 * ```
 *
 * @group Hibernation
 */
export class MessageConnection {
  readonly #options: Options;
  readonly #questions: Questions;
  #connection: Connection | undefined;
  #phase: TlsPhase;
  #negotiated: Negotiated | undefined;
  #question: Parameters<Questions["ask"]>[0] | undefined;
  #failure: TlsError | undefined;
  #ended = false;
  #data: Uint8Array<ArrayBuffer>[] = [];

  private constructor(options: Options, connection: Connection, phase: TlsPhase) {
    this.#options = options;
    this.#connection = connection;
    this.#phase = phase;
    const owner = this;
    this.#questions = new Questions(
      {
        get phase() {
          return owner.#phase;
        },
        get connection() {
          return owner.#connection;
        },
        settle: (failure) => this.#settle(failure),
      },
      options,
    );
  }

  /**
   * A server, before its client's first message.
   *
   * @throws `ERR_TLS_CONFIG`, `ERR_TLS_PSK`
   */
  static accept(options: MessageServerOptions): MessageConnection {
    return MessageConnection.#open("server", options);
  }

  /**
   * A client. Its first flight is transmitted at once.
   *
   * @throws `ERR_TLS_CONFIG`, `ERR_TLS_PSK`
   */
  static connect(options: MessageClientOptions): MessageConnection {
    const client = MessageConnection.#open("client", options);
    client.#advance((connection) => connection.start());
    return client;
  }

  /**
   * Continues a connection that {@link sleep} put away, in the same role.
   *
   * @throws `ERR_TLS_STATE` if the state was used before, changed, sealed with other keys, or for another scope
   */
  static wake(role: "client" | "server", asleep: Asleep, options: WakeOptions): MessageConnection {
    assertInitialised();
    check(options);
    const parts = [viewOf(asleep.state), viewOf(asleep.received ?? new Uint8Array())] as const;
    const scope = toBytes(options.scope ?? "");
    const { isNewest } = options;
    const connection = withSealingKeys(options.stateKeys, (keys) => {
      // A verdict other than true refuses, a promise as well.
      if (isNewest && isNewest(identifySuspended(keys, scope, ...parts)) !== true) {
        throw new TlsError("ERR_TLS_STATE", "isNewest refused the state", { phase: "configuration" });
      }
      const config = configure(role, options);
      try {
        return resumeConnection(config, keys, scope, ...parts);
      } finally {
        config.free();
      }
    });
    const woken = new MessageConnection(options, connection, "data");
    woken.#ended = !woken.#live().wantsRead;
    return woken;
  }

  static #open(role: "client" | "server", options: MessageServerOptions | MessageClientOptions): MessageConnection {
    check(options);
    const psks = copyPsks(options.psks ?? []);
    try {
      return new MessageConnection(options, openConnection(role, options, psks), "handshake");
    } finally {
      wipe(psks);
    }
  }

  /** Whether the handshake is complete. */
  get isOpen(): boolean {
    return this.#phase === "data";
  }

  /** Whether the peer has sent close_notify: no more data will come. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Whether the handshake waits for {@link answer}. */
  get isAsking(): boolean {
    return this.#question !== undefined;
  }

  /** What was negotiated; `undefined` before the handshake is complete. */
  get negotiated(): Negotiated | undefined {
    this.#negotiated ??= this.#connection && (negotiatedOf(this.#connection) as Negotiated | undefined);
    return this.#negotiated;
  }

  /**
   * Takes a message of the peer, in chunks of any size, and returns the data that is complete.
   *
   * @throws `TlsError` if the connection fails; its alert has been transmitted then, and {@link take} has the data that
   *   arrived before
   */
  receive(message: Bytes | string): Uint8Array<ArrayBuffer>[] {
    if (typeof message === "string") throw configError("a TLS record is a binary message, not a text");
    return this.#advance((connection) => connection.receive(viewOf(message)));
  }

  /** Encrypts data and transmits it. */
  send(data: Bytes | string): void {
    this.#advance((connection) => connection.send(toBytes(data)));
  }

  /**
   * Answers the question that the handshake waits for, by `selectPsk` or another callback of the options, and returns
   * the data that is complete then.
   *
   * @throws `TlsError` if the callback throws or rejects, or the connection fails
   */
  async answer(): Promise<Uint8Array<ArrayBuffer>[]> {
    while (this.#question) {
      const question = this.#question;
      this.#question = undefined;
      await this.#questions.ask(question);
    }
    if (this.#failure) throw this.#failure;
    return this.take();
  }

  /** The data that was not returned yet. Only after a failure there is some. */
  take(): Uint8Array<ArrayBuffer>[] {
    const data = this.#data;
    this.#data = [];
    return data;
  }

  /**
   * Changes the key of the sending direction, and with `requestPeer` the peer's as well (RFC 9846 section 4.7.3). Before
   * {@link sleep}, this keeps what was sent before safe from someone who can read the state.
   */
  updateKeys({ requestPeer = false }: { requestPeer?: boolean } = {}): void {
    this.#advance((connection) => connection.updateKeys(requestPeer));
  }

  /** Keying material for another protocol (RFC 9846 section 7.5), `length` bytes of it. */
  exportKeyingMaterial(label: string, context: Bytes | undefined, length: number): Uint8Array<ArrayBuffer> {
    return this.#live().exportKeyingMaterial(label, context && viewOf(context), length);
  }

  /** Transmits close_notify. What the peer sends can still be received. */
  close(): void {
    this.#advance((connection) => connection.close());
  }

  /**
   * Says that the transport has ended.
   *
   * @throws `ERR_TLS_TRUNCATED` if the peer's close_notify is missing: data may be missing, too
   */
  transportClosed(): void {
    try {
      this.#advance((connection) => connection.transportClosed());
    } finally {
      this.free();
    }
  }

  /**
   * Puts the connection away: its memory is wiped, and only the result can continue it.
   *
   * @throws `ERR_TLS_USAGE` before the handshake is complete and after the end; the connection is unchanged
   */
  sleep(): Asleep {
    const connection = this.#live();
    const { state, received } = withSealingKeys(this.#options.stateKeys, (keys) =>
      suspendConnection(connection, keys, toBytes(this.#options.scope ?? "")),
    );
    this.free();
    return received.length > 0 ? { state, received } : { state };
  }

  /** Wipes the connection. Nothing is transmitted. */
  free(): void {
    this.#connection?.free();
    this.#connection = undefined;
    this.#phase = "closed";
    this.#question = undefined;
  }

  /** As {@link free}. */
  [Symbol.dispose](): void {
    this.free();
  }

  #live(): Connection {
    if (this.#connection) return this.#connection;
    throw this.#failure ?? new TlsError("ERR_TLS_USAGE", "the connection is closed or asleep", { phase: "closed" });
  }

  #advance(action: (connection: Connection) => void): Uint8Array<ArrayBuffer>[] {
    const connection = this.#live();
    let failure: TlsError | undefined;
    try {
      connection.setTime(clockOf(this.#options)());
      action(connection);
    } catch (thrown) {
      failure = TlsError.from(thrown, this.#phase);
      if (failure.code === "ERR_TLS_USAGE") throw failure;
    }
    this.#settle(failure);
    if (failure) throw failure;
    return this.take();
  }

  /** Events and bytes after a change. A failure is kept for the caller. */
  #settle(failure?: TlsError): void {
    const connection = this.#live();
    for (let event = connection.pollEvent(); event; event = connection.pollEvent()) this.#deliver(event);
    for (let bytes = connection.pollTransmit(); bytes; bytes = connection.pollTransmit()) {
      this.#options.transmit(bytes);
    }
    if (!failure) return;
    this.#failure = failure;
    this.#questions.abort(failure);
    this.free();
  }

  #deliver(event: CoreEvent): void {
    switch (event.type) {
      case "connected":
        this.#phase = "data";
        break;
      case "data":
        this.#data.push(event.data);
        break;
      case "closeNotify":
        this.#ended = true;
        break;
      case "earlyData":
        // None is accepted.
        break;
      case "selectPsk":
      case "decideEarlyData":
      case "verifyCertificate":
      case "sign":
        this.#question = event;
        break;
      default:
        tell(event, this.#options);
    }
  }
}

function check(options: HibernationOptions): void {
  for (const [name, instead] of Object.entries(ABSENT)) {
    if (name in options) throw configError(`${name} is not an option of a MessageConnection: ${instead}`);
  }
  if (typeof options.transmit !== "function") throw configError("transmit must be a function that sends bytes");
  if (!Array.isArray(options.stateKeys) || options.stateKeys.length === 0) {
    throw configError("stateKeys must have at least one key of 32 bytes");
  }
  withSealingKeys(options.stateKeys, () => {});
}

/** What of a configuration matters after the handshake. */
function configure(role: "client" | "server", options: WakeOptions): Config {
  const config = new Config(role);
  if (options.paddingMultiple !== undefined) config.setPaddingMultiple(options.paddingMultiple);
  if (options.platformCrypto !== undefined) config.setPlatformCrypto(options.platformCrypto);
  if (options.onKeylog) config.setKeyLog(true);
  if (options.onTrace) config.setTrace(true);
  return config;
}
