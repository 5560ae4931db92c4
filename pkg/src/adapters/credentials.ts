import { createPrivateKey, type KeyObject } from "node:crypto";
import { type Bytes, isBytes } from "../bytes.js";
import type { Credentials } from "../certificate-options.js";
import { configError } from "../errors.js";

/** PEM in the types of Node. */
export type Pem = string | Bytes | readonly (string | Bytes)[];

/** A private key in the types of Node. */
export type PrivateKey = string | Bytes | KeyObject | { pem: string | Bytes; passphrase?: string | undefined };

/** Options for this side's certificates. */
export interface CredentialOptions {
  /**
   * This side's certificate chain, in PEM, end-entity certificate first. Several chains need as many keys, in this
   * order.
   */
  cert?: Pem | undefined;
  /** Its private key, in PEM or as a `KeyObject`. */
  key?: PrivateKey | readonly PrivateKey[] | undefined;
  /** The passphrase of an encrypted `key` that does not have its own. */
  passphrase?: string | undefined;
}

/** The chains with their keys. Throws `ERR_TLS_CONFIG`. */
export function credentialsOf({ cert, key, passphrase }: CredentialOptions): Credentials[] {
  if (cert === undefined || cert === null) return [];
  if (key === undefined || key === null) throw configError("cert needs its private key, as key");
  const keys = Array.isArray(key) ? (key as readonly PrivateKey[]) : [key as PrivateKey];
  // One key: the array has the certificates of one chain.
  const chains = keys.length === 1 ? [pem("cert", cert)] : parts("cert", cert);
  if (chains.length !== keys.length) {
    throw configError(`cert and key go together: there are ${chains.length} chains and ${keys.length} keys`);
  }
  return keys.map((key, place) => ({ chain: chains[place] ?? "", key: privateKey(key, passphrase) }));
}

/** PEM as one text. Throws `ERR_TLS_CONFIG` with the name of the option. */
export function pem(name: string, given: Pem): string {
  return parts(name, given).join("\n");
}

function parts(name: string, given: Pem): string[] {
  return (Array.isArray(given) ? given : [given]).map((part: unknown) => {
    if (typeof part === "string") return part;
    if (isBytes(part)) return new TextDecoder().decode(part as ArrayBuffer);
    throw configError(`${name} must be PEM: a string, bytes or an array of these`);
  });
}

function privateKey(key: PrivateKey, passphrase: string | undefined): string {
  if (typeof key === "string" || isBytes(key)) return decrypted(pem("key", key), passphrase);
  if (typeof key === "object" && key !== null && "pem" in key) {
    return decrypted(pem("key", key.pem), key.passphrase ?? passphrase);
  }
  if ((key as KeyObject | null)?.type === "private") return exported(key as KeyObject);
  throw configError("key must be PEM or a private KeyObject: a string, bytes or { pem, passphrase }");
}

function decrypted(key: string, passphrase: string | undefined): string {
  if (!/ENCRYPTED/.test(key)) return key;
  if (passphrase === undefined) throw configError("key is encrypted and needs its passphrase");
  try {
    return exported(createPrivateKey({ key, passphrase }));
  } catch {
    // Without the cause, whose text comes from OpenSSL.
    throw configError("key cannot be decrypted with this passphrase");
  }
}

const exported = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }) as string;
