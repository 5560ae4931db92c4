import { type Bytes, isBytes, viewOf } from "./bytes.js";
import { type Config, type Connection, Session } from "./core.js";
import { pskError as refused, whole } from "./errors.js";
import { KEY_LENGTH, withSealingKeys } from "./keys.js";

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
}

/** How a server issues session tickets (RFC 9846 section 4.7.1). */
export interface TicketOptions {
  /**
   * Keys of 32 random bytes each, the youngest first: it seals, and all of them open. Servers that share keys resume
   * each other's sessions, and whoever has the keys can read what a resumed connection sends. Without any, the process
   * makes keys of its own, changes them twice a day and forgets them when it ends.
   */
  keys?: readonly Bytes[];
  /** How many follow each handshake, 0 to 16; 1 unless given. */
  count?: number;
  /** In seconds, up to seven days; two hours unless given. */
  lifetime?: number;
  /** How much early data they allow, in bytes; none unless given. See {@link ServerOptions.acceptEarlyData}. */
  maxEarlyData?: number;
}

const LIFETIME = 7_200;
/** How long a key of our own seals, in milliseconds. The one before still opens. */
const ROTATION = 12 * 60 * 60 * 1000;

/** Sessions that were offered, by the objects that their owners hold. */
const used = new WeakSet<object>();

/** A session of the core as plain data. Frees it. */
export function save(session: Session): SavedSession {
  const { expiresAt, maxEarlyData, externalIdentity } = session;
  const bytes = session.toBytes();
  session.free();
  return { bytes, expiresAt, maxEarlyData, externalIdentity };
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
      throw refused("the session was used by another connection, which it may be once only");
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

/** Makes a server issue tickets. */
export function applyTickets(config: Config, options: TicketOptions, now: number): void {
  const { count = 1, lifetime = LIFETIME, maxEarlyData = 0 } = options;
  withSealingKeys(options.keys ?? ownKeys(now), (keys) =>
    config.setTickets(keys, whole(count), whole(lifetime), whole(maxEarlyData)),
  );
}

let own: { keys: Uint8Array[]; since: number } | undefined;

function ownKeys(now: number): Uint8Array[] {
  if (own === undefined || now - own.since > ROTATION) {
    const key = crypto.getRandomValues(new Uint8Array(KEY_LENGTH));
    own = { keys: [key, ...(own?.keys.slice(0, 1) ?? [])], since: now };
  }
  return own.keys;
}
