import { applyCertificates } from "./certificates.js";
import { Config, Connection } from "./core.js";
import type { PskKinds } from "./core-types.js";
import { tellAll } from "./option-table.js";
import { type ClientOptions, clockOf, type ServerOptions } from "./options.js";
import type { Kept } from "./prepared.js";
import type { CheckedPsk } from "./psk.js";
import { appendSessions, applyTickets } from "./resumption.js";

/** How long tickets are issued as configured, in milliseconds, before their keys are checked again. */
const TICKETS_AGE = 3_600_000;

/**
 * A connection of the core, configured by the options. Throws `ERR_TLS_CONFIG` and `ERR_TLS_PSK`. The configuration is
 * cached in `kept`, if given.
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
    tellAll(config, { ...options, psks, pskKinds: pskKindsOf(options) }, options, now);
    applyCertificates(config, role, options);
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
