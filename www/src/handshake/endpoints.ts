// The connections of a scene: its keys and settings, converted for the core.

import { type CipherSuite, Config, Connection, ExternalPsk } from "tls-psk";
import { hashOfSuite } from "../../../pkg/src/vocabulary.js";
import { type Key, readKey, type Scene, seedOf } from "./scenes.js";

export type Side = "client" | "server";

export const SIDES: readonly Side[] = ["client", "server"];

export function peerOf(side: Side): Side {
  return side === "client" ? "server" : "client";
}

/** The most early data that goes with a key of a scene, in bytes. */
const MAX_EARLY_DATA = 1024;

/** The keys that seal cookies and tickets: fixed, as nothing leaves the page. */
const COOKIE_KEY = new Uint8Array(32).fill(0xc0);
const TICKET_KEY = new Uint8Array(32).fill(0x71);

/** The lifetime of a ticket, in seconds. */
const TICKET_LIFETIME = 3600;
/** How long after the full handshake its connections can be resumed, in seconds. */
const SESSION_AGE = 604_800;

/** The time of a scene, in milliseconds: fixed, so that the bytes are reproducible. */
const NOON = Date.UTC(2026, 0, 1, 12);

export interface EndOptions {
  /** Whether one process may be both ends with one key, as the page is; otherwise the core's role guard applies. */
  bothRoles?: boolean;
}

export function connectionOf(scene: Scene, side: Side, { bothRoles = true }: EndOptions = {}): Connection {
  const { keys, modes, groups, suites, earlyData } = scene[side];
  const config = new Config(side);
  try {
    config.setTrace(true);
    config.setKeyLog(true);
    config.setAllowBothRoles(bothRoles);
    config.setModes(modes);
    config.setGroups(groups);
    config.setCipherSuites(suites);
    config.setEarlyData(earlyData === true || earlyData === "accept");
    if (scene.server.tickets === "one") config.setPskKinds("both");
    if (side === "server") {
      if (scene.server.tickets === "one") config.setTickets(TICKET_KEY, 1, TICKET_LIFETIME, SESSION_AGE);
      config.setSelection(scene.server.selection);
      if (scene.server.retryState === "cookie") config.setCookieKeys(COOKIE_KEY);
    }
    for (const key of keys) {
      const psk = pskOf(scene, key);
      if (!psk) continue;
      try {
        config.appendPsk(psk);
      } finally {
        psk.free();
      }
    }
    const connection = new Connection(config, seedOf(scene, side));
    connection.setTime(NOON);
    return connection;
  } finally {
    config.free();
  }
}

/** The key as an object of the core; `undefined` if its secret cannot be read. */
export function pskOf(scene: Scene, key: Key): ExternalPsk | undefined {
  const read = readKey(key);
  if (!read) return undefined;
  let psk = new ExternalPsk(read.identity, read.secret, read.hmac);
  const replace = (next: ExternalPsk) => {
    psk.free();
    psk = next;
  };
  try {
    if (read.context) replace(psk.withContext(read.context));
    const suite = earlyDataSuite(scene, key);
    if (suite) replace(psk.withEarlyData(MAX_EARLY_DATA, suite));
    return psk;
  } catch (thrown) {
    psk.free();
    throw thrown;
  }
}

/** The suite of early data on both sides: the first common one that fits the key. */
function earlyDataSuite({ client, server }: Scene, { hmac, context }: Key): CipherSuite | undefined {
  if (!client.earlyData && server.earlyData === "reject") return undefined;
  const fits = (suite: CipherSuite) => context !== undefined || hashOfSuite(suite) === hmac;
  return server.suites.find((suite) => client.suites.includes(suite) && fits(suite));
}
