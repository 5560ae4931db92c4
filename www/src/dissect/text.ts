// Bytes that were pasted as text: hexadecimal digits however they are set, a dump with offsets, or base64.

import { fromHex } from "../bytes.js";
import { InputError } from "./input-error.js";

/** The bytes that a text spells. Throws an {@link InputError} with the line and the column that make no sense. */
export function bytesFromText(text: string): Uint8Array {
  if (text.trim() === "") throw new InputError("Empty", "There is nothing to read");
  return fromDump(text) ?? (looksLikeBase64(text) ? fromBase64(text) : fromDigits(text));
}

/** An offset, and what stands behind it: as xxd, hexdump -C, od, tcpdump -x and Wireshark write them. */
const DUMP_LINE = /^\s*(?:0x)?([0-9a-f]{4,8})(?::|\s)\s*(\S.*)$/i;

/** The bytes of a dump whose every line begins with the offset that the bytes before it lead to. */
function fromDump(text: string): Uint8Array | undefined {
  const lines = text.split("\n").map((line, at) => ({ line: line.trimEnd(), number: at + 1 }));
  const rows = lines
    .filter(({ line }) => line !== "")
    .map(({ line, number }) => ({ match: DUMP_LINE.exec(line), number }));
  const offsets = rows.map(({ match }) => Number.parseInt(match?.[1] ?? "", 16));
  // the last line may be an offset alone, as hexdump ends
  const count = rows.findLastIndex(({ match }) => match !== null) + 1;
  const grows = offsets
    .slice(0, count)
    .every((offset, at) => (at === 0 ? offset === 0 : offset > (offsets[at - 1] ?? 0)));
  if (count === 0 || !grows || rows.length > count + 1) return undefined;

  const bytes: number[] = [];
  for (const [at, { match, number }] of rows.slice(0, count).entries()) {
    if (bytes.length !== offsets[at]) {
      const message = `the offset is ${offsets[at]}, but ${bytes.length} bytes stand before it`;
      throw new InputError("OffsetMismatch", message, `line ${number}`);
    }
    const wanted = at + 1 < count ? (offsets[at + 1] ?? 0) - bytes.length : 16;
    bytes.push(...bytesOfRow(match?.[2] ?? "", wanted));
  }
  return Uint8Array.from(bytes);
}

/** The bytes at the beginning of a dump's line, without the text that stands behind them. */
function bytesOfRow(row: string, wanted: number): number[] {
  const [columns = ""] = row.split(/\s{3,}|\s*\|/);
  const bytes: number[] = [];
  for (const group of columns.split(/\s+/)) {
    const read = /^(?:[0-9a-f]{2})+$/i.test(group) ? fromHex(group) : undefined;
    if (!read || bytes.length + read.length > wanted) break;
    bytes.push(...read);
  }
  return bytes;
}

/** What may stand between the digits: white space, and what programming languages and people put there. */
const BETWEEN = /[\s,:;\-_"'{}[\]()]/;

function fromDigits(text: string): Uint8Array {
  const digits: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (BETWEEN.test(character)) continue;
    // "0x" and "\x" before a byte
    if ((character === "0" || character === "\\") && /x/i.test(text[at + 1] ?? "") && digits.length % 2 === 0) {
      at++;
      continue;
    }
    const digit = /[0-9a-f]/i.test(character) ? Number.parseInt(character, 16) : Number.NaN;
    if (Number.isNaN(digit)) {
      throw new InputError("NotHexadecimal", `“${character}” is not a hexadecimal digit`, placeOf(text, at));
    }
    digits.push(digit);
  }
  if (digits.length % 2 !== 0) {
    throw new InputError(
      "OddDigits",
      `${digits.length} hexadecimal digits make no whole bytes`,
      placeOf(text, text.length),
    );
  }
  return Uint8Array.from(
    { length: digits.length / 2 },
    (_, at) => ((digits[2 * at] ?? 0) << 4) | (digits[2 * at + 1] ?? 0),
  );
}

/** Whether a text is rather base64: letters beyond f, in words longer than a byte. */
function looksLikeBase64(text: string): boolean {
  const words = text.trim().split(/\s+/);
  return /[g-z]/i.test(text.replace(/0x|\\x/gi, "")) && words.every((word) => word.length > 2 || word === words.at(-1));
}

function fromBase64(text: string): Uint8Array {
  const wrong = text.search(/[^\sA-Za-z0-9+/=_-]/);
  if (wrong !== -1) {
    throw new InputError("NotBase64", `“${text[wrong]}” is neither of hexadecimal nor of base64`, placeOf(text, wrong));
  }
  const letters = text.replace(/\s/g, "").replaceAll("-", "+").replaceAll("_", "/").replace(/=+$/, "");
  const padding = letters.indexOf("=");
  if (letters.length % 4 === 1 || padding !== -1) {
    const message = padding === -1 ? `${letters.length} letters make no whole bytes` : "“=” stands in the middle";
    throw new InputError("NotBase64", message, placeOf(text, padding === -1 ? text.length : text.indexOf("=")));
  }
  return Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
