import { type Bytes, isBytes, toBytes, viewOf } from "./bytes.js";
import { type Config, type Connection, Session } from "./core.js";
import type { AcceptEarlyData } from "./early-data.js";
import { configError, pskError as refused, whole } from "./errors.js";
import { KEY_LENGTH, withSealingKeys } from "./keys.js";
import { nameOf } from "./names.js";

/** What a client keeps of a connection to resume it later: plain data, for IndexedDB, KV or a file. */
export interface SavedSession {
  /** The session with its secret: to be kept where only this client can read. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** When it is of no use any more, in milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** The most early data that the server takes with it, in bytes; 0 for none. */
  readonly maxEarlyData: number;
  /** The identity of the external PSK whose handshake it descends from. */
  readonly externalIdentity: Uint8Array<ArrayBuffer> | undefined;
  /** The name of the server that it resumes a connection to; it is offered to no other name. */
  readonly serverName: string | undefined;
}

/** How a server issues session tickets (RFC 9846 section 4.7.1). */
export interface TicketOptions {
  /**
   * Keys of 32 random bytes each, the youngest first: it seals, and all of them open. Servers resume each other's
   * sessions if they share keys, {@link ServerOptions.sessionIdContext}, `modes` and the policy about certificates. The
   * keys open what a resumed connection sends. Without any, this object gets random keys, which change twice a day and
   * end with the process: connections resume where the same object is given again.
   */
  keys?: readonly Bytes[];
  /** How many follow each handshake, 0 to 16; 1 unless given. */
  count?: number;
  /** In seconds, up to seven days; two hours unless given. */
  lifetime?: number;
  /**
   * How long after the full handshake its connections can be resumed, in seconds, however often tickets are renewed: up
   * to seven days, which is the default (RFC 9846 section 4.7.1).
   */
  maxSessionAge?: number;
  /** How much early data they allow, in bytes; none unless given. See {@link ServerOptions.acceptEarlyData}. */
  maxEarlyData?: number;
  /**
   * Names the store that tells copies of early data from originals, for servers in several processes that share one. A
   * server takes the early data of tickets of the same scope only. By default each function `acceptEarlyData`, and each
   * store of `singleUse`, is a scope; a server that has none issues tickets for the servers of a scope with a name.
   */
  replayScope?: string;
}

const LIFETIME = 7_200;
const MAX_AGE = 604_800;
/** How long a key of our own seals, in milliseconds. The one before still opens. */
const ROTATION = 12 * 60 * 60 * 1000;

/** Sessions that were offered, by the objects that their owners hold. */
const used = new WeakSet<object>();

/** A session of the core as plain data. Frees it. */
export function save(session: Session): SavedSession {
  const { expiresAt, maxEarlyData, externalIdentity, serverName } = session;
  const bytes = session.toBytes();
  session.free();
  return { bytes, expiresAt, maxEarlyData, externalIdentity, serverName };
}

/** Offers sessions, those that have expired excepted. Each may be offered once. */
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

/** Makes a server issue tickets. Their early data is for the `acceptor`, unless the options name a scope. */
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
