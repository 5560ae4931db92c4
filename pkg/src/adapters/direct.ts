import type { InboundSide, OutboundSide, OutboundSink } from "../pump.js";

type Callback = (error?: Error | null) => void;

/** The direction from the peer to a Duplex, without a web stream in between. */
export class DirectInbound implements InboundSide {
  /** Called in a microtask of its own for each record, as an exception of a listener must not reach the connection. */
  readonly #deliver: (bytes: Uint8Array<ArrayBuffer> | undefined) => boolean;
  readonly #destroy: (error: unknown) => void;
  /** Whether the Duplex wants more than it has. */
  wanted = false;
  #open = true;
  #wake: (() => void) | undefined;

  /** @param deliver gets data, and `undefined` at the end; returns whether the Duplex wants more */
  constructor(deliver: (bytes: Uint8Array<ArrayBuffer> | undefined) => boolean, destroy: (error: unknown) => void) {
    this.#deliver = deliver;
    this.#destroy = destroy;
  }

  /** The `_read` of the Duplex. */
  read(): void {
    this.wanted = true;
    this.#wake?.();
  }

  async demand(): Promise<void> {
    // What was pushed is delivered first, and may be enough.
    await undefined;
    while (this.#open && !this.wanted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  push(data: Uint8Array<ArrayBuffer>): void {
    if (this.#open && data.length > 0) this.#later(data);
  }

  end(): void {
    if (!this.#open) return;
    this.#close();
    this.#later(undefined);
  }

  fail(error: unknown): void {
    this.#close();
    queueMicrotask(() => this.#destroy(error));
  }

  #later(data: Uint8Array<ArrayBuffer> | undefined): void {
    queueMicrotask(() => {
      this.wanted = false;
      this.wanted = this.#deliver(data) || this.wanted;
    });
  }

  #close(): void {
    this.#open = false;
    this.#wake?.();
  }
}

/** The direction from a Duplex to the peer. A Duplex does one thing at a time, and calls back when it is done. */
export class DirectOutbound implements OutboundSide {
  readonly #sink: OutboundSink;
  #failure: { error: unknown } | undefined;
  #settle: ((error?: unknown) => void) | undefined;
  #wake: (() => void) | undefined;

  constructor(sink: OutboundSink) {
    this.#sink = sink;
  }

  write(chunk: Uint8Array, callback: Callback): void {
    this.#do((sink) => sink.send(chunk), callback);
  }

  end(callback: Callback): void {
    this.#do((sink) => sink.end(), callback);
  }

  /** Ends the connection as an error, unless it has failed already. */
  abort(reason: unknown): void {
    if (this.#failure === undefined) this.#sink.abort(reason);
  }

  async drained(): Promise<void> {
    while (this.#settle) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#settle?.(error);
  }

  #do(action: (sink: OutboundSink) => Promise<void>, callback: Callback): void {
    const settle = (error?: unknown): void => {
      if (this.#settle !== settle) return;
      this.#settle = undefined;
      this.#wake?.();
      queueMicrotask(() => callback(error as Error | undefined));
    };
    this.#settle = settle;
    if (this.#failure) settle(this.#failure.error);
    else action(this.#sink).then(() => settle(), settle);
  }
}
