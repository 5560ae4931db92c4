import { viewOf } from "./bytes.js";
import { configError } from "./errors.js";

/** What TLS runs over: a TCP socket, a WebSocket's streams, a serial line, one end of an in-memory pair. */
export interface Transport {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
}

/**
 * Bytes handed to the core at once. A stream may deliver megabytes in one chunk; the memory of a WebAssembly only
 * ever grows, so the core sees them in pieces of about two full records.
 */
const SLICE = 32 * 1024;

/** Streams of other makers may throw where they should reject. */
const attempt = async (action: () => Promise<void>): Promise<void> => action();

/** The transport's streams, locked for as long as the connection lives. */
export class TransportStreams {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #undelivered: Uint8Array = new Uint8Array(0);
  /** The last write, behind which all others are through. */
  #written: Promise<void> = Promise.resolve();
  #ending: Promise<void> | undefined;

  /** Throws `ERR_TLS_CONFIG` when a stream is locked already. */
  constructor({ readable, writable }: Transport) {
    if (readable.locked || writable.locked) {
      throw configError("a stream of the transport is locked: release its reader or writer first");
    }
    this.#reader = readable.getReader();
    this.#writer = writable.getWriter();
  }

  /** The next bytes, at most {@link SLICE} of them, or `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    while (this.#undelivered.length === 0) {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#undelivered = viewOf(value);
    }
    const slice = this.#undelivered.subarray(0, SLICE);
    this.#undelivered = this.#undelivered.subarray(SLICE);
    return slice;
  }

  /** Settles when the transport takes more without having to pile it up. */
  get ready(): Promise<void> {
    return this.#writer.ready;
  }

  write(bytes: Uint8Array): Promise<void> {
    this.#written = attempt(() => this.#writer.write(bytes));
    return this.#written;
  }

  /** Ends our direction. Settles when everything written is through, or has failed. */
  async endWriting(): Promise<void> {
    this.#ending ??= attempt(() => this.#writer.close());
    this.#ending.catch(() => {});
    await this.#written.catch(() => {});
  }

  /**
   * Ends our direction and then the other: when the transport has ended the first, which some do only when the peer has
   * ended the other, or `grace` milliseconds after it was told to.
   */
  async close(grace: number, reason?: unknown): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, grace);
    });
    this.endWriting();
    await Promise.race([this.#ending?.catch(() => {}), patience]);
    clearTimeout(timer);
    this.destroy(reason);
  }

  /** Ends both directions at once; what was not delivered yet is lost. */
  destroy(reason: unknown): void {
    attempt(() => this.#writer.abort(reason)).catch(() => {});
    attempt(() => this.#reader.cancel(reason)).catch(() => {});
  }
}
