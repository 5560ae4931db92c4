import { isBytes, viewOf } from "./bytes.js";
import { signerOf } from "./certificates.js";
import type { Connection } from "./core.js";
import type {
  DecideEarlyDataEvent,
  OfferedIdentity,
  SelectPskEvent,
  SignEvent,
  VerifyCertificateEvent,
} from "./core-types.js";
import { TlsError, type TlsErrorCode, type TlsErrorDetails, type TlsPhase } from "./errors.js";
import type { ClientOptions, ServerOptions } from "./options.js";
import { choose, readOffer } from "./selection.js";

/** A question to the application that the handshake waits for. */
interface Question<T> {
  name: string;
  /** The code of the error if there is no answer. */
  code: TlsErrorCode;
  question: (connection: Connection) => T | Promise<T>;
  answer: (connection: Connection, answer: T) => void;
}

/** The owner of the handshake. */
interface Asker {
  readonly phase: TlsPhase;
  /** The connection, unless it is over. */
  readonly connection: Connection | undefined;
  /** Continues after an answer, or after a failure. */
  settle(failure?: TlsError): void;
}

/** Asks the application, whose answers may be asynchronous. */
export class Questions {
  readonly #asker: Asker;
  readonly #options: ClientOptions & ServerOptions;
  /** Aborts when the answers are no longer needed. */
  readonly #nobodyWaits = new AbortController();

  constructor(asker: Asker, options: ClientOptions & ServerOptions) {
    this.#asker = asker;
    this.#options = options;
  }

  /** The answers are no longer needed. */
  abort(error: TlsError): void {
    this.#nobodyWaits.abort(error);
  }

  /** Asks, and never rejects. */
  ask(event: SelectPskEvent | DecideEarlyDataEvent | VerifyCertificateEvent | SignEvent): Promise<void> {
    switch (event.type) {
      case "selectPsk":
        return this.#selectPsk(event);
      case "decideEarlyData":
        return this.#decideEarlyData(event);
      case "verifyCertificate":
        return this.#verifyCertificate(event);
      case "sign":
        return this.#sign(event);
    }
  }

  #selectPsk({ serverName, alpn = [], cipherSuites }: SelectPskEvent): Promise<void> {
    const context = { serverName, alpn, cipherSuites, signal: this.#nobodyWaits.signal };
    let offered: OfferedIdentity[] = [];
    return this.#ask({
      name: "selectPsk",
      code: "ERR_TLS_SELECTION",
      question: (connection) => {
        offered = readOffer(connection);
        return this.#options.selectPsk?.(offered, context);
      },
      answer: (connection, choice) => choose(connection, choice, offered),
    });
  }

  #decideEarlyData({ type: _, ...request }: DecideEarlyDataEvent): Promise<void> {
    const context = { signal: this.#nobodyWaits.signal };
    return this.#ask({
      name: "acceptEarlyData",
      code: "ERR_TLS_EARLY_DATA",
      question: () => this.#options.acceptEarlyData?.(request, context),
      answer: (connection, accepted) => connection.decideEarlyData(accepted === true),
    });
  }

  #verifyCertificate({ chain, serverName }: VerifyCertificateEvent): Promise<void> {
    const context = { serverName, signal: this.#nobodyWaits.signal };
    const { verifyCertificate, requestCertificate } = this.#options;
    return this.#ask({
      name: "verifying the certificate",
      code: "ERR_TLS_CERTIFICATE",
      question: () => (verifyCertificate ?? requestCertificate?.verify)?.(chain, context),
      answer: (connection, accepted) => connection.decideCertificate(accepted === true, accepted === "unverified"),
    });
  }

  #sign({ scheme, content, credentials }: SignEvent): Promise<void> {
    const context = { signal: this.#nobodyWaits.signal };
    return this.#ask({
      name: "signing",
      code: "ERR_TLS_SIGNING",
      question: () => signerOf(this.#options, credentials)?.({ scheme, content }, context),
      answer: (connection, signature) => {
        if (!isBytes(signature)) throw new TypeError("a signature must be bytes");
        connection.sign(viewOf(signature));
      },
    });
  }

  async #ask<T>({ name, code, question, answer }: Question<T>): Promise<void> {
    const asker = this.#asker;
    const { connection } = asker;
    if (connection === undefined) return;
    const { answerTimeout } = this.#options;
    const deadline =
      answerTimeout &&
      setTimeout(() => {
        const message = `${name} took longer than ${answerTimeout} ms`;
        if (asker.connection) asker.settle(this.#giveUp(connection, "ERR_TLS_TIMEOUT", message));
      }, answerTimeout);
    let failure: TlsError | undefined;
    try {
      const answered = await question(connection);
      if (asker.connection === undefined) return;
      answer(connection, answered);
    } catch (cause) {
      if (asker.connection === undefined) return;
      // If the core still waits, there was no answer, or an impossible one.
      failure = connection.asking
        ? this.#giveUp(connection, code, `${name} failed: ${cause}`, { cause })
        : TlsError.from(cause, asker.phase);
    } finally {
      clearTimeout(deadline);
    }
    asker.settle(failure);
  }

  /** Ends a question without an answer. The peer receives only internal_error. */
  #giveUp(
    connection: Connection,
    code: TlsErrorCode,
    message: string,
    details: Pick<TlsErrorDetails, "cause"> = {},
  ): TlsError {
    connection.cancelQuestion();
    const { phase } = this.#asker;
    return new TlsError(code, message, { phase, alert: "internal_error", alertDirection: "sent", ...details });
  }
}
