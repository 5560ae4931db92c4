// The entry point: finds the TLS in pasted text or a file. It tries all formats, the most distinctive first.

import { spelledIn } from "./digits.js";
import { type Section, sectionsIn } from "./dump.js";
import { tlsFlows } from "./flows.js";
import { isGzip, unpack } from "./gzip.js";
import { fromGnutls, fromMbedtls, fromSections, isGnutls, isMbedtls } from "./logs.js";
import { plainRows } from "./notations.js";
import { fromDebug, fromMsg, fromTrace, isTrace } from "./openssl.js";
import { linkTypeOf } from "./packets.js";
import { isCapture, type Packet, readCapture } from "./pcap.js";
import { type Conversation, count, type Reading, ReadingError } from "./reading.js";
import { areMessages, helloAt, isDtls, kindOf, withoutPreamble } from "./tls.js";

/**
 * Reads text or a file, and decompresses gzip.
 *
 * @throws {@link ReadingError} with a readable sentence if there is no TLS in it
 */
export async function read(input: string | Uint8Array): Promise<Reading> {
  if (typeof input === "string" || !isGzip(input)) return readNow(input);
  const { file, note } = await unpack(input);
  const reading = readNow(file);
  const notes = note ? [note, ...reading.notes] : reading.notes;
  return { ...reading, format: `${reading.format}, packed by gzip`, notes };
}

/** As {@link read}, synchronously, without decompression. */
export function readNow(input: string | Uint8Array): Reading {
  if (typeof input === "string") return readText(input);
  if (input.length === 0) throw new ReadingError("There is nothing to read.");
  if (isCapture(input)) return readFile(input);
  const text = asText(input);
  return text === undefined ? readBytes(input, "bytes") : readText(text);
}

/** The file as text, if it is one: in UTF-8, or in UTF-16 as PowerShell writes it. */
function asText(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const isWide = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const encoding = isWide ? `utf-16${first === 0xff ? "le" : "be"}` : "utf-8";
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: characters that text does not contain
    return /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function readFile(file: Uint8Array): Reading {
  const { format, packets, keyLog, notes } = readCapture(file);
  const flows = tlsFlows(packets);
  const all = [...notes, ...flows.notes];
  if (flows.conversations.length > 0) {
    return { format: `a capture (${format})`, conversations: flows.conversations, keyLog, notes: all };
  }
  const seen = `${count(packets.length, "packet")}, ${count(flows.connections, "connection")} of TCP`;
  throw new ReadingError(
    [`There is no TLS over TCP in this capture (${seen}).`, ...all].join(" ") +
      " Its ClientHello may have been sent before the capture began.",
  );
}

function readText(text: string): Reading {
  if (text.trim() === "") throw new ReadingError("There is nothing to read.");
  const reading = (format: string, conversation: Conversation, notes: string[] = []): Reading => ({
    format,
    conversations: [conversation],
    keyLog: "",
    notes,
  });
  const plain = plainRows(text.replaceAll("\r", ""));
  const sections = sectionsIn(plain);
  const debug = fromDebug(sections);
  if (debug) return reading("the output of openssl -debug", debug);
  const messages = fromMsg(sections);
  if (messages) return reading("the output of openssl -msg", messages);
  if (isTrace(plain)) return reading("the output of openssl -trace", fromTrace(plain));
  const mbedtls = isMbedtls(sections) ? fromMbedtls(sections) : undefined;
  if (mbedtls) return reading("a debug log of Mbed TLS", mbedtls);
  const dumped = fromPackets(sections);
  if (dumped) return dumped;
  const found = fromSections(sections);
  if (found && sections.some(({ offsets, texts, title }) => offsets || texts || title !== "")) {
    return reading(/wolfssl/i.test(plain) ? "a debug log of wolfSSL" : "a dump", found);
  }
  if (isGnutls(plain)) return reading("a debug log of GnuTLS", fromGnutls(plain));
  const whole = sections.length === 1 && sections[0]?.offsets ? sections[0] : undefined;
  if (whole) return readBytes(whole.bytes, "a dump");
  return readSpelled(plain);
}

function readSpelled(text: string): Reading {
  const spelled = spelledIn(text);
  const [first] = spelled;
  if (!first) throw new ReadingError("There are no bytes in this text.");
  if (isCapture(first.bytes)) return readFile(first.bytes);
  const parts = spelled.flatMap(({ bytes }) => {
    const { bytes: own } = withoutPreamble(bytes);
    const kind = kindOf(own);
    return kind ? [{ from: undefined, kind, bytes: own }] : [];
  });
  if (spelled.length === 1 || parts.length === 0) return readBytes(first.bytes, first.form);
  // traces in specifications have a message, and then the record with it
  const records = parts.filter(({ kind }) => kind === "records");
  const conversation = { name: "", parts: records.length > 0 ? records : parts, notes: [] };
  return { format: first.form, conversations: [conversation], keyLog: "", notes: [] };
}

/** The packets of a dump that includes network and transport headers; `undefined` if it does not. */
function fromPackets(sections: readonly Section[]): Reading | undefined {
  const own = sections.filter(({ bytes, offsets }) => offsets && !kindOf(bytes));
  const packets = own.flatMap(({ bytes, title }): Packet[] => {
    // tshark adds reassembled and decrypted data
    if (/^(?:Reassembled|Decrypted|Uncompressed|Decompressed)/.test(title)) return [];
    const linkType = linkTypeOf(bytes);
    return linkType === undefined ? [] : [{ linkType, bytes, length: bytes.length }];
  });
  if (packets.length === 0) return undefined;
  const { conversations, notes } = tlsFlows(packets);
  if (conversations.length === 0) return undefined;
  return { format: "a dump of packets", conversations, keyLog: "", notes };
}

function readBytes(bytes: Uint8Array, format: string): Reading {
  const { bytes: own, note } = withoutPreamble(bytes);
  const kind = kindOf(own) ?? (areMessages(own) ? "messages" : undefined);
  if (kind) {
    const conversation: Conversation = { name: "", parts: [{ from: undefined, kind, bytes: own }], notes: [] };
    return { format, conversations: [conversation], keyLog: "", notes: note ? [note] : [] };
  }
  const linkType = linkTypeOf(bytes);
  if (linkType !== undefined) {
    const flows = tlsFlows([{ linkType, bytes, length: bytes.length }]);
    if (flows.conversations.length > 0) {
      return { format: `${format}: one packet`, conversations: flows.conversations, keyLog: "", notes: flows.notes };
    }
  }
  throw notTls(bytes);
}

function notTls(bytes: Uint8Array): ReadingError {
  const start = Array.from(bytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  if (isDtls(bytes)) return new ReadingError("This is DTLS. Only TLS over TCP can be read.");
  if (bytes[0] === 3 && bytes[1] === 3 && bytes.length > 40) {
    return new ReadingError(
      `These bytes (${start} …) begin like the body of a hello: the 4 bytes of its header are missing.`,
    );
  }
  if (helloAt(bytes) !== -1) return new ReadingError("TLS begins inside these bytes, but no hello could be read.");
  return new ReadingError(
    `These ${count(bytes.length, "byte")} (${start}${bytes.length > 6 ? " …" : ""}) are not TLS: neither a record (16 03 …) nor a ClientHello (01 00 …) begins in them.`,
  );
}
