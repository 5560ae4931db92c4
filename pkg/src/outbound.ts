import { type Bytes, viewOf } from "./bytes.js";

/** Processes the data; the promises settle when the next call may be made. */
export interface OutboundSink {
  send(plaintext: Uint8Array): Promise<void>;
  /** The writer has closed the stream. */
  end(): Promise<void>;
  /** The writer has aborted the stream. */
  abort(reason: unknown): void;
}

/** The plaintext of one full record (RFC 9846 section 5.1), in bytes. */
const FULL = 16 * 1024;

/** The direction from the writer to the peer: a stream of bytes, which knows when all of them were sent. */
export class Outbound {
  readonly stream: WritableStream<Bytes>;
  #controller!: WritableStreamDefaultController;
  #unsent = 0;
  /** Small chunks that wait for the next one, to share its record. */
  #held: Uint8Array = new Uint8Array();
  #wake: (() => void) | undefined;

  constructor(sink: OutboundSink) {
    this.stream = new WritableStream<Bytes>(
      {
        start: (controller) => {
          this.#controller = controller;
          // The `abort` of a sink would be called only after the current write, which may wait for the peer forever.
          // Deferred, as Node does not expect a listener to change the stream during its own `abort`.
          controller.signal.addEventListener("abort", () => {
            queueMicrotask(() => sink.abort(controller.signal.reason));
          });
        },
        write: (chunk) => this.#write(chunk, sink),
        close: () => sink.end(),
      },
      {
        highWaterMark: 1,
        // The only call by which a stream reports that a chunk was queued.
        size: () => {
          this.#unsent += 1;
          return 1;
        },
      },
    );
  }

  /** Settles when every chunk accepted so far is sent, or cannot be sent any more. */
  async drained(): Promise<void> {
    while (this.#unsent > 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Fails the stream and everything still in it. */
  fail(error: unknown): void {
    this.#controller.error(error);
    this.#settle(0);
  }

  async #write(chunk: Bytes, sink: OutboundSink): Promise<void> {
    try {
      try {
        new Uint8Array(viewOf(chunk).buffer); // throws if the memory was transferred
      } catch (error) {
        sink.abort(error); // the peer must not believe that it has everything
        throw error;
      }
      const next = this.#gather(viewOf(chunk));
      if (next.length > 0) await sink.send(next);
      this.#settle(this.#unsent - 1);
    } catch (error) {
      this.#settle(0); // the stream has failed and will not request the rest
      throw error;
    }
  }

  /**
   * What to send now, if anything. Less than a record is kept while more chunks are in the queue: the stream brings the
   * next one within the same turn. Copied, as its writer may use the memory again as soon as the write is done.
   */
  #gather(chunk: Uint8Array): Uint8Array {
    const held = this.#held;
    let next = chunk;
    if (held.length > 0) {
      next = new Uint8Array(held.length + chunk.length);
      next.set(held);
      next.set(chunk, held.length);
    }
    const end = this.#unsent > 1 ? next.length - (next.length % FULL) : next.length;
    this.#held = new Uint8Array(next.subarray(end));
    return next.subarray(0, end);
  }

  #settle(unsent: number): void {
    this.#unsent = unsent;
    if (unsent === 0) this.#wake?.();
  }
}
