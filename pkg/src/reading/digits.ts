// Bytes in a text without rows: hexadecimal digits in any format, arrays in source code, base64 and PEM.

import { fromBase64, fromHex } from "../digits.js";
import { literalIn } from "./literals.js";
import { isCapture } from "./pcap.js";
import { ReadingError } from "./reading.js";
import { kindOf } from "./tls.js";

const PEM = /-----BEGIN ([^-]+)-----([\s\S]*?)(?:-----END [^-]+-----|$)/;
/** An array in source code or output: `unsigned char hello[] = { 0x16, … };`, `[22, 3, 1]`, `[22 3 1]`, `<<22,3,1>>`. */
const ARRAY =
  /(?:[[{(]|<<)\s*((?:0x[0-9a-f]{1,2}|-?\d{1,3})(?:(?:\s*,\s*|\s+)(?:0x[0-9a-f]{1,2}|-?\d{1,3})(?![0-9a-z]))+),?\s*(?:\.{3}|…)?\s*(?:[\]})]|>>)?/i;
/** A string in source code, one byte for each escape. */
const ESCAPES = /(?:\\x[0-9a-f]{2})+/gi;
/** A run of hexadecimal bytes with any separators; a word of letters ends it. */
const RUN = /(?<![0-9a-z])(?:(?:0x)?[0-9a-f]{2}(?:[\s,:;_-]|$)*)+(?![0-9a-z])/gi;
/** The shortest run that is read from other text: a record's header and a message's. */
const SHORTEST = 9;

/** The bytes in a text, and their format. */
export interface Spelled {
  form: string;
  bytes: Uint8Array;
}

/** The byte strings in a text, best first. Throws a {@link ReadingError} if there are none. */
export function spelledIn(text: string): Spelled[] {
  const pem = PEM.exec(text);
  if (pem) {
    const bytes = fromBase64(pem[2] ?? "") ?? fromHex(pem[2] ?? "");
    if (bytes) return [{ form: `a block of ${pem[1]?.toLowerCase()} (PEM)`, bytes }];
  }
  const literal = literalIn(text);
  if (literal) return [{ form: "a string with escapes", bytes: literal }];
  const escaped = [...text.matchAll(ESCAPES)].map(([run]) => run.replace(/\\x/gi, "")).join("");
  if (escaped.length >= 2 * SHORTEST) return one("a string with escapes", fromHex(escaped));
  // Wireshark writes the text of a row into a comment
  const array = arrayIn(text.replace(/\/\*.*?\*\//gs, ""));
  if (array) return [array];
  const plain = fromHex(text.replace(/0x|\\x/gi, "").replace(/[,:;\-_"'{}[\]()]/g, ""));
  if (plain && plain.length > 0) return [{ form: "hexadecimal digits", bytes: plain }];
  const runs = runsIn(text);
  if (runs.some(({ bytes }) => kindOf(bytes))) return runs;
  const base64 = fromBase64(text.replace(/["',]/g, ""));
  // ordinary words are valid base64, too
  if (base64 && (kindOf(base64) || isCapture(base64) || /^\S{16,}\s*$/m.test(text)))
    return [{ form: "base64", bytes: base64 }];
  const long = [...text.matchAll(/[A-Za-z0-9+/_-]{24,}={0,2}/g)].flatMap(([word]) => {
    const bytes = fromBase64(word);
    return bytes && kindOf(bytes) ? [{ form: "base64 in other text", bytes }] : [];
  });
  if (long.length > 0) return long;
  if (runs.length > 0) return runs;
  throw nothingIn(text);
}

function one(form: string, bytes: Uint8Array | undefined): Spelled[] {
  return bytes ? [{ form, bytes }] : [];
}

function arrayIn(text: string): Spelled | undefined {
  const [, list] = ARRAY.exec(text) ?? [];
  if (!list) return undefined;
  const items = list.trim().split(/[\s,]+/);
  // Java's bytes have signs
  const numbers = items.map(Number).map((number) => (number < 0 && number >= -128 ? number + 256 : number));
  const bare = /^\d+$/;
  // without a 0x, two digits may also be hexadecimal
  if (items.every((item) => bare.test(item)) && items.every((item) => item.length === 2)) {
    const decimal = Uint8Array.from(numbers);
    if (!kindOf(decimal)) return undefined;
  }
  if (numbers.length < SHORTEST || numbers.some((number) => number > 255)) return undefined;
  return { form: "an array of bytes", bytes: Uint8Array.from(numbers) };
}

/** The runs of hexadecimal bytes in other text, those that begin like TLS first. */
function runsIn(text: string): Spelled[] {
  const words = [...text.matchAll(/(?<![0-9a-z])(?:[0-9a-f]{2}){9,}(?![0-9a-z])/gi)].map(([word]) => word);
  const spaced = [...text.matchAll(RUN)].map(([run]) => run.replace(/0x/gi, "").replace(/[\s,:;_-]/g, ""));
  const runs = [...spaced, ...words].flatMap((digits) => {
    const bytes = digits.length >= 2 * SHORTEST ? fromHex(digits) : undefined;
    return bytes ? [{ form: "hexadecimal digits in other text", bytes }] : [];
  });
  return [...runs.filter(({ bytes }) => kindOf(bytes)), ...runs.filter(({ bytes }) => !kindOf(bytes))];
}

function nothingIn(text: string): ReadingError {
  const digits = text.replace(/0x|\\x/gi, "").replace(/[\s,:;\-_"'{}[\]()]/g, "");
  const wrong = digits.search(/[^0-9a-f]/i);
  if (wrong === -1) {
    const message = `These are ${digits.length} hexadecimal digits, but two make a byte: one digit is missing or extra.`;
    return new ReadingError(message);
  }
  // most of it is hexadecimal, so the rest is a mistake
  if (digits.replace(/[0-9a-f]/gi, "").length * 8 <= digits.length) {
    const at = text.search(new RegExp(`[${digits[wrong]?.replace(/[\\\]^-]/g, "\\$&")}]`));
    return new ReadingError(`“${text[at]}” is not a hexadecimal digit.`, placeOf(text, at));
  }
  return new ReadingError(
    "There are no bytes in this text. Paste hexadecimal digits, base64, a dump, the output of openssl s_client -msg, " +
      "-debug or -trace, or open a capture.",
  );
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
