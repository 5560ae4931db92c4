// RSA private keys, which sign through WebCrypto: every runtime has it, and arithmetic in the core would be an eighth
// of the module's size.

import type { SignatureRequest, SignatureScheme } from "./core-types.js";

/** The schemes of an RSA key, most preferred first. */
export const RSA_SCHEMES: readonly SignatureScheme[] = [
  "rsa_pss_rsae_sha256",
  "rsa_pss_rsae_sha384",
  "rsa_pss_rsae_sha512",
];

// DER is in strings, one character for each byte, as atob returns it. All lengths are in two bytes, as for a modulus of
// at least 2,048 bits: smaller keys are not accepted.

/** The version of PKCS #8, and the algorithm rsaEncryption (RFC 8017 appendix A.1). */
const HEAD = "\x02\x01\0\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0";

/** How many bytes a tag and such a length occupy. */
const TAG = 4;

const tagged = (tag: string, content: string): string =>
  `${tag}\x82${String.fromCharCode(content.length >> 8, content.length & 0xff)}${content}`;

/**
 * The RSA key in PKCS #8, if the first private key of a PEM text is one. The core handles keys that cannot be read
 * here.
 */
export function rsaKey(pem: Uint8Array): string | undefined {
  const [, kind, body] = /-----BEGIN (RSA |EC |)PRIVATE KEY-----([^-]+)-/.exec(textOf(pem)) ?? [];
  const der = body && decoded(body);
  if (!der || kind === "EC ") return undefined;
  if (kind === "RSA ") return tagged("\x30", HEAD + tagged("\x04", der));
  return der.startsWith(HEAD, TAG) ? der : undefined;
}

/** Whether the first certificate of a PEM text has the key's modulus. */
export function isKeyOf(key: string, chain: Uint8Array): boolean {
  const [, body = ""] = /-----BEGIN CERTIFICATE-----([^-]+)-/.exec(textOf(chain)) ?? [];
  // RSAPrivateKey begins with its version, in three bytes, and the modulus.
  const modulus = key.slice(TAG + HEAD.length + TAG + TAG + 3);
  const length = (modulus.charCodeAt(2) << 8) | modulus.charCodeAt(3);
  return length > 0 && !!decoded(body)?.includes(modulus.slice(0, TAG + length));
}

/** Signs with RSASSA-PSS as TLS requires it, with a salt as long as the hash. */
export async function signWithRsa(key: string, { scheme, content }: SignatureRequest): Promise<ArrayBuffer> {
  const bits = scheme.slice(-3);
  const der = Uint8Array.from(key, (character) => character.charCodeAt(0));
  const algorithm = { name: "RSA-PSS", hash: `SHA-${bits}`, saltLength: Number(bits) / 8 };
  const { subtle } = globalThis.crypto;
  const imported = await subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  return subtle.sign(algorithm, imported, content as BufferSource);
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function decoded(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch {
    return undefined;
  }
}
