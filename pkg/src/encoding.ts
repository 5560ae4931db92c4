/**
 * Keys and other bytes as text and back, for runtimes that have no `Buffer`. The errors never contain the text, which may
 * be a key.
 *
 * @module tls-psk/encoding
 */

import { type Bytes, viewOf } from "./bytes.js";
import { fromBase64, fromHex } from "./digits.js";

/**
 * The bytes of hexadecimal digits, which white space may separate.
 *
 * @example
 * ```js
 * import { decodeHex } from "tls-psk/encoding";
 *
 * const secret = decodeHex("8f1d27a55b90e3467ac1f02e64d93b18");
 * ```
 *
 * @throws `TypeError` for any other text
 */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  return decoded(fromHex(text), "not an even number of hexadecimal digits");
}

/**
 * The hexadecimal digits of bytes, in lower case.
 *
 * @example
 * ```js
 * import { encodeHex } from "tls-psk/encoding";
 *
 * const key = encodeHex(crypto.getRandomValues(new Uint8Array(32)));
 * ```
 */
export function encodeHex(bytes: Bytes): string {
  return Array.from(viewOf(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The bytes of base64 or base64url, with or without padding and white space.
 *
 * @example
 * ```js
 * import { decodeBase64 } from "tls-psk/encoding";
 *
 * const secret = decodeBase64("jx0npVuQ40Z6wfAuZNk7GA==");
 * ```
 *
 * @throws `TypeError` for any other text
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return decoded(fromBase64(text), "not base64");
}

/**
 * The base64 of bytes (RFC 4648 section 4), with padding.
 *
 * @example
 * ```js
 * import { startTls } from "tls-psk";
 * import { encodeBase64 } from "tls-psk/encoding";
 *
 * startTls(transport, { psks, onSession: ({ bytes }) => localStorage.setItem("session", encodeBase64(bytes)) });
 * ```
 */
export function encodeBase64(bytes: Bytes): string {
  return btoa(Array.from(viewOf(bytes), (byte) => String.fromCharCode(byte)).join(""));
}

function decoded(bytes: Uint8Array<ArrayBuffer> | undefined, problem: string): Uint8Array<ArrayBuffer> {
  if (bytes === undefined) throw new TypeError(problem);
  return bytes;
}
