import type { AddressInfo, Socket } from "node:net";
import { Duplex } from "node:stream";

/** A Duplex, and what it has more if it is a socket. */
type Underneath = Duplex & Partial<Omit<Socket, keyof Duplex>>;

/** What a socket tells of its own life, beside that of a Duplex. */
const EVENTS = ["connect", "ready", "lookup", "timeout"];

/** A Duplex over another one, which passes on what `node:net` has beside the streams. */
export class OverDuplex extends Duplex {
  /** @internal */
  protected readonly under: Underneath;
  /** Milliseconds without activity until the event `timeout`; 0 for never. */
  timeout = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(under: Duplex, allowHalfOpen: boolean, highWaterMark?: number) {
    super({ allowHalfOpen, ...(highWaterMark !== undefined && { highWaterMark }) });
    this.under = under;
    for (const event of EVENTS) under.on(event, (...args) => this.emit(event, ...args));
    this.once("close", () => clearTimeout(this.#idle));
  }

  /** Emits `timeout` after so many milliseconds without any activity; 0 turns that off. */
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
   * To be called when there is some activity.
   *
   * @internal
   */
  protected refreshTimeout(): void {
    this.#idle?.refresh();
  }

  /** Ends as soon as everything is written, whatever the peer still says. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy());
  }

  /** `close` comes with whether it was after an error, as that of a socket. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    return event === "close" && args.length === 0
      ? super.emit(event, this.errored !== null)
      : super.emit(event, ...args);
  }

  /** As that of a socket: whether it can still be read, written or both. */
  get readyState(): "opening" | "open" | "readOnly" | "writeOnly" | "closed" {
    if (this.connecting) return "opening";
    if (this.readable && this.writable) return "open";
    if (this.readable) return "readOnly";
    return this.writable ? "writeOnly" : "closed";
  }

  /** What waits to be written, in bytes. */
  get bufferSize(): number {
    return this.writableLength;
  }

  /** Cuts the connection, with a reset where there is a socket underneath. */
  resetAndDestroy(): this {
    if (this.under.resetAndDestroy && !this.under.connecting) this.under.resetAndDestroy();
    return this.destroy();
  }

  /** As that of a socket; without one it does nothing, as the next three. */
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

  /** An empty object unless there is a socket underneath. */
  address(): AddressInfo | Record<string, never> {
    return (this.under.address?.() as AddressInfo | undefined) ?? {};
  }

  /** Whether the socket underneath is still to be connected. */
  get connecting(): boolean {
    return this.under.connecting ?? false;
  }

  get pending(): boolean {
    return this.under.pending ?? false;
  }

  get remoteAddress(): string | undefined {
    return this.under.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.under.remotePort;
  }

  get remoteFamily(): string | undefined {
    return this.under.remoteFamily;
  }

  get localAddress(): string | undefined {
    return this.under.localAddress;
  }

  get localPort(): number | undefined {
    return this.under.localPort;
  }

  get localFamily(): string | undefined {
    return this.under.localFamily;
  }
}
