import { type Bytes, isBytes, viewOf } from "./bytes.js";
import { configError } from "./errors.js";

/** The length of a key for tickets or cookies, in bytes. */
export const KEY_LENGTH = 32;

/**
 * Lends `use` the keys concatenated, as the core takes them, wipes this copy afterwards, and returns what `use` does.
 * Throws `ERR_TLS_CONFIG`.
 */
export function withSealingKeys<T>(keys: readonly Bytes[], use: (joined: Uint8Array) => T): T {
  if (!keys.every((key) => isBytes(key) && key.byteLength === KEY_LENGTH)) {
    throw configError(`a key must be ${KEY_LENGTH} bytes`);
  }
  const joined = new Uint8Array(keys.length * KEY_LENGTH);
  try {
    for (const [place, key] of keys.entries()) joined.set(viewOf(key), place * KEY_LENGTH);
    return use(joined);
  } finally {
    joined.fill(0);
  }
}
