/**
 * Stable names of all errors. The message of an error may change between releases, its code does not.
 *
 * Errors of the protocol, most of them named after the alert that was sent (RFC 9846 section 6.2):
 * - `ERR_TLS_ALERT_RECEIVED`: the peer ended the connection with the alert in {@link TlsError.alert}
 * - `ERR_TLS_DECODE`, `ERR_TLS_UNEXPECTED_MESSAGE`, `ERR_TLS_ILLEGAL_PARAMETER`, `ERR_TLS_MISSING_EXTENSION`,
 *   `ERR_TLS_UNSUPPORTED_EXTENSION`, `ERR_TLS_RECORD_OVERFLOW`, `ERR_TLS_BAD_RECORD_MAC`: the peer broke the protocol
 * - `ERR_TLS_PROTOCOL_VERSION`, `ERR_TLS_HANDSHAKE_FAILURE`, `ERR_TLS_NO_APPLICATION_PROTOCOL`: nothing in common; the
 *   second one also if the peer ended the connection during the handshake without an alert
 * - `ERR_TLS_DECRYPT`: a binder, Finished or CertificateVerify did not verify, or the server had no PSK for the client
 * - `ERR_TLS_CERTIFICATE`: the peer's certificate was refused, or is missing; also when `verifyCertificate` threw or
 *   rejected; see {@link TlsError.cause}
 * - `ERR_TLS_TRUNCATED`: the transport ended without close_notify after the handshake: data may be missing
 * - `ERR_TLS_INTERNAL`: a bug in this package
 *
 * Errors in the use of this package:
 * - `ERR_TLS_CONFIG`: an option is not valid
 * - `ERR_TLS_PSK`: a PSK or a list of PSKs was refused
 * - `ERR_TLS_STATE`: a connection that was put to sleep is not continued: its state was used before, changed, or sealed
 *   with other keys
 * - `ERR_TLS_USAGE`: a call at the wrong time; it changed nothing
 * - `ERR_TLS_SELECTION`: `selectPsk` or `pskCallback` threw, rejected or chose a PSK that was not offered; see
 *   {@link TlsError.cause}
 * - `ERR_TLS_EARLY_DATA`: `acceptEarlyData` threw or rejected; see {@link TlsError.cause}
 * - `ERR_TLS_SIGNING`: `sign` threw, rejected or made a signature that does not verify; see {@link TlsError.cause}
 * - `ERR_TLS_TIMEOUT`: `handshakeTimeout` or `answerTimeout` expired
 * - `ERR_TLS_ABORTED`: `signal`, `close()` or an aborted stream ended the connection; see {@link TlsError.cause}
 * - `ERR_TLS_TRANSPORT`: the underlying streams failed; see {@link TlsError.cause}
 * - `ERR_TLS_NOT_INITIALISED`: the WebAssembly is not loaded yet, or cannot be loaded
 */
export type TlsErrorCode =
  | "ERR_TLS_ALERT_RECEIVED"
  | "ERR_TLS_DECODE"
  | "ERR_TLS_UNEXPECTED_MESSAGE"
  | "ERR_TLS_ILLEGAL_PARAMETER"
  | "ERR_TLS_MISSING_EXTENSION"
  | "ERR_TLS_UNSUPPORTED_EXTENSION"
  | "ERR_TLS_PROTOCOL_VERSION"
  | "ERR_TLS_HANDSHAKE_FAILURE"
  | "ERR_TLS_DECRYPT"
  | "ERR_TLS_CERTIFICATE"
  | "ERR_TLS_BAD_RECORD_MAC"
  | "ERR_TLS_RECORD_OVERFLOW"
  | "ERR_TLS_NO_APPLICATION_PROTOCOL"
  | "ERR_TLS_INTERNAL"
  | "ERR_TLS_TRUNCATED"
  | "ERR_TLS_STATE"
  | "ERR_TLS_USAGE"
  | "ERR_TLS_CONFIG"
  | "ERR_TLS_PSK"
  | "ERR_TLS_SELECTION"
  | "ERR_TLS_EARLY_DATA"
  | "ERR_TLS_SIGNING"
  | "ERR_TLS_TIMEOUT"
  | "ERR_TLS_ABORTED"
  | "ERR_TLS_TRANSPORT"
  | "ERR_TLS_NOT_INITIALISED";

/** The phase of a connection when an error occurred. */
export type TlsPhase = "configuration" | "handshake" | "data" | "closed";

/** The properties of a {@link TlsError} in addition to its message. */
export interface TlsErrorDetails {
  phase: TlsPhase;
  alert?: string;
  alertDirection?: "sent" | "received";
  cause?: unknown;
}

/** The only class of error that this package throws and rejects with. */
export class TlsError extends Error {
  override readonly name = "TlsError";
  /** What went wrong. */
  readonly code: TlsErrorCode;
  /** The alert that ended the connection, by its name in RFC 9846 section 6, such as `"decrypt_error"`. */
  readonly alert?: string;
  /** Whether we sent {@link alert} or the peer did. */
  readonly alertDirection?: "sent" | "received";
  /** The phase of the connection. */
  readonly phase: TlsPhase;

  constructor(code: TlsErrorCode, message: string, details: TlsErrorDetails) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.phase = details.phase;
    if (details.alert !== undefined) this.alert = details.alert;
    if (details.alertDirection !== undefined) this.alertDirection = details.alertDirection;
  }

  /**
   * The core cannot access this class from inside the WebAssembly. It throws plain errors with the same name and the
   * same properties, which count as instances.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "TlsError" && "code" in value;
  }

  /** `thrown` itself if it is a `TlsError`. Anything else is a bug of this package, and is wrapped. */
  static from(thrown: unknown, phase: TlsPhase): TlsError {
    if (thrown instanceof TlsError) return thrown;
    return new TlsError("ERR_TLS_INTERNAL", `internal error: ${thrown}`, { phase, cause: thrown });
  }
}

/**
 * Whether `thrown` is a {@link TlsError}, and has one of the `codes` if there are any. It narrows the type, for
 * `switch` and `catch`.
 *
 * @example
 * ```js
 * import { isTlsError } from "tls-psk";
 *
 * try {
 *   await tls.opened;
 * } catch (error) {
 *   if (!isTlsError(error, "ERR_TLS_TIMEOUT", "ERR_TLS_TRANSPORT")) throw error;
 *   retryLater(error.code);
 * }
 * ```
 */
export function isTlsError<Code extends TlsErrorCode = TlsErrorCode>(
  thrown: unknown,
  ...codes: readonly Code[]
): thrown is TlsError & { readonly code: Code } {
  return thrown instanceof TlsError && (!codes[0] || codes.includes(thrown.code as Code));
}

/** An error for an option that is not valid. */
export function configError(message: string): TlsError {
  return new TlsError("ERR_TLS_CONFIG", message, { phase: "configuration" });
}

/** An error for a PSK or a session that is refused. */
export function pskError(message: string): TlsError {
  return new TlsError("ERR_TLS_PSK", message, { phase: "configuration" });
}

/** An exception caused by a value of the wrong type, as an error of the configuration. */
export function asConfigError(thrown: unknown): TlsError {
  return thrown instanceof TlsError
    ? thrown
    : configError(`wrong kind of option or transport (sockets need Duplex.toWeb): ${thrown}`);
}

/** The number, if it is one that the core receives unchanged. */
export function whole(value: number): number {
  if (value >>> 0 === value) return value;
  throw new TypeError(`${value} is not a whole number`);
}
