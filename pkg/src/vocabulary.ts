import type { CipherSuite, Group, HashName, PskMode } from "./core-types.js";

// The core's names for what can be chosen, once, for all that reads such names or shows the choice. They are not asked of
// the core, whose build for pages has no room to tell them; a test holds them against what it offers.

/** In the order in which the core prefers them. */
export const GROUPS = ["x25519", "secp256r1", "X25519MLKEM768"] as const satisfies readonly Group[];

/** In the order in which the core prefers them. */
export const CIPHER_SUITES = [
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
] as const satisfies readonly CipherSuite[];

/** The one that the core allows unless told otherwise comes first. */
export const PSK_MODES = ["psk_dhe_ke", "psk_ke"] as const satisfies readonly PskMode[];

/** The one that a PSK has unless told otherwise comes first. */
export const HASHES = ["SHA-256", "SHA-384"] as const satisfies readonly HashName[];

/** What OpenSSL and Node call groups besides. */
const OTHER_NAMES = new Map<string, Group>([
  ["prime256v1", "secp256r1"],
  ["p-256", "secp256r1"],
  ["p256", "secp256r1"],
]);

/** The one of some names that a text spells, in capitals or not. */
export function spelled<T extends string>(names: readonly T[], text: string): T | undefined {
  return names.find((name) => name.toLowerCase() === text.toLowerCase());
}

/** The group that a text spells, by any of its names. */
export const groupOf = (text: string): Group | undefined =>
  spelled(GROUPS, text) ?? OTHER_NAMES.get(text.toLowerCase());

/** The hash that a text spells, with a hyphen or without. */
export const hashOf = (text: string): HashName | undefined => spelled(HASHES, text.replace(/^sha(?=\d)/i, "SHA-"));

/** The hash that a cipher suite needs a PSK of: its name ends in it. */
export const hashOfSuite = (suite: CipherSuite): HashName => (suite.endsWith("SHA384") ? "SHA-384" : "SHA-256");
