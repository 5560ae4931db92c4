import { type Bytes, toBytes, viewOf } from "./bytes.js";
import {
  applyCertificates,
  type ClientCertificateOptions,
  type Credentials,
  type VerifyCertificate,
} from "./certificates.js";
import { Config, Connection } from "./core.js";
import type { CipherSuite, Group, OfferedIdentity, PskKinds, PskMode, TraceEvent } from "./core-types.js";
import type { AcceptEarlyData } from "./early-data.js";
import { configError, whole } from "./errors.js";
import { withSealingKeys } from "./keys.js";
import type { Kept } from "./prepared.js";
import { type CheckedPsk, type Psk, withExternalPsk } from "./psk.js";
import { appendSessions, applyTickets, type SavedSession, type TicketOptions } from "./resumption.js";

/** Options that both sides have. */
export interface TlsOptions {
  /** In order of preference. */
  psks?: readonly Psk[];
  /** `["psk_dhe_ke"]` unless given. Without (EC)DHE, `"psk_ke"` has no forward secrecy. */
  modes?: readonly PskMode[];
  /**
   * In order of preference; by default all three, ChaCha20-Poly1305 first, which is three times as fast as AES here. A
   * server chooses by this order only if it is given: otherwise by its client's, who may have a PSK for one suite alone.
   */
  cipherSuites?: readonly CipherSuite[];
  /** In order of preference. A client sends a key share for the first. */
  groups?: readonly Group[];
  /** Application protocols in order of preference (RFC 7301). */
  alpn?: readonly string[];
  /** The largest plaintext of a record that we accept, in bytes and with its type (RFC 8449): 64 to 16,385. */
  recordSizeLimit?: number;
  /**
   * Whether a client offers reserved values beside the real ones (RFC 8701), so that servers keep ignoring what they do
   * not know. `true` by default; for servers that trip over them.
   */
  grease?: boolean;
  /** Pads every encrypted record to a multiple of so many bytes (RFC 9846 section 5.4). By default none. */
  paddingMultiple?: number;
  /** `"both"` if there is an option about sessions or tickets, and `"external"` otherwise. */
  pskKinds?: PskKinds;
  /**
   * Lets this process use an identity as a client and as a server. Whoever does so can be made to talk to itself (RFC
   * 9257 section 4.1); tests that play both sides need it.
   */
  allowBothRoles?: boolean;
  /**
   * Wants a certificate of the server beside an external PSK (RFC 8773), without early data. A server shows one of its
   * `certificates` then, to clients that ask for it; a client asks, and `opened` says whether it got one. `tls-psk/full`
   * only.
   */
  certificateWithPsk?: boolean;
  /** The clock that tickets and certificates go by, in milliseconds since the Unix epoch; `Date.now` unless given. */
  now?: () => number;
  /** Ends the connection at once when it aborts, at whatever stage, with `ERR_TLS_ABORTED`. */
  signal?: AbortSignal;
  /** How long the handshake may take from the call on, in milliseconds, selection included. No limit by default. */
  handshakeTimeout?: number;
  /**
   * How long `selectPsk`, `acceptEarlyData`, `sign` and whoever verifies certificates may take, each of them, in
   * milliseconds. No limit of their own by default.
   */
  selectionTimeout?: number;
  /** Gets lines in the format of SSLKEYLOGFILE (RFC 9850), with which anyone can decrypt the connection. */
  onKeylog?: (line: string) => void;
  /** Watches handshake messages (decrypted), alerts and what became of the offered PSKs. */
  onTrace?: (event: TraceEvent) => void;
}

/** Options of {@link startTls}. */
export interface ClientOptions extends TlsOptions {
  /**
   * Sessions to resume, offered before the PSKs. One is used once. A session is left out if it has expired, is for another
   * `serverName`, or if this connection would not accept its server in a full handshake: by a PSK of `psks` (unless there
   * are no `psks` and no `ca` or `verifyCertificate`), or by its certificate, which `ca` judges anew. `onTrace` says why.
   */
  sessions?: readonly (SavedSession | Bytes)[];
  /** Lets a session be used more than once, which lets observers link the connections. */
  reuseSessions?: boolean;
  /** Gets each session that the server makes possible, as long as the connection is read. */
  onSession?: (session: SavedSession) => void;
  /**
   * Sent with the first flight if the first session or PSK allows early data, and otherwise not at all. It has no
   * forward secrecy, and the server may get it more than once. `opened` tells what became of it; only when that is
   * `"accepted"` did the server take it.
   */
  earlyData?: Bytes;
  /** The server's DNS name, sent in clear (RFC 6066 section 3). Certificates are checked for it if there is a `ca`. */
  serverName?: string;
  /**
   * The authorities whose certificates a server may prove itself by where it chooses no PSK, in PEM. Needs `serverName`.
   * Without this and without `verifyCertificate` every server needs a PSK. `tls-psk/full` only.
   */
  ca?: string | Bytes;
  /** Judges the server's certificates, instead of `ca`: for pinned ones, and for rules of your own. `tls-psk/full` only. */
  verifyCertificate?: VerifyCertificate;
  /** What the client shows to a server that asks for its certificate and chose no PSK. `tls-psk/full` only. */
  certificate?: Credentials;
}

/** Options of {@link acceptTls}. Without `selectPsk` the first of `psks` that the client offers is taken. */
export interface ServerOptions extends TlsOptions {
  /** Answers which PSK to use, once per handshake. */
  selectPsk?: SelectPsk;
  /**
   * How many of the offered identities are looked at, the first ones; 32 unless given. Those behind them are as good as
   * not offered: each costs a look-up before the client has proven anything, and a ClientHello has room for more than a
   * thousand.
   */
  maxOfferedPsks?: number;
  /** Issues session tickets, and accepts them again. An empty object will do. */
  tickets?: TicketOptions;
  /**
   * Names the application that this server serves. Servers accept each other's tickets and cookies only if it is the
   * same, as well as the keys, `modes` and the policy about certificates; functions that verify client certificates then
   * have to judge alike. Empty unless given.
   */
  sessionIdContext?: string | Bytes;
  /** Whether to take early data; without it none is. `singleUse` makes one of a store. */
  acceptEarlyData?: AcceptEarlyData;
  /**
   * Puts the state of a HelloRetryRequest into a cookie (RFC 9846 section 4.3.2), so that the client's answer can go to
   * any server with the same keys, PSKs and policy, as one that runs in many isolates needs. 32 random bytes each; the first
   * seals, all of them open. To be changed now and then: put a new key in front, and keep the last one for a while.
   */
  cookieKeys?: readonly Bytes[];
  /**
   * What the server shows to clients that it chooses no PSK for: the first that is for their `serverName` and signs as
   * they can verify, or else the first that does the latter. `tls-psk/full` only.
   */
  certificates?: readonly Credentials[];
  /** Asks clients for a certificate unless a PSK is used. `opened` has it. `tls-psk/full` only. */
  requestCertificate?: ClientCertificateOptions;
}

/**
 * Gets what a client offers, in its order, and returns, or promises, one of
 * - a {@link Psk} whose identity was offered,
 * - an element of `offered` whose identity is also in {@link TlsOptions.psks},
 * - `null`: none of them. The server shows one of its {@link ServerOptions.certificates}; if it has none, the handshake
 *   fails with decrypt_error.
 *
 * `cipherSuites` are those that the handshake can come to, most preferred first. A PSK whose hash none of them has cannot
 * be used: to choose it fails the handshake, so choose another one.
 *
 * When it throws or rejects, the handshake fails with `ERR_TLS_SELECTION`, its error being the `cause`. It may take
 * its time: only this connection waits, until `handshakeTimeout`. `signal` aborts when nobody wants the answer any
 * more.
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

/** The longest delay that timers can do, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Throws `ERR_TLS_CONFIG` for a delay that a timer would take for none. */
export function checkTimeout(name: string, milliseconds: number | undefined): void {
  if (milliseconds === undefined || (milliseconds > 0 && milliseconds <= LONGEST_TIMEOUT)) return;
  throw configError(`${name} must be above 0 and at most ${LONGEST_TIMEOUT} milliseconds`);
}

/** How long tickets are issued as they were configured, in milliseconds, before their keys are looked at again. */
const TICKETS_AGE = 3_600_000;

/**
 * A connection of the core according to the options. Throws `ERR_TLS_CONFIG` and `ERR_TLS_PSK`. What comes of the options
 * is kept where there is a place for it.
 */
export function openConnection(
  role: "client" | "server",
  options: ClientOptions & ServerOptions,
  psks: readonly CheckedPsk[],
  kept?: Kept,
): Connection {
  const now = clockOf(options)();
  const config = kept?.config ?? configure(role, options, psks, now);
  try {
    if (kept && options.tickets && now - (kept.since ?? now) > TICKETS_AGE) {
      applyTickets(config, options.tickets, options.acceptEarlyData, now);
      kept.since = now;
    }
    const connection = new Connection(config);
    connection.setTime(now);
    if (options.sessions) appendSessionsOrFree(connection, options, now);
    if (kept) kept.since ??= now;
    if (kept) kept.config = config;
    return connection;
  } finally {
    if (kept?.config !== config) config.free();
  }
}

function configure(
  role: "client" | "server",
  options: ClientOptions & ServerOptions,
  psks: readonly CheckedPsk[],
  now: number,
): Config {
  const config = new Config(role);
  try {
    config.setPskKinds(pskKindsOf(options));
    for (const psk of psks) withExternalPsk(psk, (external) => config.appendPsk(external));
    if (options.modes) config.setModes([...options.modes]);
    if (options.cipherSuites) config.setCipherSuites([...options.cipherSuites]);
    if (options.groups) config.setGroups([...options.groups]);
    if (options.alpn) config.setAlpn(options.alpn.map(String));
    if (options.recordSizeLimit !== undefined) config.setRecordSizeLimit(whole(options.recordSizeLimit));
    if (options.grease !== undefined) config.setGrease(options.grease);
    if (options.serverName !== undefined) config.setServerName(options.serverName);
    if (options.paddingMultiple !== undefined) config.setPaddingMultiple(whole(options.paddingMultiple));
    if (options.cookieKeys) withSealingKeys(options.cookieKeys, (keys) => config.setCookieKeys(keys));
    if (options.maxOfferedPsks !== undefined) config.setMaxOfferedPsks(whole(options.maxOfferedPsks));
    if (options.selectPsk) config.setSelection("application");
    if (options.sessionIdContext !== undefined) config.setSessionIdContext(toBytes(options.sessionIdContext));
    if (options.tickets) applyTickets(config, options.tickets, options.acceptEarlyData, now);
    applyCertificates(config, role, options);
    if (options.earlyData !== undefined) viewOf(options.earlyData);
    config.setEarlyData(options.earlyData !== undefined || options.acceptEarlyData !== undefined);
    config.setAllowBothRoles(options.allowBothRoles ?? false);
    config.setKeyLog(options.onKeylog !== undefined);
    config.setTrace(options.onTrace !== undefined);
    return config;
  } catch (error) {
    config.free();
    throw error;
  }
}

function appendSessionsOrFree(connection: Connection, options: ClientOptions, now: number): void {
  try {
    appendSessions(connection, options.sessions ?? [], now, options.reuseSessions ?? false);
  } catch (error) {
    connection.free();
    throw error;
  }
}

function pskKindsOf({ pskKinds, sessions, onSession, tickets }: ClientOptions & ServerOptions): PskKinds {
  return pskKinds ?? (sessions || onSession || tickets ? "both" : "external");
}
