import { isBytes, viewOf } from "./bytes.js";
import type { Config } from "./core.js";
import { isOutside } from "./option-table.js";
import type { ServerOptions } from "./options.js";
import { copyPsks } from "./psk.js";

/** What is cached for the options of a server. */
export interface Kept {
  /** The content of the options; absent for prepared options, which cannot change. */
  said?: unknown[];
  /**
   * Their configuration, from their second use on: most options are used once, and should not keep their secrets alive.
   */
  config?: Config;
  /** When the tickets were configured, in milliseconds of the options' clock. */
  since?: number;
}

const kept = new WeakMap<object, Kept>();

/** Property of prepared options and of copies spread from them: the prepared options. */
const ORIGIN = Symbol("prepared");

/** Finds what is cached for options that were used before and have not changed since. */
export function recall(options: ServerOptions & { [ORIGIN]?: PreparedServer }): Kept | undefined {
  const origin = options[ORIGIN];
  if (origin && isSame(origin, options)) return kept.get(origin);
  const before = kept.get(options);
  const said: unknown[] = [];
  // By name, as a PSK may be an object of any class.
  for (const { identity, secret, hmac, context, earlyData } of options.psks ?? []) {
    for (const part of [identity, secret, hmac, context, earlyData]) add(said, part);
  }
  add(said, { ...options, psks: 0 });
  if (before?.said?.length === said.length && said.every((value, at) => Object.is(value, before.said?.[at]))) {
    return before;
  }
  // Connections made from it hold their own reference.
  before?.config?.free();
  kept.set(options, { said });
  return undefined;
}

/** Options of a server that were {@link prepareServer | prepared}, and can no longer be changed. */
export type PreparedServer = Readonly<ServerOptions>;

/** A copy of options that later changes do not affect. */
export function prepare(options: ServerOptions): PreparedServer {
  const prepared: ServerOptions & { [ORIGIN]?: PreparedServer } = { ...options };
  if (options.psks) prepared.psks = copyPsks(options.psks) as never;
  prepared[ORIGIN] = prepared;
  kept.set(prepared, {});
  return Object.freeze(prepared);
}

/** Whether options have the configuration of those that they were spread from. */
function isSame(origin: ServerOptions, options: ServerOptions): boolean {
  const names = Object.keys({ ...origin, ...options }) as (keyof ServerOptions)[];
  return names.every((name) => {
    const [one, other] = [origin[name], options[name]];
    return one === other || isOutside(name, one, other);
  });
}

/** Appends the content of a value: bytes as two checksums, functions and instances of classes by identity. */
function add(said: unknown[], value: unknown): void {
  if (typeof value !== "object" || value === null) {
    said.push(value);
  } else if (isBytes(value)) {
    let [one, other] = [1, 2];
    const bytes = viewOf(value);
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      one = Math.imul(one ^ byte, 0x01000193);
      other = Math.imul(other + byte, 0x5bd1e995) ^ (other >>> 15);
    }
    said.push(one, other);
  } else if (isPlain(value)) {
    for (const [name, part] of Object.entries(value)) {
      said.push(name);
      add(said, part);
    }
  } else {
    said.push(value);
  }
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
}
