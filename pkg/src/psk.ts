import { type Bytes, isBytes, toBytes, viewOf } from "./bytes.js";
import { ExternalPsk } from "./core.js";
import type { CipherSuite, HashName } from "./core-types.js";
import { pskError as refused } from "./errors.js";

/**
 * An external pre-shared key (RFC 9846 section 4.3.11, RFC 9257).
 *
 * @group Connections
 */
export interface Psk {
  /** 1 to 65,535 bytes, sent in clear and compared byte for byte; a string means its UTF-8. */
  identity: string | Bytes;
  /**
   * At least 16 bytes with the entropy of a key. A string is refused: a password is not a key, and a hexadecimal or
   * base64 key must be decoded first.
   */
  secret: Bytes;
  /**
   * The hash that the PSK is used with. Default: `"SHA-256"`; change it only if the PSK was provisioned for another.
   */
  hmac?: HashName;
  /**
   * Imports the PSK (RFC 9258) with this context, on which both sides must agree. It may be empty. A context that names
   * the roles of both sides prevents an attacker from sending a client its own messages back.
   */
  context?: Bytes;
  /**
   * Allows early data with this PSK (RFC 9846 section 4.3.10). Both sides must agree on it. `maxSize` is in bytes.
   * Early data is accepted only if the handshake negotiates this cipher suite and this application protocol.
   */
  earlyData?: { maxSize: number; cipherSuite: CipherSuite; alpn?: string };
}

/** A {@link Psk} whose parts have the right types, as views of the caller's memory. */
export interface CheckedPsk {
  identity: Uint8Array;
  secret: Uint8Array;
  hmac: HashName | undefined;
  context: Uint8Array | undefined;
  earlyData: Psk["earlyData"];
}

/** Checks the types; the core checks sizes and values. Throws `ERR_TLS_PSK`. */
export function checkPsk(psk: Psk): CheckedPsk {
  const { identity, secret, hmac, context, earlyData } = psk ?? {};
  if (typeof secret === "string") {
    throw refused("secret is a string, and passwords are not keys: if it encodes a key, decode it to bytes");
  }
  if (!isBytes(secret)) throw refused("secret must be bytes");
  if (typeof identity !== "string" && !isBytes(identity)) throw refused("identity must be a string or bytes");
  if (context !== undefined && !isBytes(context)) throw refused("context must be bytes");
  return {
    identity: toBytes(identity),
    secret: viewOf(secret),
    hmac,
    context: context && viewOf(context),
    earlyData,
  };
}

/** As {@link checkPsk}, but copies, which later changes by the caller do not affect. {@link wipe} them after use. */
export function copyPsks(psks: readonly Psk[]): CheckedPsk[] {
  // Not `slice()`, which gives a view of the same memory when the bytes are a Buffer.
  return psks.map(checkPsk).map(({ identity, secret, hmac, context, earlyData }) => ({
    identity: new Uint8Array(identity),
    secret: new Uint8Array(secret),
    hmac,
    context: context && new Uint8Array(context),
    earlyData: earlyData && { ...earlyData },
  }));
}

/** Overwrites the secrets. */
export function wipe(psks: readonly CheckedPsk[]): void {
  for (const { secret } of psks) secret.fill(0);
}

/** Lends `use` the PSK as an object of the core, and wipes it afterwards. */
export function withExternalPsk(psk: CheckedPsk, use: (external: ExternalPsk) => void): void {
  const { identity, secret, hmac, context, earlyData } = psk;
  const withEarlyData = (external: ExternalPsk): void => {
    if (earlyData === undefined) use(external);
    else lend(external.withEarlyData(earlyData.maxSize, earlyData.cipherSuite, earlyData.alpn), use);
  };
  lend(new ExternalPsk(identity, secret, hmac), (external) => {
    if (context === undefined) withEarlyData(external);
    else lend(external.withContext(context), withEarlyData);
  });
}

function lend(external: ExternalPsk, use: (external: ExternalPsk) => void): void {
  try {
    use(external);
  } finally {
    external.free();
  }
}
