import { isBytes, viewOf } from "./bytes.js";
import type { Config } from "./core.js";
import type { ServerOptions } from "./options.js";
import { copyPsks } from "./psk.js";

/** What is kept of the options of a server. */
export interface Kept {
  /** What they said; nothing of what was prepared, which cannot change. */
  said?: unknown[];
  /** What they came to, from their second use on: most options are used once, and their secrets are to end with them. */
  config?: Config;
  /** When its tickets were configured, in milliseconds of the options' clock. */
  since?: number;
}

const kept = new WeakMap<object, Kept>();

/** In prepared options and what is spread from them, the prepared options. */
const ORIGIN = Symbol("prepared");

/** Options that concern one connection and no configuration. */
const OF_CONNECTION = ["signal", "handshakeTimeout", "selectionTimeout"];
/** Functions of which a configuration says no more than whether there is one. */
const CALLBACKS = ["selectPsk", "onKeylog", "onTrace"];

/** Finds what is kept of options that were used before and say what they said then. */
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
  // Connections that were made of it have their share of it.
  before?.config?.free();
  kept.set(options, { said });
  return undefined;
}

/** Options of a server that were {@link prepareServer | prepared}, and cannot be changed any more. */
export type PreparedServer = Readonly<ServerOptions>;

/** A copy of options that is not looked at again. */
export function prepare(options: ServerOptions): PreparedServer {
  const prepared: ServerOptions & { [ORIGIN]?: PreparedServer } = { ...options };
  if (options.psks) prepared.psks = copyPsks(options.psks) as never;
  prepared[ORIGIN] = prepared;
  kept.set(prepared, {});
  return Object.freeze(prepared);
}

/** Whether options come to the configuration of those that they were spread from. */
function isSame(origin: ServerOptions, options: ServerOptions): boolean {
  const names = Object.keys({ ...origin, ...options }) as (keyof ServerOptions)[];
  return names.every((name) => {
    const [one, other] = [origin[name], options[name]];
    return one === other || OF_CONNECTION.includes(name) || (CALLBACKS.includes(name) && !one === !other);
  });
}

/** Appends all that a value is made of: bytes by two sums of theirs, functions and instances of classes as they are. */
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
