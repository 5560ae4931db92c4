import { type Bytes, viewOf } from "./bytes.js";

/** Processes the data; the promises settle when the next call may be made. */
export interface OutboundSink {
  send(plaintext: Uint8Array): Promise<void>;
  /** The writer has closed the stream. */
  end(): Promise<void>;
  /** The writer has aborted the stream. */
  abort(reason: unknown): void;
}

/** The direction from the writer to the peer: a stream of bytes, which knows when all of them were sent. */
export class Outbound {
  readonly stream: WritableStream<Bytes>;
  #controller!: WritableStreamDefaultController;
  #unsent = 0;
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
      await sink.send(viewOf(chunk));
      this.#settle(this.#unsent - 1);
    } catch (error) {
      this.#settle(0); // the stream has failed and will not request the rest
      throw error;
    }
  }

  #settle(unsent: number): void {
    this.#unsent = unsent;
    if (unsent === 0) this.#wake?.();
  }
}
