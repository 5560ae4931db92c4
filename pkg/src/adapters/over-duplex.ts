import type { AddressInfo, Socket } from "node:net";
import { Duplex } from "node:stream";

/** A Duplex, with the further members of a socket. */
type Underneath = Duplex & Partial<Omit<Socket, keyof Duplex>>;

/** The events of a socket in addition to those of a Duplex. */
const EVENTS = ["connect", "ready", "lookup", "timeout"];

/** A Duplex over another one, which passes on the members of `node:net` sockets. */
export class OverDuplex extends Duplex {
  /** @internal */
  protected readonly under: Underneath;
  /** The addresses of the underlying socket; absent without one. */
  declare readonly remoteAddress: string | undefined;
  declare readonly remotePort: number | undefined;
  declare readonly remoteFamily: string | undefined;
  declare readonly localAddress?: string;
  declare readonly localPort?: number;
  declare readonly localFamily?: string;
  /** Milliseconds without activity until the event `timeout`; 0 for never. */
  timeout = 0;
  #idle: NodeJS.Timeout | undefined;

  // Getters cannot be absent, as these are to types that tell absent from undefined.
  static {
    const names = ["remoteAddress", "remotePort", "remoteFamily", "localAddress", "localPort", "localFamily"] as const;
    for (const name of names) {
      const get = function (this: OverDuplex) {
        return this.under[name];
      };
      Object.defineProperty(OverDuplex.prototype, name, { configurable: true, get });
    }
  }

  constructor(under: Duplex, allowHalfOpen: boolean, highWaterMark?: number) {
    super({ allowHalfOpen, ...(highWaterMark !== undefined && { highWaterMark }) });
    this.under = under;
    for (const event of EVENTS) under.on(event, (...args) => this.emit(event, ...args));
    this.once("close", () => clearTimeout(this.#idle));
  }

  /** Emits `timeout` after this many milliseconds without activity; 0 turns that off. */
  setTimeout(milliseconds: number, callback?: () => void): this {
    this.timeout = milliseconds;
    if (callback && milliseconds > 0) this.once("timeout", callback);
    else if (callback) this.removeListener("timeout", callback);
    if (this.under.setTimeout) {
      this.under.setTimeout(milliseconds);
      return this;
    }
    clearTimeout(this.#idle);
    this.#idle = undefined;
    if (milliseconds > 0 && !this.destroyed) this.#idle = setTimeout(() => this.emit("timeout"), milliseconds).unref();
    return this;
  }

  /**
   * Call it on every activity.
   *
   * @internal
   */
  protected refreshTimeout(): void {
    this.#idle?.refresh();
  }

  /** Ends as soon as everything is written, even if the peer still sends. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  /** As in a socket, `close` says whether it follows an error. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === "close" && args.length === 0
      ? super.emit(event, this.errored !== null)
      : super.emit(event, ...args);
  }

  /** As in a socket: whether it can still be read, written or both. */
  get readyState(): "opening" | "open" | "readOnly" | "writeOnly" | "closed" {
    if (this.connecting) return "opening";
    if (this.readable && this.writable) return "open";
    if (this.readable) return "readOnly";
    return this.writable ? "writeOnly" : "closed";
  }

  /** How many bytes wait to be written. */
  get bufferSize(): number {
    return this.writableLength;
  }

  /** Cuts the connection, with a reset if there is an underlying socket. */
  resetAndDestroy(): this {
    if (this.under.resetAndDestroy && !this.under.connecting) this.under.resetAndDestroy();
    return this.destroy();
  }

  /**
   * Does nothing: the underlying Duplex is connected already, or connects by itself. Libraries such as `pg` call it on the
   * socket that they are given, and wait for the event `connect`.
   */
  connect(..._args: unknown[]): this {
    return this;
  }

  /** The addresses that the underlying socket has tried; none without a socket. */
  get autoSelectFamilyAttemptedAddresses(): string[] {
    return this.under.autoSelectFamilyAttemptedAddresses ?? [];
  }

  /** As in a socket; without an underlying socket it does nothing, like the next three. */
  ref(): this {
    this.under.ref?.();
    return this;
  }

  /** As {@link ref}. */
  unref(): this {
    this.under.unref?.();
    return this;
  }

  /** As {@link ref}. */
  setNoDelay(noDelay?: boolean): this {
    this.under.setNoDelay?.(noDelay);
    return this;
  }

  /** As {@link ref}. */
  setKeepAlive(enable?: boolean, initialDelay?: number): this {
    this.under.setKeepAlive?.(enable, initialDelay);
    return this;
  }

  /** An empty object unless there is an underlying socket. */
  address(): AddressInfo | Record<string, never> {
    return (this.under.address?.() as AddressInfo | undefined) ?? {};
  }

  /** Whether the underlying socket is not connected yet. */
  get connecting(): boolean {
    return this.under.connecting ?? false;
  }

  get pending(): boolean {
    return this.under.pending ?? false;
  }
}
