// Dumps: rows of hexadecimal bytes, with or without offsets and text, as xxd, hexdump, od, tcpdump, tshark,
// Wireshark, OpenSSL and the debug logs of TLS libraries write them. Rows that belong together make a section.

/** Consecutive rows, and the other lines before them. */
export interface Section {
  /** The line before it; empty if there is none. */
  title: string;
  bytes: Uint8Array;
  /** The number of the first line, from 1. */
  line: number;
  /** Whether its rows have offsets. */
  offsets: boolean;
  /** Whether its rows have text after the bytes. */
  texts: boolean;
}

interface Row {
  line: number;
  /** The digits before it; `undefined` without. */
  offset: string | undefined;
  /** The text after them. */
  columns: string;
  text: boolean;
  /** Whether rows before it are omitted, because they repeat the one before ("*"). */
  repeats?: boolean;
}

/** An offset at the beginning of a line, and the text after it. */
const OFFSET = /^\s*(?:0x)?([0-9a-f]{4,8}|[0-9a-f]{9,16}(?=:))(?::| -|\s)\s*((?:[0-9a-f]{2})+(?:[\s\-|].*)?)$/i;
/** The same after the prefix of a logger; then the offset has its own mark. */
const LOGGED_OFFSET = /^.*?[\s|\]>:](?:0x)?([0-9a-f]{4,8})(?::| -)\s+((?:[0-9a-f]{2})+(?:[\s\-|].*)?)$/i;
/** Only bytes, or bytes with their text after a bar. */
const BYTES = /^\s*((?:[0-9a-f]{2}[ :-] ?)*[0-9a-f]{2}[ :-]?)\s*(?:\|.*)?$/i;
/** The same after the prefix of a logger, which needs the bar to distinguish bytes from words. */
const LOGGED_BYTES = /^.*?[\s|\]>:]((?:[0-9a-f]{2} {1,2})+)\s*\|.*$/i;
/** The same without the bar: then the first row has at least eight bytes, and the others the same prefix but for digits. */
const PREFIXED_BYTES = /^(.*?[\s|\]>:])((?:[0-9a-f]{2} {1,2})*[0-9a-f]{2})$/i;
/** The fewest bytes of such a row. */
const FEWEST = 8;
/** The longest line that is searched for the prefix of a logger, in characters. */
const LONGEST = 400;
/** Only an offset, as at the end of hexdump's output. */
const END = /^\s*[0-9a-f]{6,8}\s*$/i;

/** The sections of a text; none if it has no row. */
export function sectionsIn(text: string): Section[] {
  const sections: Section[] = [];
  let rows: Row[] = [];
  let title = "";
  let repeats = false;
  let prefix: string | undefined;
  const finish = () => {
    if (rows.length > 0) sections.push(...sectionsOf(rows, title));
    if (rows.length > 0) title = "";
    rows = [];
  };
  for (const [at, raw] of text.split("\n").entries()) {
    const line = raw.trimEnd();
    const isDump = rows[0]?.offset !== undefined;
    if (isDump && line.trim() === "*") {
      repeats = true;
      continue;
    }
    // hexdump ends with an offset alone
    let row = rowOf(line, at + 1) ?? (isDump && END.test(line) ? endOf(line, at + 1) : undefined);
    const prefixed = row ? undefined : prefixedRow(line, at + 1, prefix);
    row ??= prefixed?.row;
    prefix = prefixed?.prefix;
    if (row && repeats) row.repeats = true;
    repeats = false;
    if (row && rows.length > 0 && (row.offset === undefined) !== (rows[0]?.offset === undefined)) finish();
    if (row) rows.push(row);
    else {
      finish();
      if (line.trim() !== "") title = line.trim();
    }
  }
  finish();
  return sections;
}

function endOf(line: string, number: number): Row {
  return { line: number, offset: line.trim(), columns: "", text: false };
}

function rowOf(line: string, number: number): Row | undefined {
  const isLogged = line.length <= LONGEST;
  const [, offset, columns] = OFFSET.exec(line) ?? (isLogged ? LOGGED_OFFSET.exec(line) : undefined) ?? [];
  // pairs of bytes without offsets look like an offset and a byte
  if (columns !== undefined && !/^\s*(?:[0-9a-f]{4} )+[0-9a-f]{2,4}$/i.test(line)) {
    // of an address, the lower half says enough
    return { line: number, offset: offset?.slice(-8), columns, text: false };
  }
  const bytes = (BYTES.exec(line) ?? (isLogged ? LOGGED_BYTES.exec(line) : undefined))?.[1];
  return bytes === undefined
    ? undefined
    : { line: number, offset: undefined, columns: bytes, text: line.includes("|") };
}

/** A row after the prefix of a logger or of a quotation, and the prefix without its numbers. */
function prefixedRow(
  line: string,
  number: number,
  before: string | undefined,
): { row: Row; prefix: string } | undefined {
  const [, start, columns] = (line.length <= LONGEST ? PREFIXED_BYTES.exec(line) : undefined) ?? [];
  if (start === undefined || columns === undefined) return undefined;
  const prefix = start.replace(/\d+/g, "0");
  if (prefix !== before && columns.split(/ +/).length < FEWEST) return undefined;
  return { row: { line: number, offset: undefined, columns, text: true }, prefix };
}

/** Rows whose offsets restart, or skip bytes, begin another section; this separates the two sides of a connection. */
function sectionsOf(rows: readonly Row[], title: string): Section[] {
  if (rows[0]?.offset === undefined) return [sectionOf(rows, title, 16)];
  const base = baseOf(rows);
  const offsets = rows.map(({ offset }) => Number.parseInt(offset ?? "", base));
  const starts = offsets.flatMap((offset, at) => {
    const before = rows[at - 1];
    if (!before) return [at];
    const step = offset - (offsets[at - 1] ?? 0);
    const isGap = step > rowBytes(before.columns, MOST).length && rows[at]?.repeats !== true;
    return step <= 0 || isGap ? [at] : [];
  });
  return starts.map((start, index) => sectionOf(rows.slice(start, starts[index + 1]), index === 0 ? title : "", base));
}

/** Offsets are hexadecimal, but those of od are octal by default, and decimal if asked for. */
function baseOf(rows: readonly Row[]): number {
  const [first, second] = rows;
  if (first?.offset?.length !== 7 || second?.offset === undefined) return 16;
  const width = rowBytes(first.columns, MOST).length;
  const fits = (base: number) => Number.parseInt(second.offset ?? "", base) - Number.parseInt(first.offset ?? "", base);
  return [16, 8, 10].find((base) => fits(base) === width) ?? 16;
}

function sectionOf(rows: readonly Row[], title: string, base: number): Section {
  const bytes: number[] = [];
  const offsets = rows.map(({ offset }) => (offset === undefined ? undefined : Number.parseInt(offset, base)));
  let width = 16;
  let last: number[] = [];
  for (const [at, { columns }] of rows.entries()) {
    const next = offsets[at + 1];
    const step = next === undefined ? undefined : next - (offsets[at] ?? 0);
    // text after the bytes may look like bytes, so a row has at most as many as there are up to the next row
    const row = rowBytes(columns, offsets[at] === undefined ? 1024 : rows[at + 1]?.repeats ? width : (step ?? width));
    const due = Math.min((offsets[at] ?? 0) - (offsets[0] ?? 0), LARGEST);
    while (rows[at]?.repeats && last.length > 0 && bytes.length < due) bytes.push(...last);
    bytes.push(...row);
    last = row;
    if (!rows[at + 1]?.repeats) width = step ?? width;
  }
  const octets = Uint8Array.from(bytes);
  const swapped = rows[0]?.offset?.length === 7 && octets[0] === 3 && (octets[1] === 22 || octets[1] === 1);
  return {
    title,
    bytes: swapped ? inPairs(octets) : octets,
    line: rows[0]?.line ?? 1,
    offsets: rows[0]?.offset !== undefined,
    texts: rows.some(({ text }) => text),
  };
}

/** hexdump without -C writes machine words, whose bytes are in reverse order. */
function inPairs(bytes: Uint8Array): Uint8Array {
  return bytes.map((_, at) => bytes[at ^ 1] ?? 0);
}

/** The most bytes that a row of a dump has. */
const MOST = 64;
/** Up to how many bytes omitted rows are filled in. */
const LARGEST = 1 << 20;

/** The bytes at the beginning of a row, up to a maximum, without the text after them. */
function rowBytes(columns: string, most: number): number[] {
  const [head = "", tail = ""] = (columns.split("|")[0] ?? "").split(/\s{3,}/);
  // Java puts a wide gap in the middle of a row
  const isHalf = /^(?:[0-9a-f]{2} ){7}[0-9a-f]{2}$/i.test(head) && /^(?:[0-9a-f]{2} ?){1,8}$/i.test(tail);
  const bytes = isHalf ? `${head} ${tail}` : head;
  const found: number[] = [];
  for (const group of bytes.split(/[\s:-]+/)) {
    if (!/^(?:[0-9a-f]{2})+$/i.test(group)) break;
    const pairs = group.match(/../g) ?? [];
    if (found.length + pairs.length > most) break;
    found.push(...pairs.map((pair) => Number.parseInt(pair, 16)));
  }
  return found;
}
