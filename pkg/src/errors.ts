/**
 * Stable names of everything that can go wrong. The message of an error may change between releases, its code does not.
 *
 * From the protocol, most of them the name of the alert that was sent (RFC 9846 section 6.2):
 * - `ERR_TLS_ALERT_RECEIVED`: the peer ended the connection with the alert in {@link TlsError.alert}
 * - `ERR_TLS_DECODE`, `ERR_TLS_UNEXPECTED_MESSAGE`, `ERR_TLS_ILLEGAL_PARAMETER`, `ERR_TLS_MISSING_EXTENSION`,
 *   `ERR_TLS_UNSUPPORTED_EXTENSION`, `ERR_TLS_RECORD_OVERFLOW`, `ERR_TLS_BAD_RECORD_MAC`: the peer broke the protocol
 * - `ERR_TLS_PROTOCOL_VERSION`, `ERR_TLS_HANDSHAKE_FAILURE`, `ERR_TLS_NO_APPLICATION_PROTOCOL`: nothing in common; the
 *   second one also where the peer ended the connection in the handshake without an alert
 * - `ERR_TLS_DECRYPT`: a binder, Finished or CertificateVerify did not verify, or the server had no PSK for the client
 * - `ERR_TLS_CERTIFICATE`: the peer's certificate was refused, or is missing; also when `verifyCertificate` threw or
 *   rejected, see {@link TlsError.cause}
 * - `ERR_TLS_TRUNCATED`: the transport ended without close_notify after the handshake, so that data may be missing
 * - `ERR_TLS_INTERNAL`: a bug in this package
 *
 * From the use of this package:
 * - `ERR_TLS_CONFIG`: an option is not valid
 * - `ERR_TLS_PSK`: a PSK, or a list of them, was refused
 * - `ERR_TLS_USAGE`: a call at the wrong time; it changed nothing
 * - `ERR_TLS_SELECTION`: `selectPsk` threw, rejected or made an impossible choice; see {@link TlsError.cause}
 * - `ERR_TLS_EARLY_DATA`: `acceptEarlyData` threw or rejected; see {@link TlsError.cause}
 * - `ERR_TLS_SIGNING`: `sign` threw, rejected or made a signature that does not verify; see {@link TlsError.cause}
 * - `ERR_TLS_TIMEOUT`: `handshakeTimeout` or `selectionTimeout` ran out
 * - `ERR_TLS_ABORTED`: `signal`, `close()` or an aborted stream ended the connection; see {@link TlsError.cause}
 * - `ERR_TLS_TRANSPORT`: the streams below failed; see {@link TlsError.cause}
 * - `ERR_TLS_NOT_INITIALISED`: the WebAssembly is not there yet, or could not be loaded
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

/** How far a connection was when an error struck. */
export type TlsPhase = "configuration" | "handshake" | "data" | "closed";

/** What a {@link TlsError} knows beside its message. */
export interface TlsErrorDetails {
  phase: TlsPhase;
  alert?: string;
  alertDirection?: "sent" | "received";
  cause?: unknown;
}

/** The one class of error that this package throws and rejects with. */
export class TlsError extends Error {
  override readonly name = "TlsError";
  /** What went wrong. */
  readonly code: TlsErrorCode;
  /** The alert that ended the connection, by its name in RFC 9846 section 6, such as `"decrypt_error"`. */
  readonly alert?: string;
  /** Whether we sent {@link alert} or the peer did. */
  readonly alertDirection?: "sent" | "received";
  /** How far the connection was. */
  readonly phase: TlsPhase;

  constructor(code: TlsErrorCode, message: string, details: TlsErrorDetails) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.phase = details.phase;
    if (details.alert !== undefined) this.alert = details.alert;
    if (details.alertDirection !== undefined) this.alertDirection = details.alertDirection;
  }

  /**
   * The core cannot reach this class from inside the WebAssembly: it throws plain errors with the same name and the
   * same properties, which count as instances.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "TlsError" && "code" in value;
  }

  /** `thrown` itself if it is a `TlsError`; anything else means a bug of ours and is wrapped as one. */
  static from(thrown: unknown, phase: TlsPhase): TlsError {
    if (thrown instanceof TlsError) return thrown;
    return new TlsError("ERR_TLS_INTERNAL", `internal error: ${thrown}`, { phase, cause: thrown });
  }
}

/**
 * Whether something thrown is a {@link TlsError}, perhaps with one of some codes: for `switch` and `catch`, whose types it
 * narrows.
 */
export function isTlsError<Code extends TlsErrorCode = TlsErrorCode>(
  thrown: unknown,
  ...codes: readonly Code[]
): thrown is TlsError & { readonly code: Code } {
  return thrown instanceof TlsError && (!codes[0] || codes.includes(thrown.code as Code));
}

/** That what was configured cannot be, in the words of the message. */
export function configError(message: string): TlsError {
  return new TlsError("ERR_TLS_CONFIG", message, { phase: "configuration" });
}

/** That a PSK or a session is refused, in the words of the message. */
export function pskError(message: string): TlsError {
  return new TlsError("ERR_TLS_PSK", message, { phase: "configuration" });
}

/** What was thrown by something that was given another kind of value than it takes, as an error of the configuration. */
export function asConfigError(thrown: unknown): TlsError {
  return thrown instanceof TlsError
    ? thrown
    : configError(`wrong kind of option or transport (sockets need Duplex.toWeb): ${thrown}`);
}

/** The number, if the core would get it as it is. */
export function whole(value: number): number {
  if (value >>> 0 === value) return value;
  throw new TypeError(`${value} is not a whole number`);
}
