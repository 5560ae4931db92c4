// A typed key, and the other ways in which the peer may have interpreted the same characters.

import { asText, concat, fromBase64, fromHex, fromText } from "../page/bytes.js";

export interface KeyReading {
  bytes: Uint8Array;
  /** Completes "the key, read as". */
  name: string;
  /** What it means if this reading verifies; `undefined` for the plain readings. */
  advice?: string;
}

/** The plain readings, the likeliest first: hexadecimal if possible, otherwise base64 or text. */
export function readingsOf(typed: string): KeyReading[] {
  const text = typed.trim();
  if (text === "") return [];
  const hex = fromHex(text.replace(/^0x|\\x|[:,\-_]/gi, ""));
  if (hex && hex.length > 0) return [{ bytes: hex, name: "hexadecimal digits" }];
  const base64 = text.length >= 8 ? fromBase64(text) : undefined;
  const asIs = { bytes: fromText(text), name: "text" };
  return base64 ? [{ bytes: base64, name: "base64" }, asIs] : [asIs];
}

/** Other interpretations of the same characters, each with advice. */
export function slipsOf(typed: string): KeyReading[] {
  const text = typed.trim();
  const plain = readingsOf(typed);
  const [first] = plain;
  if (!first) return [];
  const slips: KeyReading[] = [];
  const add = (name: string, bytes: Uint8Array | undefined, advice: string) => {
    const isKnown = [...plain, ...slips].some((other) => bytes && equal(other.bytes, bytes));
    if (bytes && bytes.length > 0 && !isKnown) slips.push({ name, bytes, advice });
  };
  const isHex = first.name === "hexadecimal digits";
  const digits = text.replace(/^0x|[\s:,\-_]/gi, "");
  if (isHex) {
    const asText =
      "One side uses the characters of the key instead of the bytes that they encode. Decode it on that side.";
    add("the text itself", fromText(text), asText);
    add("the text without separators", fromText(digits), asText);
    add("the text in lower case", fromText(digits.toLowerCase()), asText);
    add("the text in capitals", fromText(digits.toUpperCase()), asText);
    add("base64", fromBase64(text), "One side treats the key as base64, the other as hexadecimal digits.");
  } else if (/^[0-9a-f]+$/i.test(digits)) {
    add(
      "hexadecimal digits with a zero before them",
      fromHex(`0${digits}`),
      "The key has an odd number of digits: a leading zero was lost.",
    );
  }
  if (!isHex) {
    add("the text in lower case", fromText(text.toLowerCase()), "The two sides write the key in different cases.");
    add("the text in capitals", fromText(text.toUpperCase()), "The two sides write the key in different cases.");
    add("the text without quotes", fromText(text.replace(/^(["'])(.*)\1$/, "$2")), "Quotes became a part of the key.");
  }
  for (const { bytes, name } of [...plain, ...slips.slice()]) {
    const newline = `A line end became part of the key (${name}). Write the key without one, with printf or echo -n.`;
    add(`${name}, followed by a newline`, concat([bytes, Uint8Array.of(10)]), newline);
    add(`${name}, followed by CR and LF`, concat([bytes, Uint8Array.of(13, 10)]), newline);
    add(`${name}, followed by a zero byte`, concat([bytes, Uint8Array.of(0)]), `${ZERO} (${name}).`);
    const end = bytes.findLastIndex((byte) => byte !== 10 && byte !== 13) + 1;
    add(
      `${name}, without the line end`,
      bytes.subarray(0, end),
      "The typed text ends with a line end, but the key does not.",
    );
  }
  for (const { bytes, name } of plain) {
    const spelled = asText(bytes);
    const again = spelled === undefined ? undefined : (fromHex(spelled) ?? fromBase64(spelled));
    add(`${name}, decoded twice`, again, "The typed text encodes the key's text, which must be decoded once more.");
    const start = bytes.findIndex((byte) => byte !== 0);
    add(`${name}, without leading zeros`, bytes.subarray(Math.max(0, start)), LOST);
    for (const length of [16, 32, 48]) {
      if (bytes.length >= length) continue;
      add(
        `${name}, padded with leading zeros to ${length} bytes`,
        concat([new Uint8Array(length - bytes.length), bytes]),
        LOST,
      );
      add(
        `${name}, padded with trailing zeros to ${length} bytes`,
        concat([bytes, new Uint8Array(length - bytes.length)]),
        PADDED,
      );
    }
    for (const length of [16, 32, 48]) {
      if (bytes.length > length) add(`the first ${length} bytes of ${name}`, bytes.subarray(0, length), CUT);
    }
    add(`${name}, in reverse byte order`, bytes.toReversed(), "The two sides use different byte orders for the key.");
  }
  return slips;
}

const ZERO = "The zero at the end of a C string became part of the key";
const LOST = "Leading zeros were lost or added: one side treats the key as a number. Keep it as bytes.";
const PADDED = "One side pads the key with zeros. A PSK is used unchanged, at any length.";
const CUT = "One side truncates the key to a fixed length. A PSK is used completely.";

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
