/**
 * A classic WebSocket as a transport: the browser's, workerd's after `accept()`, Node's, Deno's, Bun's, and those of
 * the package `ws`. It imports nothing, and both builds accept its transports.
 *
 * @module tls-psk/websocket
 */

import { type Bytes, isBytes, viewOf } from "../bytes.js";
import type { StreamTransport } from "../transport.js";

/** The part of a WebSocket that is used. */
export interface WebSocketLike {
  readonly readyState: number;
  /** Absent in workerd, which does not tell how much waits to be sent. */
  readonly bufferedAmount?: number;
  binaryType?: string;
  /** Queues a message. */
  send(data: Uint8Array<ArrayBuffer>): void;
  /** Starts to close it. */
  close(code?: number, reason?: string): void;
  /** As of every `EventTarget`. */
  // biome-ignore lint/suspicious/noExplicitAny: each runtime has its own types for its events
  addEventListener(type: string, listener: (event: any) => void): void;
  /** As of every `EventTarget`. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  removeEventListener(type: string, listener: (event: any) => void): void;
  /** Only in `ws`, whose WebSockets can stop reading. */
  pause?(): void;
  /** Continues after {@link pause}. */
  resume?(): void;
}

/** Limits of {@link webSocketTransport}, in bytes. */
export interface WebSocketTransportOptions {
  /**
   * How much received data may be buffered. Default: 16 MiB. The receiving side of a WebSocket cannot be paused, except
   * with `ws`: if more than this arrives while the reader stalls, the connection fails. Each message counts as 128
   * bytes more than its length.
   */
  maxBuffered?: number;
  /** How much may wait to be sent before writing stalls. Default: 256 KiB. */
  highWaterMark?: number;
}

const CONNECTING = 0;
const CLOSING = 2;
const CLOSED = 3;

/** The codes of an ordinary end (RFC 6455 section 7.4.1): done, going away, no code at all. */
const ORDINARY = [1000, 1001, 1005];

/** The code for an end by error. Codes 4000 to 4999 are for applications. */
const FAILED = 4000;

/** The approximate overhead of a message, in bytes. */
const MESSAGE_COST = 128;

/** Messages are combined up to this many bytes. */
const BATCH = 2 ** 16;

/** How often `bufferedAmount` is checked, in milliseconds: there is no event for it. */
const SHORTEST_WAIT = 1;
const LONGEST_WAIT = 32;

/**
 * Makes a transport for `startTls` and `acceptTls` from a WebSocket that is open or still connecting. Call it before
 * messages can arrive, so without an `await` after the WebSocket was created or accepted.
 *
 * Messages are binary; a text message is an error. A WebSocket cannot close one direction only: closing `writable`
 * closes it when everything is sent, and settles when it is closed. A close code that means a failure, or a WebSocket
 * that does not open, fails both streams, after the data that had arrived.
 *
 * @example
 * ```js
 * import { startTls } from "tls-psk";
 * import { webSocketTransport } from "tls-psk/websocket";
 *
 * const tls = startTls(webSocketTransport(new WebSocket("wss://gateway.example")), { psks });
 * ```
 */
export function webSocketTransport(socket: WebSocketLike, options: WebSocketTransportOptions = {}): StreamTransport {
  const streams = new WebSocketStreams(socket, options);
  return { readable: streams.readable, writable: streams.writable };
}

class WebSocketStreams implements StreamTransport {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array>;

  readonly #socket: WebSocketLike;
  readonly #maxBuffered: number;
  readonly #highWaterMark: number;
  /** The data that was received and not read yet, and its length in bytes. */
  #received: Uint8Array<ArrayBuffer>[] = [];
  #buffered = 0;
  #paused = false;
  /** Whether nothing more will arrive, and the failure, if it is one. */
  #ended = false;
  #failure: Error | undefined;
  #writableController!: WritableStreamDefaultController;
  /** Wakes the waiters for an event of the WebSocket. */
  #wake = new Set<() => void>();

  constructor(socket: WebSocketLike, { maxBuffered = 2 ** 24, highWaterMark = 2 ** 18 }: WebSocketTransportOptions) {
    this.#socket = socket;
    this.#maxBuffered = maxBuffered;
    this.#highWaterMark = highWaterMark;
    // Otherwise messages would be Blobs, whose bytes arrive later and in any order.
    if (socket.binaryType !== undefined) socket.binaryType = "arraybuffer";
    socket.addEventListener("open", this.#notify);
    socket.addEventListener("message", this.#onMessage);
    socket.addEventListener("error", this.#onError);
    socket.addEventListener("close", this.#onClose);
    this.readable = new ReadableStream<Uint8Array<ArrayBuffer>>(
      { pull: (controller) => this.#pull(controller), cancel: () => this.#end(undefined, 1000) },
      { highWaterMark: 0 },
    );
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writableController = controller;
        return this.#until(() => socket.readyState !== CONNECTING || this.#ended);
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#close(),
      abort: () => this.#end(new Error("the transport was aborted"), FAILED),
    });
    if (socket.readyState >= CLOSING) this.#end(new Error("the WebSocket is already closed"));
  }

  readonly #notify = (): void => {
    for (const wake of this.#wake) wake();
  };

  readonly #onMessage = ({ data }: { data: unknown }): void => {
    if (this.#ended) return;
    if (!isBytes(data)) {
      const what = typeof data === "string" ? "a text message" : "a message that is not an ArrayBuffer";
      this.#end(new TypeError(`${what} arrived over the WebSocket, but TLS needs binary messages`), FAILED);
      return;
    }
    const bytes = viewOf(data) as Uint8Array<ArrayBuffer>;
    if (bytes.length === 0) return;
    this.#received.push(bytes);
    this.#buffered += bytes.length + MESSAGE_COST;
    if (this.#buffered > this.#maxBuffered) {
      // Incomplete data is useless.
      this.#received = [];
      this.#end(
        new RangeError(`more than ${this.#maxBuffered} bytes arrived over the WebSocket and were not read`),
        FAILED,
      );
    } else if (this.#buffered >= this.#highWaterMark && !this.#paused) {
      this.#paused = true;
      this.#socket.pause?.();
    }
    this.#notify();
  };

  readonly #onError = ({ error: cause }: { error?: unknown }): void => {
    this.#end(new Error("the WebSocket failed", { cause }));
  };

  readonly #onClose = ({ code, reason }: { code: number; reason: string }): void => {
    const failed = !ORDINARY.includes(code);
    this.#end(failed ? new Error(`the WebSocket was closed with ${`${code} ${reason}`.trim()}`) : undefined, 1000);
    this.#socket.removeEventListener("open", this.#notify);
    this.#socket.removeEventListener("message", this.#onMessage);
    this.#socket.removeEventListener("error", this.#onError);
    this.#socket.removeEventListener("close", this.#onClose);
  };

  /** Stops receiving, closes the WebSocket if there is a code for that, and informs the streams. */
  #end(failure: Error | undefined, code?: number): void {
    if (code !== undefined && this.#socket.readyState !== CLOSED) {
      try {
        this.#socket.close(code);
      } catch {
        // Some runtimes throw on a second call, which is harmless.
      }
    }
    if (!this.#ended) {
      this.#ended = true;
      this.#failure = failure;
      // Only a WebSocket that reads notices that it is closed.
      if (this.#paused) this.#socket.resume?.();
      this.#writableController.error(failure ?? new Error("the WebSocket is closed"));
    }
    this.#notify();
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> {
    await this.#until(() => this.#received.length > 0 || this.#ended);
    if (this.#received.length > 0) {
      controller.enqueue(this.#take());
      if (this.#paused && this.#buffered < this.#highWaterMark) {
        this.#paused = false;
        this.#socket.resume?.();
      }
    } else if (this.#failure !== undefined) controller.error(this.#failure);
    else controller.close();
  }

  /** The next bytes. Small messages are combined, as shifting a long list for each of them would be slow. */
  #take(): Uint8Array<ArrayBuffer> {
    let [count, length] = [0, 0];
    for (const { length: more } of this.#received) {
      if (count > 0 && length + more > BATCH) break;
      count += 1;
      length += more;
    }
    this.#buffered -= length + count * MESSAGE_COST;
    const messages = this.#received.splice(0, count);
    if (messages[0]?.length === length) return messages[0];
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const message of messages) {
      bytes.set(message, at);
      at += message.length;
    }
    return bytes;
  }

  async #write(chunk: Bytes): Promise<void> {
    if (!isBytes(chunk)) throw new TypeError("only bytes can be written");
    this.#socket.send(viewOf(chunk) as Uint8Array<ArrayBuffer>);
    let wait = SHORTEST_WAIT;
    while (!this.#ended && (this.#socket.bufferedAmount ?? 0) > this.#highWaterMark) {
      await this.#sleep(wait);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  async #close(): Promise<void> {
    if (this.#socket.readyState < CLOSING) this.#socket.close(1000);
    await this.#until(() => this.#ended);
  }

  /** Settles when the condition holds; it is checked on every event of the WebSocket. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#sleep();
  }

  /** Settles on the next event, or after this many milliseconds. */
  #sleep(milliseconds?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(() => wake(), milliseconds);
      const wake = (): void => {
        clearTimeout(timer);
        this.#wake.delete(wake);
        resolve();
      };
      this.#wake.add(wake);
    });
  }
}
