// Bytes that a text spells, for callers that decide by themselves what it means if it spells none.

/** The bytes of hexadecimal digits, which white space may separate; `undefined` for any other text. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  const digits = text.replace(/\s/g, "");
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** The bytes of base64 or base64url, with or without padding; `undefined` for any other text. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const letters = text.replace(/\s/g, "").replaceAll("-", "+").replaceAll("_", "/");
  const body = letters.replace(/={0,2}$/, "");
  if (body.length === 0 || body.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(body)) return undefined;
  return Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
}
