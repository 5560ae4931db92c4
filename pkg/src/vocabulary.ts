import type { CipherSuite, Group, HashName, PskMode } from "./core-types.js";

// The core's names of suites, groups, modes and hashes, in one place for all code that reads or shows them. The core
// does not export them, as its build for pages has no room for that; a test compares them with what the core offers.

/** In the order in which the core prefers them. */
export const GROUPS = ["x25519", "secp256r1", "X25519MLKEM768"] as const satisfies readonly Group[];

/** In the order in which the core prefers them. */
export const CIPHER_SUITES = [
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
] as const satisfies readonly CipherSuite[];

/** The core's default is first. */
export const PSK_MODES = ["psk_dhe_ke", "psk_ke"] as const satisfies readonly PskMode[];

/** The default of a PSK is first. */
export const HASHES = ["SHA-256", "SHA-384"] as const satisfies readonly HashName[];

/** Further names of groups in OpenSSL and Node. */
const OTHER_NAMES = new Map<string, Group>([
  ["prime256v1", "secp256r1"],
  ["p-256", "secp256r1"],
  ["p256", "secp256r1"],
]);

/** The name that matches a text, ignoring case. */
export function spelled<T extends string>(names: readonly T[], text: string): T | undefined {
  return names.find((name) => name.toLowerCase() === text.toLowerCase());
}

/** The group for a text, which may be any of its names. */
export const groupOf = (text: string): Group | undefined =>
  spelled(GROUPS, text) ?? OTHER_NAMES.get(text.toLowerCase());

/** The hash for a text, with or without a hyphen. */
export const hashOf = (text: string): HashName | undefined => spelled(HASHES, text.replace(/^sha(?=\d)/i, "SHA-"));

/** The hash that a cipher suite needs in a PSK: the suite's name ends in it. */
export const hashOfSuite = (suite: CipherSuite): HashName => (suite.endsWith("SHA384") ? "SHA-384" : "SHA-256");
