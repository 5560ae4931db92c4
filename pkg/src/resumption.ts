import { type Bytes, isBytes, toBytes, viewOf } from "./bytes.js";
import { type Config, type Connection, Session } from "./core.js";
import type { AcceptEarlyData } from "./early-data.js";
import { configError, pskError as refused, whole } from "./errors.js";
import { KEY_LENGTH, withSealingKeys } from "./keys.js";
import { nameOf } from "./names.js";

/** What a client stores of a connection to resume it later: plain data, for IndexedDB, KV or a file. */
export interface SavedSession {
  /** The session with its secret. Store it where only this client can read it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it expires, in milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** The most early data that the server accepts with it, in bytes; 0 for none. */
  readonly maxEarlyData: number;
  /** The identity of the external PSK whose handshake it descends from. */
  readonly externalIdentity: Uint8Array<ArrayBuffer> | undefined;
  /** The name of the server that it resumes a connection to; it is offered to no other name. */
  readonly serverName: string | undefined;
}

/** How a server issues session tickets (RFC 9846 section 4.7.1). */
export interface TicketOptions {
  /**
   * Keys of 32 random bytes each, the newest first: the first seals, all of them open. Servers resume each other's
   * sessions if they have the same keys, {@link ServerOptions.sessionIdContext}, `modes` and certificate policy. An
   * attacker with a key can read the early data of resumed connections, and under `psk_ke` all their data. By default
   * this object gets random keys, which change twice a day and are lost when the process ends; connections then resume
   * only with the same object.
   */
  keys?: readonly Bytes[];
  /** How many tickets follow each handshake, 0 to 16. Default: 1. */
  count?: number;
  /** In seconds, up to seven days. Default: two hours. */
  lifetime?: number;
  /**
   * How long after the full handshake its connections can be resumed, in seconds, even if tickets are renewed. Maximum
   * and default: seven days (RFC 9846 section 4.7.1).
   */
  maxSessionAge?: number;
  /** How much early data they allow, in bytes. Default: none. See {@link ServerOptions.acceptEarlyData}. */
  maxEarlyData?: number;
  /**
   * The name of the store that distinguishes copies of early data from originals, for servers in several processes that
   * share one. A server accepts early data only with tickets of its own scope. By default, each function
   * `acceptEarlyData` and each store of `singleUse` is a scope. A server without `acceptEarlyData` can issue tickets
   * for the servers of a named scope.
   */
  replayScope?: string;
}

const LIFETIME = 7_200;
const MAX_AGE = 604_800;
/** How long a generated key seals, in milliseconds. The previous one still opens. */
const ROTATION = 12 * 60 * 60 * 1000;

/** Sessions that were offered, by the caller's objects. */
const used = new WeakSet<object>();

/** A session of the core as plain data. Frees it. */
export function save(session: Session): SavedSession {
  const { expiresAt, maxEarlyData, externalIdentity, serverName } = session;
  const bytes = session.toBytes();
  session.free();
  return { bytes, expiresAt, maxEarlyData, externalIdentity, serverName };
}

/** Offers sessions, except expired ones. Each may be offered once. */
export function appendSessions(
  connection: Connection,
  sessions: readonly (SavedSession | Bytes)[],
  now: number,
  reuse: boolean,
): void {
  for (const saved of sessions) {
    if (!reuse && used.has(saved)) {
      throw refused("another connection has used the session, and each is used only once");
    }
    const session = Session.fromBytes(viewOf(isBytes(saved) ? saved : saved.bytes));
    try {
      if (session.expiresAt < now) continue;
      connection.appendSession(session);
      used.add(saved);
    } finally {
      session.free();
    }
  }
}

/** Makes a server issue tickets. The `acceptor` decides on their early data, unless the options name a scope. */
export function applyTickets(
  config: Config,
  options: TicketOptions,
  acceptor: AcceptEarlyData | undefined,
  now: number,
): void {
  const { count = 1, lifetime = LIFETIME, maxSessionAge = MAX_AGE, maxEarlyData, replayScope } = options;
  withSealingKeys(options.keys ?? ownKeys(options, now), (keys) => {
    config.setTickets(keys, whole(count), whole(lifetime), whole(maxSessionAge));
  });
  if (!maxEarlyData) return;
  if (!replayScope && !acceptor) throw configError("maxEarlyData needs acceptEarlyData or replayScope");
  config.setTicketEarlyData(whole(maxEarlyData), replayScope ? toBytes(replayScope) : nameOf(acceptor as object));
}

const own = new WeakMap<TicketOptions, { keys: Uint8Array[]; since: number }>();

function ownKeys(options: TicketOptions, now: number): Uint8Array[] {
  const { keys = [], since } = own.get(options) ?? {};
  if (since !== undefined && now - since <= ROTATION) return keys;
  const fresh = [crypto.getRandomValues(new Uint8Array(KEY_LENGTH)), ...keys.slice(0, 1)];
  own.set(options, { keys: fresh, since: now });
  return fresh;
}
