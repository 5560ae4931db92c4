/**
 * How much plaintext is decrypted before the reader requests it, in bytes: enough to notice the end of an idle peer.
 */
const READ_AHEAD = 16 * 1024;

/** The direction from the peer to the reader: a byte stream, and the current demand of the reader. */
export class Inbound {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller!: ReadableStreamController<Uint8Array<ArrayBuffer>>;
  /** Whether the stream still accepts data; afterwards, data is dropped. */
  #open = true;
  #wake: (() => void) | undefined;
  /** The error of a stream that fails once its buffered data was read. */
  #failure: { error: unknown } | undefined;

  constructor() {
    this.stream = byteStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.#wake?.();
        if (this.#failure && this.#empty) this.#controller.error(this.#failure.error);
      },
      cancel: () => this.#close(),
    });
  }

  /** Settles when the reader requests more than is buffered, or has cancelled. */
  async demand(): Promise<void> {
    while (this.#open && (this.#controller.desiredSize ?? 0) <= 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  push(data: Uint8Array<ArrayBuffer>): void {
    if (this.#open && data.length > 0) this.#controller.enqueue(data);
  }

  /** Ends the stream; buffered data can still be read. */
  end(): void {
    if (!this.#open) return;
    this.#close();
    try {
      this.#controller.close();
      // A pending read into the reader's own view must get its memory back.
      if ("byobRequest" in this.#controller) this.#controller.byobRequest?.respond(0);
    } catch {
      // The reader waits for the rest of an element of several bytes, and the stream has just reported an error to it.
    }
  }

  /** Fails the stream: immediately, dropping buffered data, or after that data was read. */
  fail(error: unknown, behindData: boolean): void {
    this.#close();
    if (behindData && !this.#empty) this.#failure = { error };
    else this.#controller.error(error);
  }

  get #empty(): boolean {
    return this.#controller.desiredSize === READ_AHEAD;
  }

  #close(): void {
    this.#open = false;
    this.#wake?.();
  }
}

/** An {@link Inbound} that is made when its stream is asked for: a byte stream costs a twentieth of a handshake. */
export class LazyInbound {
  #inbound: Inbound | undefined;
  readonly #calls: ((inbound: Inbound) => void)[] = [];

  get stream(): Inbound["stream"] {
    if (this.#inbound === undefined) {
      this.#inbound = new Inbound();
      for (const call of this.#calls.splice(0)) call(this.#inbound);
    }
    return this.#inbound.stream;
  }

  /** Calls it, now or once it is there. */
  call(call: (inbound: Inbound) => void): void {
    if (this.#inbound) call(this.#inbound);
    else this.#calls.push(call);
  }
}

interface ByteSource {
  start(controller: ReadableStreamController<Uint8Array<ArrayBuffer>>): void;
  pull(): void;
  cancel(): void;
}

/** A byte stream, or, in browsers without byte streams, a plain stream of chunks. */
function byteStream(source: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  try {
    return new ReadableStream({ ...source, type: "bytes" }, { highWaterMark: READ_AHEAD });
  } catch {
    // Not a ByteLengthQueuingStrategy, because Next.js warns about it in edge functions.
    const size = ({ byteLength }: Uint8Array<ArrayBuffer>): number => byteLength;
    return new ReadableStream(source, { highWaterMark: READ_AHEAD, size });
  }
}
