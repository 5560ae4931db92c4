import type { CipherSuite, Group, PskMode } from "../node.js";
import { UsageError } from "./usage-error.js";

const GROUPS: Readonly<Record<string, Group>> = {
  x25519: "x25519",
  secp256r1: "secp256r1",
  prime256v1: "secp256r1",
  "p-256": "secp256r1",
  p256: "secp256r1",
  x25519mlkem768: "X25519MLKEM768",
};

const SUITES: Readonly<Record<string, CipherSuite>> = {
  tls_chacha20_poly1305_sha256: "TLS_CHACHA20_POLY1305_SHA256",
  tls_aes_128_gcm_sha256: "TLS_AES_128_GCM_SHA256",
  tls_aes_256_gcm_sha384: "TLS_AES_256_GCM_SHA384",
};

const MODES: Readonly<Record<string, PskMode>> = { psk_dhe_ke: "psk_dhe_ke", psk_ke: "psk_ke" };

/** The values of a list, each in any spelling that is usual. Throws {@link UsageError} with the one that is unknown. */
export const groups = (list: string): Group[] => known("--groups", list, GROUPS);
/** As {@link groups}. */
export const suites = (list: string): CipherSuite[] => known("--ciphersuites", list, SUITES);
/** As {@link groups}. */
export const modes = (list: string): PskMode[] => known("--modes", list, MODES);

function known<T extends string>(option: string, list: string, names: Readonly<Record<string, T>>): T[] {
  return list.split(/[,:]/).map((name) => {
    const found = names[name.trim().toLowerCase()];
    if (found !== undefined) return found;
    const all = [...new Set(Object.values(names))].join(", ");
    throw new UsageError(`${option}: ${JSON.stringify(name)} is unknown; use ${all}`);
  });
}
