// Bytes as programs and servers write them into strings: escapes with the printable characters between them.

import { kindOf } from "./tls.js";

/** A string in quotes. */
const QUOTED = /(["'`])((?:\\[\s\S]|(?!\1)[^\\])*)\1/g;
/** Without quotes, or without the one at the end: from the first escape to the end of the line. */
const OPEN = /\\(?:x[0-9a-f]{2}|u00[0-9a-f]{2})[^\n"]*/i;
/** An escape of a string, and its parts. */
const ESCAPE = /\\(?:x([0-9a-f]{2})|u00([0-9a-f]{2})|u\{([0-9a-f]{1,2})\}|([0-7]{1,3})|(\r?\n)|([\s\S]))/giy;
const LETTERS: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, e: 27 };
/** The fewest escapes: the header of a record has as many. */
const FEWEST = 4;
/** A URL's escapes, with the characters that need none. */
const PERCENT = /(?:%[0-9a-f]{2}|[\w.~+!*'()-])*%[0-9a-f]{2}(?:%[0-9a-f]{2}|[\w.~+!*'()-])*/gi;

/** The bytes of the string in a text that begins like TLS; `undefined` if there is none. */
export function literalIn(text: string): Uint8Array | undefined {
  const isEscaped = (piece: string) => (piece.match(/\\(?:x[0-9a-f]{2}|u00[0-9a-f]{2}|[0-7]{3})/gi) ?? []).length > 0;
  const pieces = [...text.matchAll(QUOTED)].map(([, , content = ""]) => content).filter(isEscaped);
  // a long string is written in pieces, and two strings are not one
  const candidates = [pieces.join(""), ...pieces, OPEN.exec(text)?.[0] ?? ""];
  for (const candidate of candidates) {
    const bytes = (candidate.match(/\\/g) ?? []).length >= FEWEST ? unescaped(candidate) : undefined;
    if (bytes && kindOf(bytes)) return bytes;
  }
  for (const [url] of text.matchAll(PERCENT)) {
    const bytes = (url.match(/%/g) ?? []).length >= FEWEST ? unescaped(url.replaceAll("%", "\\x")) : undefined;
    if (bytes && kindOf(bytes)) return bytes;
  }
  return undefined;
}

function unescaped(content: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (let at = 0; at < content.length; at++) {
    ESCAPE.lastIndex = at;
    const found = ESCAPE.exec(content);
    if (found) {
      const [whole, x, u, braced, octal, newline, letter = ""] = found;
      const hexadecimal = x ?? u ?? braced;
      if (hexadecimal !== undefined) bytes.push(Number.parseInt(hexadecimal, 16));
      else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
      else if (newline === undefined) bytes.push(LETTERS[letter] ?? letter.charCodeAt(0));
      at += whole.length - 1;
      continue;
    }
    const code = content.charCodeAt(at);
    if (code > 255) return undefined;
    bytes.push(code);
  }
  return Uint8Array.from(bytes);
}
