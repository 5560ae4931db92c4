import { viewOf } from "./bytes.js";
import { configError } from "./errors.js";

/**
 * What TLS runs over: a TCP socket, a WebSocket's streams, a serial line, one end of an in-memory pair. Web streams of
 * any runtime are suitable if they are streams of bytes: the package uses only the members below.
 */
export interface Transport {
  readonly readable: TransportReadable;
  readonly writable: TransportWritable;
}

/** A {@link Transport} of complete web streams. */
export interface StreamTransport extends Transport {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array>;
}

/** The part of `ReadableStream` that is used. */
export interface TransportReadable {
  readonly locked: boolean;
  /** Locks the stream. */
  getReader(): {
    /** The next chunk. */
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    /** Discards the rest of the stream. */
    cancel(reason?: unknown): Promise<unknown>;
  };
}

/** The part of `WritableStream` that is used. */
export interface TransportWritable {
  readonly locked: boolean;
  /** Locks the stream. */
  getWriter(): {
    readonly ready: Promise<unknown>;
    /** Writes a chunk; settles when it is written. */
    write(chunk: Uint8Array<ArrayBuffer>): Promise<unknown>;
    /** Ends the stream after everything was written. */
    close(): Promise<unknown>;
    /** Ends the stream immediately. */
    abort(reason?: unknown): Promise<unknown>;
  };
}

/**
 * How many bytes are passed to the core at a time. A stream may deliver megabytes in one chunk, and the memory of a
 * WebAssembly never shrinks, so the core gets slices of about two full records.
 */
const SLICE = 32 * 1024;

/** Streams of other implementations may throw where they should reject. */
const attempt = async (action: () => Promise<unknown>): Promise<unknown> => action();

/** The transport's streams, locked for the lifetime of the connection. */
export class TransportStreams {
  readonly #reader: ReturnType<TransportReadable["getReader"]>;
  readonly #writer: ReturnType<TransportWritable["getWriter"]>;
  #undelivered: Uint8Array = new Uint8Array(0);
  /** The last write; all others are done before it. */
  #written: Promise<unknown> = Promise.resolve();
  #ending: Promise<unknown> | undefined;

  /** Throws `ERR_TLS_CONFIG` if a stream is already locked. */
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
      this.#undelivered = viewOf(value as Uint8Array);
    }
    const slice = this.#undelivered.subarray(0, SLICE);
    this.#undelivered = this.#undelivered.subarray(SLICE);
    return slice;
  }

  /** Settles when the transport accepts more without buffering it. */
  get ready(): Promise<unknown> {
    return this.#writer.ready;
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
    this.#written = attempt(() => this.#writer.write(bytes));
    return this.#written;
  }

  /** Ends the sending direction. Settles when everything written is sent, or has failed. */
  async endWriting(): Promise<void> {
    this.#ending ??= attempt(() => this.#writer.close());
    this.#ending.catch(() => {});
    await this.#written.catch(() => {});
  }

  /**
   * Ends the sending direction, then the other. It waits for the transport to end the first, at most `grace`
   * milliseconds: some transports end it only when the peer has ended the other.
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

  /** Ends both directions immediately; what was not delivered yet is lost. */
  destroy(reason: unknown): void {
    attempt(() => this.#writer.abort(reason)).catch(() => {});
    attempt(() => this.#reader.cancel(reason)).catch(() => {});
  }
}
