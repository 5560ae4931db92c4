import type { Bytes } from "./bytes.js";
import type { ClientCertificateOptions, Credentials, VerifyCertificate } from "./certificate-options.js";
import type { CipherSuite, Group, OfferedIdentity, PskKinds, PskMode, TraceEvent } from "./core-types.js";
import type { AcceptEarlyData } from "./early-data.js";
import type { Psk } from "./psk.js";
import type { SavedSession, TicketOptions } from "./resumption.js";

/**
 * Options of both sides.
 *
 * @group Connections
 */
export interface TlsOptions {
  /** In order of preference. */
  psks?: readonly Psk[];
  /** Default: `["psk_dhe_ke"]`. `"psk_ke"` uses no (EC)DHE and has no forward secrecy. */
  modes?: readonly PskMode[];
  /**
   * In order of preference. Default: all three, ChaCha20-Poly1305 first, which is three times as fast as AES here. A
   * server uses the order of this option only if you set it. Otherwise it uses its client's order, as a client may have
   * a PSK for only one suite.
   */
  cipherSuites?: readonly CipherSuite[];
  /** In order of preference. A client sends a key share for the first. */
  groups?: readonly Group[];
  /** Application protocols in order of preference (RFC 7301). */
  alpn?: readonly string[];
  /** The largest plaintext of a record that this side accepts, in bytes including its type (RFC 8449): 64 to 16,385. */
  recordSizeLimit?: number;
  /**
   * Whether a client offers reserved values in addition to the real ones (RFC 8701), so that servers keep ignoring
   * values that they do not know. Default: `true`. Set it to `false` for servers that fail on reserved values.
   */
  grease?: boolean;
  /** Pads every encrypted record to a multiple of this number of bytes (RFC 9846 section 5.4). Default: no padding. */
  paddingMultiple?: number;
  /**
   * Whether the platform's AEADs may protect long records: those of `node:crypto`, in Node, Deno and Bun. Default: `true`.
   * The bytes on the wire are the same; the WebAssembly protects all other records.
   */
  platformCrypto?: boolean;
  /** Default: `"both"` if an option about sessions or tickets is set, otherwise `"external"`. */
  pskKinds?: PskKinds;
  /**
   * Lets this process use an identity both as a client and as a server. A process that does can be made to talk to
   * itself (RFC 9257 section 4.1). For tests that play both sides.
   */
  allowBothRoles?: boolean;
  /**
   * Authenticates the server by a certificate in addition to an external PSK (RFC 8773), without early data. A client
   * requests the certificate, and `opened` says whether it got one. A server sends one of its `certificates` to clients
   * that request it. `tls-psk/full` only.
   */
  certificateWithPsk?: boolean;
  /** The clock for tickets and certificates, in milliseconds since the Unix epoch. Default: `Date.now`. */
  now?: () => number;
  /** When it aborts, it ends the connection immediately, in any phase, with `ERR_TLS_ABORTED`. */
  signal?: AbortSignal;
  /**
   * How long the handshake may take from the call on, in milliseconds, including the answers below. Default: no limit.
   */
  handshakeTimeout?: number;
  /**
   * How long each of `selectPsk`, `acceptEarlyData`, `sign` and the function that verifies certificates may take, in
   * milliseconds. Default: only `handshakeTimeout` limits them.
   */
  answerTimeout?: number;
  /** Receives lines in the format of SSLKEYLOGFILE (RFC 9850). Anyone who has them can decrypt the connection. */
  onKeylog?: (line: string) => void;
  /** Receives handshake messages (decrypted), alerts, and the outcome for each offered PSK. */
  onTrace?: (event: TraceEvent) => void;
}

/**
 * Options of {@link startTls}.
 *
 * @group Connections
 */
export interface ClientOptions extends TlsOptions {
  /**
   * Sessions to resume, offered before the PSKs. Each session is used only once. The client leaves out a session that
   * has expired, that is for another `serverName`, or whose server it would not accept in a full handshake: by a PSK of
   * `psks` (unless there are no `psks` and no `ca` or `verifyCertificate`), or by the server's certificate, which `ca`
   * verifies again. `onTrace` reports the reason.
   */
  sessions?: readonly (SavedSession | Bytes)[];
  /** Allows a session to be used more than once, which lets observers link the connections. */
  reuseSessions?: boolean;
  /** Receives each session that the server issues. Sessions arrive only while the connection is read. */
  onSession?: (session: SavedSession) => void;
  /**
   * Sent in the first flight if the first session or PSK allows early data, and otherwise not at all. It has no forward
   * secrecy, and the server may receive it more than once. `earlyData` of `opened` has the outcome: the server accepted
   * the data only if it is `"accepted"`.
   */
  earlyData?: Bytes;
  /** The server's DNS name, sent in clear (RFC 6066 section 3). With `ca`, the server's certificate must be for it. */
  serverName?: string;
  /**
   * The authorities, in PEM, whose certificates authenticate a server that selects no PSK. Needs `serverName`. Without
   * `ca` and `verifyCertificate`, the server must select a PSK. `tls-psk/full` only.
   */
  ca?: string | Bytes;
  /**
   * Verifies the server's certificates instead of `ca`: for pinned certificates and your own rules. `tls-psk/full`
   * only.
   */
  verifyCertificate?: VerifyCertificate;
  /** Sent to a server that selects no PSK and requests a client certificate. `tls-psk/full` only. */
  certificate?: Credentials;
}

/**
 * Options of {@link acceptTls}. Without `selectPsk`, the server selects the first of its `psks` that the client offers.
 *
 * @group Connections
 */
export interface ServerOptions extends TlsOptions {
  /** Selects the PSK, once per handshake. */
  selectPsk?: SelectPsk;
  /**
   * How many of the offered identities the server considers. Default: the first 32. It ignores the rest, as each costs
   * a look-up before the client has proven anything, and a ClientHello has room for more than a thousand.
   */
  maxOfferedPsks?: number;
  /** Issues session tickets, and accepts them for resumption. An empty object is enough. */
  tickets?: TicketOptions;
  /**
   * Names the application that this server serves. Servers accept each other's tickets and cookies only if they have
   * the same context, keys, `modes` and certificate policy. If they verify client certificates by functions, servers
   * with the same context must use the same rules. Default: empty.
   */
  sessionIdContext?: string | Bytes;
  /** Decides whether to accept early data. Without it, none is accepted. `singleUse` makes one from a store. */
  acceptEarlyData?: AcceptEarlyData;
  /**
   * Puts the state of a HelloRetryRequest into a cookie (RFC 9846 section 4.3.2), so that any server with the same
   * keys, PSKs and policy can process the client's answer. A server that runs in many isolates needs this. Each key is
   * 32 random bytes; the first one seals, all of them open. Rotate the keys: put a new key in front, and keep the last
   * one for a while.
   */
  cookieKeys?: readonly Bytes[];
  /**
   * Sent to clients for which the server selects no PSK: the first that is for the client's `serverName` and has a
   * signature scheme that the client supports, or else the first with such a scheme. `tls-psk/full` only.
   */
  certificates?: readonly Credentials[];
  /** Requests client certificates when no PSK is selected. `opened` has the certificate. `tls-psk/full` only. */
  requestCertificate?: ClientCertificateOptions;
}

/**
 * Receives the identities that a client offers, in the client's order. Returns one of these, or a promise of it:
 * - a {@link Psk} whose identity was offered,
 * - an element of `offered` whose identity is also in {@link TlsOptions.psks},
 * - `null` to select none. The server then sends one of its {@link ServerOptions.certificates}; if it has none, the
 *   handshake fails with decrypt_error.
 *
 * `cipherSuites` are the suites that the handshake may use, most preferred first. The hash of the PSK must be that of
 * one of them; selecting any other PSK fails the handshake.
 *
 * If the function throws or rejects, the handshake fails with `ERR_TLS_SELECTION`, with that error as the `cause`. Only
 * this connection waits for the function, until `answerTimeout` or `handshakeTimeout`. `signal` aborts when the
 * result is no longer needed.
 *
 * @group Connections
 */
export type SelectPsk = (
  offered: readonly OfferedIdentity[],
  context: {
    serverName: string | undefined;
    alpn: readonly string[];
    cipherSuites: readonly CipherSuite[];
    signal: AbortSignal;
  },
) => PskChoice | Promise<PskChoice>;

/** The answer of {@link SelectPsk}. */
export type PskChoice = Psk | OfferedIdentity | null | undefined;

/** The clock of a connection. */
export function clockOf({ now = Date.now }: TlsOptions): () => number {
  return now;
}
