import type { TransportStreams } from "./transport.js";

/** The path from the connection to the transport: a single loop, so that the order of the bytes is kept. */
export class Sender {
  readonly #transport: TransportStreams;
  readonly #poll: () => Uint8Array<ArrayBuffer> | undefined;
  readonly #onError: (cause: unknown) => void;
  /** The next bytes for the transport. */
  #next: Uint8Array<ArrayBuffer> | undefined;
  #loop: Promise<void> | undefined;

  /** Sends what `poll` returns until there is nothing more. */
  constructor(
    transport: TransportStreams,
    poll: () => Uint8Array<ArrayBuffer> | undefined,
    onError: (cause: unknown) => void,
  ) {
    this.#transport = transport;
    this.#poll = poll;
    this.#onError = onError;
  }

  /** Settles when the transport, as far as it has room, was given all bytes, or has failed. */
  flush(): Promise<void> | undefined {
    if (this.#more()) this.#loop ??= this.#run();
    return this.#loop;
  }

  /** Sends the last bytes without waiting for room, as they are few. */
  release(): void {
    while (this.#more()) this.#write(() => {});
  }

  async #run(): Promise<void> {
    try {
      do {
        await this.#transport.ready;
        this.#write(this.#onError);
      } while (this.#more());
    } catch (cause) {
      this.#onError(cause);
    } finally {
      this.#loop = undefined;
    }
  }

  #more(): boolean {
    this.#next ??= this.#poll();
    return this.#next !== undefined;
  }

  #write(onError: (cause: unknown) => void): void {
    if (this.#next !== undefined) this.#transport.write(this.#next).catch(onError);
    this.#next = undefined;
  }
}
