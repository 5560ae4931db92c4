// Private keys of RSA, with which WebCrypto signs: every runtime has it, and arithmetic of the core's own would be an
// eighth of what the module weighs.

import type { SignatureRequest, SignatureScheme } from "./core-types.js";

/** The schemes of such a key, most preferred first. */
export const RSA_SCHEMES: readonly SignatureScheme[] = [
  "rsa_pss_rsae_sha256",
  "rsa_pss_rsae_sha384",
  "rsa_pss_rsae_sha512",
];

// DER is kept in strings, a character for each byte, as atob gives it. All lengths are those of a modulus of 2,048 bits
// and more, in two bytes: smaller ones nobody accepts.

/** The version of PKCS #8, and the algorithm rsaEncryption (RFC 8017 appendix A.1). */
const HEAD = "\x02\x01\0\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\0";

/** How many bytes a tag and such a length take. */
const TAG = 4;

const tagged = (tag: string, content: string): string =>
  `${tag}\x82${String.fromCharCode(content.length >> 8, content.length & 0xff)}${content}`;

/** The RSA key in PKCS #8, if the first private key of a PEM text is one. What cannot be read is left to the core. */
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

/** Signs as RSASSA-PSS has it in TLS, with a salt as long as the hash. */
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
