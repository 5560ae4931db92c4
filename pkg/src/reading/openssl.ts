// The output of `openssl s_client` and `s_server` with -msg, -debug and -trace.

import { concat } from "../bytes.js";
import { fromHex } from "../digits.js";
import type { Section } from "./dump.js";
import { type Conversation, count, type Part, type Sender } from "./reading.js";
import { helloAt, isRecord, withoutPreamble } from "./tls.js";

const DEBUG = /^(write to|read from) 0x[0-9a-f]+ \[.*?\] \((\d+) bytes => (-?\d+)/i;
const MSG = /^(>>>|<<<) .*?, ?(\w+).*?\[length ([0-9a-f]+)\](?:, (\w+))?/i;

/** The connection in the output of -debug, as its two streams; `undefined` if there is none. */
export function fromDebug(sections: readonly Section[]): Conversation | undefined {
  const streams: Record<string, Uint8Array[]> = { "write to": [], "read from": [] };
  let padded = 0;
  for (const { title, bytes } of sections) {
    const [, way = "", , done = "0"] = DEBUG.exec(title) ?? [];
    const length = Number(done);
    if (length <= 0) continue;
    // older versions leave out spaces and zeros at the end
    const whole = new Uint8Array(length);
    whole.set(bytes.subarray(0, length));
    padded += length - Math.min(bytes.length, length);
    streams[way.toLowerCase()]?.push(whole);
  }
  const [written, read] = [concat(streams["write to"] ?? []), concat(streams["read from"] ?? [])].map(withoutPreamble);
  if (!written || !read || (helloAt(written.bytes) === -1 && helloAt(read.bytes) === -1)) return undefined;
  const client = written.bytes[5] === 1 || !isRecord(read.bytes) ? written : read;
  const server = client === written ? read : written;
  const notes = [client, server].flatMap(({ note }) => note ?? []);
  if (padded > 0) {
    const zeros = count(padded, "byte");
    notes.push(`${zeros} at the end of blocks are not in the output; they are assumed to be zeros.`);
  }
  const part = (from: Sender, { bytes }: typeof client): Part[] =>
    bytes.length > 0 ? [{ from, kind: "records", bytes }] : [];
  return { name: "", parts: [...part("client", client), ...part("server", server)], notes: [...new Set(notes)] };
}

/** The handshake messages in the output of -msg, in order; `undefined` if there are none. */
export function fromMsg(sections: readonly Section[]): Conversation | undefined {
  const notes: string[] = [];
  const shown = sections.flatMap(({ title, bytes }) => {
    const [, way, kind, length = "0", name = ""] = MSG.exec(title) ?? [];
    if (kind !== "Handshake") return [];
    const missing = Number.parseInt(length, 16) - bytes.length;
    if (missing > 0) notes.push(`${count(missing, "byte")} of ${name || "a message"} are not in the output.`);
    return [{ way, bytes: bytes.slice(0, Number.parseInt(length, 16)) }];
  });
  if (shown.length === 0) return undefined;
  return { name: "", parts: partsOf(shown), notes };
}

/** The sender of a hello shows which direction is which. */
function partsOf(shown: readonly { way: string | undefined; bytes: Uint8Array }[]): Part[] {
  const hello = shown.find(({ bytes }) => bytes[0] === 1) ?? shown.find(({ bytes }) => bytes[0] === 2);
  const ofClient = hello?.bytes[0] === 1 ? hello.way : hello?.way === ">>>" ? "<<<" : ">>>";
  return shown.map(({ way, bytes }) => ({ from: way === ofClient ? "client" : "server", kind: "messages", bytes }));
}

/** Whether a text is the output of -trace. */
export function isTrace(text: string): boolean {
  return /^\s*(?:Client|Server)Hello, Length=\d+/m.test(text) && /_version=0x/.test(text);
}

/**
 * The hellos in the output of -trace, rebuilt from the names and numbers that it prints instead of bytes. A message
 * with an extension that is not printed completely cannot be rebuilt, and is reported.
 */
export function fromTrace(text: string): Conversation {
  const notes: string[] = [];
  const shown: { way: string; bytes: Uint8Array }[] = [];
  let way = "";
  const lines = text.split("\n");
  for (const [at, line] of lines.entries()) {
    if (/^(?:Sent|Received)\b.*Record/.test(line)) way = line.startsWith("Sent") ? ">>>" : "<<<";
    const [, name, length] = /^\s*((?:Client|Server)Hello), Length=(\d+)/.exec(line) ?? [];
    if (!name || !length) continue;
    const built = helloOf(name, lines.slice(at + 1));
    const body = built.bytes;
    if (body.length !== Number(length)) {
      notes.push(
        `The ${name} could not be rebuilt from the trace: ${built.problem ?? "its length differs"}. ` +
          "Use openssl s_client -msg, which prints the bytes.",
      );
    }
    const header = Uint8Array.of(name === "ClientHello" ? 1 : 2, 0, body.length >> 8, body.length & 0xff);
    shown.push({ way, bytes: concat([header, body]) });
  }
  notes.unshift("The hellos are rebuilt from the text of -trace, which prints no bytes.");
  return { name: "", parts: partsOf(shown), notes };
}

interface Built {
  bytes: Uint8Array;
  problem: string | undefined;
}

const u16 = (number: number) => [number >> 8, number & 0xff];
const vector8 = (bytes: readonly number[]) => [bytes.length, ...bytes];
const vector16 = (bytes: readonly number[]) => [...u16(bytes.length), ...bytes];

function helloOf(name: string, lines: readonly string[]): Built {
  const end = lines.findIndex((line) => line.trim() === "" || /^(?:Sent|Received)\b/.test(line));
  const own = end === -1 ? lines : lines.slice(0, end);
  const find = (pattern: RegExp) => own.map((line) => pattern.exec(line)?.[1]).find((found) => found !== undefined);
  const hex = (pattern: RegExp) => [...(fromHex(find(pattern) ?? "") ?? [])];
  const body = [
    ...u16(Number.parseInt(find(/_version=0x([0-9a-f]+)/i) ?? "0303", 16)),
    ...hex(/gmt_unix_time=0x([0-9a-f]{8})/i),
    ...hex(/random_bytes \(len=\d+\): ([0-9a-f]+)/i),
    ...vector8(hex(/session_id \(len=\d+\): ([0-9a-f]*)/i)),
  ];
  if (name === "ClientHello") {
    const suites = own.flatMap((line) => {
      const [, high, low] = /^\s*\{0x([0-9a-f]{2}), 0x([0-9a-f]{2})\}/i.exec(line) ?? [];
      return high && low ? [Number.parseInt(high, 16), Number.parseInt(low, 16)] : [];
    });
    body.push(...vector16(suites), 1, 0);
  } else {
    const [, high = "0", low = "0"] = /cipher_suite \{0x([0-9a-f]{2}), 0x([0-9a-f]{2})\}/i.exec(own.join("\n")) ?? [];
    body.push(Number.parseInt(high, 16), Number.parseInt(low, 16), 0);
  }
  const { bytes, problem } = extensionsOf(own, name === "ClientHello");
  body.push(...vector16([...bytes]));
  return { bytes: Uint8Array.from(body), problem };
}

function extensionsOf(lines: readonly string[], ofClient: boolean): Built {
  const heads = lines.flatMap((line, at) => {
    const [, name, type, length] = /extension_type=(.+?)\((\d+)\), length=(\d+)/.exec(line) ?? [];
    return name && type && length ? [{ at, name, type: Number(type), length: Number(length) }] : [];
  });
  let problem: string | undefined;
  const all = heads.flatMap(({ at, name, type, length }, index) => {
    const inside = lines.slice(at + 1, heads[index + 1]?.at);
    const data = dataOf(type, length, inside, ofClient);
    if (data.length !== length) problem ??= `it does not print the whole extension ${name}`;
    return [...u16(type), ...vector16(data)];
  });
  return { bytes: Uint8Array.from(all), problem };
}

/** The contents of an extension: the bytes of a dump, or those that its names and numbers stand for. */
function dataOf(type: number, length: number, lines: readonly string[], ofClient: boolean): number[] {
  const dumped = lines.flatMap((line) => {
    const columns = /^\s*[0-9a-f]{4} - (.*)$/i.exec(line)?.[1]?.split(/\s{3,}/)[0] ?? "";
    return (columns.match(/[0-9a-f]{2}(?=[ -]|$)/gi) ?? []).map((pair) => Number.parseInt(pair, 16));
  });
  // a row's text may look like bytes
  if (dumped.length >= length && length > 0) return dumped.slice(0, length);
  const numbers = lines.flatMap((line) => {
    const found = /\((0x[0-9a-f]+|\d+)\)\s*$/i.exec(line)?.[1];
    return found === undefined ? [] : [Number(found)];
  });
  const keys = lines.flatMap((line) => {
    const digits = /key_exchange:\s+\(len=\d+\): ([0-9a-f]+)/i.exec(line)?.[1];
    return digits === undefined ? [] : [[...(fromHex(digits) ?? [])]];
  });
  const bytes = numbers.flatMap(u16);
  switch (type) {
    case 10:
    case 13:
    case 50:
      return vector16(bytes);
    case 11:
    case 45:
      return vector8(numbers);
    case 43:
      return ofClient ? vector8(bytes) : bytes;
    case 51: {
      if (keys.length === 0) return bytes;
      const shares = keys.flatMap((key, at) => [...u16(numbers[at] ?? 0), ...vector16(key)]);
      return ofClient ? vector16(shares) : shares;
    }
    default:
      return dumped.length === 0 && length === 1 ? [0] : [];
  }
}
