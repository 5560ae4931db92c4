// Rows that tools write in other notations than hexadecimal bytes, rewritten as such: octal and binary numbers,
// characters, and memory as debuggers print it. Other lines stay as they are.

/** `xxd -b`: an offset, then up to eight bytes in binary, then text. */
const BINARY = /^([0-9a-f]{7,8}): ((?:[01]{8} ?)+)(?: .*)?$/i;
/** `od -b`: an octal offset, then bytes in octal. */
const OCTAL = /^([0-7]{7}) ((?:[0-3][0-7]{2} ?)+)$/;
/** `od -c`: an octal offset, then a character, an escape or an octal number in four columns each. */
const CHARACTERS = /^([0-7]{7})((?: {3}[ -~]| {2}\\[0abtnvfr]| [0-3][0-7]{2}){1,16})$/;
/** `x/16xb` of gdb: an address, perhaps a symbol, then bytes. */
const MEMORY = /^(?:0x)?([0-9a-f]{4,16})(?: <[^>]*>)?:((?:\s+0x[0-9a-f]{2})+)$/i;

/** Bytes of a page, between its tags. */
const TAGGED = /^(?:<\w+[^<>]*>)*((?:[0-9a-f]{2}[ :-]{0,2})+)(?:<\/\w+>)*$/i;

const ESCAPED: Readonly<Record<string, number>> = { 0: 0, a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

/** The text with its rows in hexadecimal. */
export function plainRows(text: string): string {
  const lines = text.split("\n");
  // the characters of one row may all be printable, but not those of all rows
  const hasCharacters = lines.some((line) => CHARACTERS.test(line) && / (?:[0-3][0-7]{2}| \\0)/.test(line.slice(7)));
  return lines
    .map((line) => rewritten(line.trimEnd()) ?? (hasCharacters ? rowOfCharacters(line) : undefined) ?? line)
    .join("\n");
}

function rewritten(line: string): string | undefined {
  const [, address, memory] = MEMORY.exec(line) ?? [];
  if (memory !== undefined) return `${address}: ${memory.replace(/\s+0x/gi, " ").trim()}`;
  const [, tagged] = line.includes("<") ? (TAGGED.exec(line) ?? []) : [];
  if (tagged !== undefined) return tagged;
  const [, binaryAt, binary] = BINARY.exec(line) ?? [];
  if (binary !== undefined) return row(`${binaryAt}:`, numbers(binary, 2));
  const [, octalAt, octal] = OCTAL.exec(line) ?? [];
  return octal === undefined ? undefined : row(octalAt, numbers(octal, 8));
}

/** The last character of such a row may be a space. */
function rowOfCharacters(line: string): string | undefined {
  const [, at, characters] = CHARACTERS.exec(line) ?? [];
  return characters === undefined ? undefined : row(at, characters.match(/.{4}/g)?.map(characterIn) ?? []);
}

const numbers = (list: string, base: number) =>
  list
    .trim()
    .split(/ +/)
    .map((digits) => Number.parseInt(digits, base));

function characterIn(cell: string): number {
  const shown = cell.trim();
  if (/^[0-3][0-7]{2}$/.test(shown)) return Number.parseInt(shown, 8);
  const escaped = shown.length === 2 ? ESCAPED[shown[1] ?? ""] : undefined;
  return escaped ?? cell.charCodeAt(3);
}

function row(offset: string | undefined, bytes: readonly number[]): string {
  return `${offset} ${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`;
}
