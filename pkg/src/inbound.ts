/** Plaintext that is decrypted before the reader asks for it, in bytes: enough to notice the end of an idle peer. */
const READ_AHEAD = 16 * 1024;

/** The direction from the peer to the reader: a byte stream, and what the reader wants at the moment. */
export class Inbound {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  #controller!: ReadableStreamController<Uint8Array<ArrayBuffer>>;
  /** Whether the stream still takes data; afterwards it is dropped. */
  #open = true;
  #wake: (() => void) | undefined;
  /** Of a stream that fails as soon as what is in it was read. */
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

  /** Settles as soon as the reader wants more than it has, or does not care any more. */
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

  /** Ends the stream; what is in it can still be read. */
  end(): void {
    if (!this.#open) return;
    this.#close();
    try {
      this.#controller.close();
      // A pending read into a view of the reader's must be given its memory back.
      if ("byobRequest" in this.#controller) this.#controller.byobRequest?.respond(0);
    } catch {
      // The reader waits for the rest of an element of several bytes, and the stream has just told it so.
    }
  }

  /** Fails the stream, and drops what is in it, or else does so behind that. */
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

interface ByteSource {
  start(controller: ReadableStreamController<Uint8Array<ArrayBuffer>>): void;
  pull(): void;
  cancel(): void;
}

/** A byte stream, or, in browsers that have none, a plain stream of chunks. */
function byteStream(source: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  try {
    return new ReadableStream({ ...source, type: "bytes" }, { highWaterMark: READ_AHEAD });
  } catch {
    // Not a ByteLengthQueuingStrategy, for which Next.js warns whoever builds an edge function.
    const size = ({ byteLength }: Uint8Array<ArrayBuffer>): number => byteLength;
    return new ReadableStream(source, { highWaterMark: READ_AHEAD, size });
  }
}
