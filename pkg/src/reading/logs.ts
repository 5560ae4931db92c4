// Debug logs of TLS libraries that print bytes under a title, and of GnuTLS, which prints none.

import { concat } from "../bytes.js";
import type { Section } from "./dump.js";
import { type Conversation, count, type Part, type Sender } from "./reading.js";
import { helloAt, isHello, isRecord, kindOf, withoutPreamble } from "./tls.js";

/** Mbed TLS: `dumping 'output record sent to network' (247 bytes)`. */
const DUMPING = /dumping '(.*?)' \((\d+) bytes\)/;
const OUT = /\b(?:output|sent|sending|written|writing|write|send|out)\b/i;

export function isMbedtls(sections: readonly Section[]): boolean {
  return sections.some(({ title }) => DUMPING.test(title));
}

/** The records that Mbed TLS sent and received, as far as its log shows them. */
export function fromMbedtls(sections: readonly Section[]): Conversation | undefined {
  const notes: string[] = [];
  const records = sections.flatMap(({ title, bytes }) => {
    const [, what = "", length = "0"] = DUMPING.exec(title) ?? [];
    if (!/record (?:sent to|from) network/i.test(what) || !isRecord(bytes)) return [];
    const missing = Number(length) - bytes.length;
    if (missing > 0) notes.push(`${count(missing, "byte")} of a record are not in the log.`);
    return [{ sent: OUT.test(what), bytes }];
  });
  if (records.length === 0) return undefined;
  return { name: "", parts: directed(records), notes };
}

/** The sections of any other log that begin like TLS, in order. */
export function fromSections(sections: readonly Section[]): Conversation | undefined {
  const notes: string[] = [];
  const chosen = sections.flatMap(({ bytes }) => {
    const at = kindOf(bytes) ? 0 : helloAt(bytes);
    if (at === -1) return [];
    const { bytes: own, note } = withoutPreamble(bytes);
    if (note) notes.push(note);
    return [{ bytes: own, kind: kindOf(own) ?? ("records" as const) }];
  });
  if (chosen.length === 0) return undefined;
  const hasRecords = chosen.some(({ kind }) => kind === "records");
  // a log that shows a message and the record around it shows it twice
  const kept = hasRecords ? chosen.filter(({ kind }) => kind === "records") : chosen;
  const parts = kept.map(({ bytes, kind }): Part => ({ from: senderOf(bytes), kind, bytes }));
  return { name: "", parts: apart(parts), notes };
}

/** The sender of a hello; `undefined` for anything else. */
function senderOf(bytes: Uint8Array): Sender | undefined {
  const type = isHello(bytes) ? bytes[0] : isRecord(bytes) && bytes[0] === 22 ? bytes[5] : undefined;
  if (type === 1) return "client";
  return type === 2 ? "server" : undefined;
}

/** Parts with their directions, if all have one; otherwise only their order is known. */
function apart(parts: readonly Part[]): Part[] {
  return parts.every(({ from }) => from !== undefined)
    ? [...parts]
    : parts.map((part) => ({ ...part, from: undefined }));
}

function directed(records: readonly { sent: boolean; bytes: Uint8Array }[]): Part[] {
  const hello = records.find(({ bytes }) => bytes[0] === 22 && (bytes[5] === 1 || bytes[5] === 2));
  const clientSends = hello ? hello.sent === (hello.bytes[5] === 1) : true;
  const of = (from: Sender): Part[] => {
    const own = records.filter(({ sent }) => (sent === clientSends) === (from === "client"));
    return own.length > 0 ? [{ from, kind: "records", bytes: concat(own.map(({ bytes }) => bytes)) }] : [];
  };
  return [...of("client"), ...of("server")];
}

export function isGnutls(text: string): boolean {
  return /^\|<\d+>\| (?:HSK|REC|EXT)\[/m.test(text);
}

/** The content of a log of GnuTLS: names and lengths, but no bytes of messages, at any log level. */
export function fromGnutls(text: string): Conversation {
  const said = [
    ...text.matchAll(/HSK\[.*?\]: ([A-Z ]+?)(?: \(\d+\))? was (queued|received)[. ]*\[?(?:Length )?(\d+)?/g),
  ];
  const messages = said.map(([, name, what, length]) => {
    return `${name?.toLowerCase()} ${what === "queued" ? "sent" : "received"}${length ? ` (${length} bytes)` : ""}`;
  });
  const identity = /sent PSK identity '(.*?)'/.exec(text)?.[1];
  const notes = [
    "GnuTLS prints the bytes of messages at no log level, so its log has no binder to verify. " +
      "Capture the connection with tcpdump -w, and open the file here.",
  ];
  if (messages.length > 0) notes.push(`The log mentions: ${messages.join(", ")}.`);
  if (identity !== undefined) notes.push(`The client offered the identity “${identity}”.`);
  return { name: "", parts: [], notes };
}
