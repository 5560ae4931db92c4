import { viewOf } from "./bytes.js";
import { configError } from "./errors.js";

/**
 * What TLS runs over: a TCP socket, a WebSocket's streams, a serial line, one end of an in-memory pair. Web streams of any
 * runtime and of its types will do, as long as they are streams of bytes: only what is here is used of them.
 */
export interface Transport {
  readonly readable: TransportReadable;
  readonly writable: TransportWritable;
}

/** A {@link Transport} of web streams, with all that they have. */
export interface StreamTransport extends Transport {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array>;
}

/** What is used of a `ReadableStream`. */
export interface TransportReadable {
  readonly locked: boolean;
  /** Locks the stream. */
  getReader(): {
    /** The next chunk. */
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    /** Drops what is still to come. */
    cancel(reason?: unknown): Promise<unknown>;
  };
}

/** What is used of a `WritableStream`. */
export interface TransportWritable {
  readonly locked: boolean;
  /** Locks the stream. */
  getWriter(): {
    readonly ready: Promise<unknown>;
    /** Takes a chunk; settles when it is written. */
    write(chunk: Uint8Array<ArrayBuffer>): Promise<unknown>;
    /** Ends the stream behind what was written. */
    close(): Promise<unknown>;
    /** Ends it at once. */
    abort(reason?: unknown): Promise<unknown>;
  };
}

/**
 * Bytes handed to the core at once. A stream may deliver megabytes in one chunk; the memory of a WebAssembly only
 * ever grows, so the core sees them in pieces of about two full records.
 */
const SLICE = 32 * 1024;

/** Streams of other makers may throw where they should reject. */
const attempt = async (action: () => Promise<unknown>): Promise<unknown> => action();

/** The transport's streams, locked for as long as the connection lives. */
export class TransportStreams {
  readonly #reader: ReturnType<TransportReadable["getReader"]>;
  readonly #writer: ReturnType<TransportWritable["getWriter"]>;
  #undelivered: Uint8Array = new Uint8Array(0);
  /** The last write, behind which all others are through. */
  #written: Promise<unknown> = Promise.resolve();
  #ending: Promise<unknown> | undefined;

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
      this.#undelivered = viewOf(value as Uint8Array);
    }
    const slice = this.#undelivered.subarray(0, SLICE);
    this.#undelivered = this.#undelivered.subarray(SLICE);
    return slice;
  }

  /** Settles when the transport takes more without having to pile it up. */
  get ready(): Promise<unknown> {
    return this.#writer.ready;
  }

  write(bytes: Uint8Array<ArrayBuffer>): Promise<unknown> {
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
