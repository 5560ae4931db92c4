import { configError, type TlsErrorCode, type TlsErrorDetails } from "./errors.js";
import type { TlsOptions } from "./options.js";

type Cancel = (code: TlsErrorCode, message: string, details?: Pick<TlsErrorDetails, "cause">) => void;

/** The external limits of a connection: the application's signal, at any time, and the deadline of the handshake. */
export class Limits {
  readonly #signal: AbortSignal | undefined;
  readonly #cancel: Cancel;
  #deadline: ReturnType<typeof setTimeout> | undefined;

  /** Throws `ERR_TLS_CONFIG` for a deadline that no timer supports. The limits apply from {@link start} on. */
  constructor({ signal, handshakeTimeout, answerTimeout }: TlsOptions, cancel: Cancel) {
    checkTimeout("handshakeTimeout", handshakeTimeout);
    checkTimeout("answerTimeout", answerTimeout);
    this.#signal = signal;
    this.#cancel = cancel;
  }

  start(handshakeTimeout: number | undefined): void {
    if (handshakeTimeout !== undefined) {
      this.#deadline = setTimeout(() => {
        this.#cancel("ERR_TLS_TIMEOUT", `the handshake took longer than ${handshakeTimeout} ms`);
      }, handshakeTimeout);
    }
    this.#signal?.addEventListener("abort", this.#onAbort);
    if (this.#signal?.aborted) this.#onAbort();
  }

  /** The handshake is complete. */
  opened(): void {
    clearTimeout(this.#deadline);
  }

  /** The connection has ended, and needs no limits any more. */
  lift(): void {
    this.opened();
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => {
    this.#cancel("ERR_TLS_ABORTED", "the signal aborted", { cause: this.#signal?.reason });
  };
}

/** The longest delay of a timer, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Throws `ERR_TLS_CONFIG` for a delay that a timer would treat as no delay. */
function checkTimeout(name: string, milliseconds: number | undefined): void {
  if (milliseconds === undefined || (milliseconds > 0 && milliseconds <= LONGEST_TIMEOUT)) return;
  throw configError(`${name} must be above 0 and at most ${LONGEST_TIMEOUT} milliseconds`);
}
