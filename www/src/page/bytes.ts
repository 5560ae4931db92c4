// Bytes in readable form.

export { concat } from "../../../pkg/src/bytes.js";
export { fromBase64, fromHex } from "../../../pkg/src/digits.js";

export function toHex(bytes: Uint8Array, separator = ""): string {
  return Array.from(bytes, hexByte).join(separator);
}

/** In groups of four bytes, between which a line may break. */
export function toHexGroups(bytes: Uint8Array): string {
  return toHex(bytes).replace(/.{8}(?=.)/g, "$& ");
}

export function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

/** An offset, as in a dump. */
export function offset(at: number): string {
  return `0x${at.toString(16).padStart(2, "0")}`;
}

export function fromText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The bytes as text, if they are UTF-8 without control characters. */
export function asText(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\p{C}\p{Zl}\p{Zp}]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The bytes as text if they are text, otherwise as hexadecimal digits. */
export function asLabel(bytes: Uint8Array): string {
  return asText(bytes) ?? `0x${toHex(bytes)}`;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function countBytes(count: number): string {
  return count === 1 ? "1 byte" : `${count.toLocaleString("en")} bytes`;
}
