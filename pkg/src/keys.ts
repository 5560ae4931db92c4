import { type Bytes, isBytes, viewOf } from "./bytes.js";
import { configError } from "./errors.js";

/** The length of a key for tickets or cookies, in bytes. */
export const KEY_LENGTH = 32;

/**
 * Lends `use` the keys concatenated, as the core takes them, and wipes this copy afterwards. Throws `ERR_TLS_CONFIG`.
 */
export function withSealingKeys(keys: readonly Bytes[], use: (joined: Uint8Array) => void): void {
  if (!keys.every((key) => isBytes(key) && key.byteLength === KEY_LENGTH)) {
    throw configError(`a key must be ${KEY_LENGTH} bytes`);
  }
  const joined = new Uint8Array(keys.length * KEY_LENGTH);
  try {
    for (const [place, key] of keys.entries()) joined.set(viewOf(key), place * KEY_LENGTH);
    use(joined);
  } finally {
    joined.fill(0);
  }
}
