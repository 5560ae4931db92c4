// Assembles packets into TCP connections, each with its two streams of bytes, and reports missing bytes.

import { concat } from "../bytes.js";
import { isKnownLink, type Segment, segmentIn } from "./packets.js";
import type { Packet } from "./pcap.js";
import { type Conversation, count } from "./reading.js";
import { helloAt, isRecord, withoutPreamble } from "./tls.js";

/** How much is kept of a direction, in bytes: the handshake is at its beginning. */
const KEPT = 1 << 18;

/** The connections in packets. */
export interface Flows {
  conversations: Conversation[];
  /** The number of TCP connections, with or without TLS. */
  connections: number;
  notes: string[];
}

/** The connections that carry TLS, in the order in which they begin. */
export function tlsFlows(packets: readonly Packet[]): Flows {
  const notes: string[] = [];
  const unknown = packets.filter(({ linkType }) => !isKnownLink(linkType));
  if (unknown.length > 0) {
    const types = [...new Set(unknown.map(({ linkType }) => linkType))].join(", ");
    notes.push(`${count(unknown.length, "packet")} of link type ${types} cannot be read here and were left out.`);
  }
  const connections = connectionsIn(packets.flatMap((packet) => segmentIn(packet) ?? []));
  const conversations = connections.flatMap((segments) => conversationOf(segments) ?? []);
  return { conversations, connections: connections.length, notes };
}

/** Segments by connection. A reused port makes two: each begins with a SYN with another number. */
function connectionsIn(segments: readonly Segment[]): Segment[][] {
  const all: Segment[][] = [];
  const current = new Map<string, Segment[]>();
  for (const segment of segments) {
    const key = [segment.from, segment.to].sort().join(" ");
    const known = current.get(key);
    const begun = known?.find(({ opens }) => opens);
    const again = segment.opens && begun !== undefined && begun.sequence !== segment.sequence;
    if (known && !again) {
      known.push(segment);
      continue;
    }
    const fresh = [segment];
    current.set(key, fresh);
    all.push(fresh);
  }
  return all;
}

function conversationOf(segments: readonly Segment[]): Conversation | undefined {
  const opener = segments.find(({ opens }) => opens) ?? segments.find(({ length }) => length > 0);
  if (!opener) return undefined;
  const ends = [opener.from, opener.to].map((end) => {
    const stream = streamOf(segments.filter(({ from }) => from === end));
    const { bytes, note } = tlsIn(stream);
    return { end, ...stream, bytes, note };
  });
  const hello = ends.find(({ bytes }) => isRecord(bytes));
  if (!hello) return undefined;
  // if the capture begins after the connection, the bytes show which side is the client
  const first = ends.find(({ bytes }) => isRecord(bytes) && bytes[5] === 1) ?? ends[0];
  const [client, server] = first === ends[1] ? [ends[1], ends[0]] : ends;
  if (!client || !server) return undefined;
  const sides = [
    { from: "client" as const, ...client },
    { from: "server" as const, ...server },
  ];
  const notes = sides.flatMap(({ from, holes, note, more }) => {
    const who = `the ${from}`;
    return [
      ...(note ? [`From ${who}: ${note}`] : []),
      ...(holes[0] ? [holeNote(holes[0], who)] : []),
      ...(more > 0 ? [`The last ${count(more, "byte")} from ${who} are not shown.`] : []),
    ];
  });
  const parts = sides.filter(({ bytes }) => bytes.length > 0 && isRecord(bytes));
  return {
    name: `${client.end} → ${server.end}`,
    parts: parts.map(({ from, bytes }) => ({ from, kind: "records", bytes })),
    notes,
  };
}

/** Bytes that are missing from the capture. */
interface Hole {
  /** How many bytes precede it. */
  at: number;
  length: number;
}

interface Stream {
  /** Runs without a gap, each with the gap before it. */
  runs: Uint8Array[];
  holes: Hole[];
  /** How many bytes at the end were left out because of the limit. */
  more: number;
}

function holeNote({ at, length }: Hole, who: string): string {
  const missing = `${count(length, "byte")} from ${who} ${length === 1 ? "is" : "are"} missing from the capture`;
  return at === 0 ? `${missing}, before the first.` : `${missing} after the first ${at}; what follows is not shown.`;
}

/** The bytes of one direction in the order of their sequence numbers, each once. */
function streamOf(segments: readonly Segment[]): Stream {
  const runs: Uint8Array[][] = [[]];
  const holes: Hole[] = [];
  const start = segments.find(({ begins }) => begins);
  const sequences = segments.map(({ sequence }) => sequence);
  const first = start ? start.sequence + 1 : (sequences[0] ?? 0);
  const placed = segments
    .filter(({ length }) => length > 0)
    // data in a SYN (TCP Fast Open) counts from the number after it; sequence numbers wrap around at 2^32
    .map(({ sequence, begins, bytes, length }) => ({ at: (sequence + (begins ? 1 : 0) - first) | 0, bytes, length }))
    .sort((a, b) => a.at - b.at || b.bytes.length - a.bytes.length);
  // without a SYN, a retransmission may come first
  let next = start ? 0 : (placed[0]?.at ?? 0);
  let kept = 0;
  let more = 0;
  for (const { at, bytes, length } of placed) {
    if (at > next) {
      holes.push({ at: kept, length: at - next });
      runs.push([]);
      next = at;
    }
    const fresh = bytes.subarray(next - at);
    if (at + length <= next) continue;
    if (kept + fresh.length > KEPT) {
      more += fresh.length;
    } else {
      runs.at(-1)?.push(fresh);
      kept += fresh.length;
    }
    next = Math.max(next, at + bytes.length);
  }
  const last = placed.at(-1);
  // the length by which the last packet was cut
  const behind = last ? last.at + last.length - next : 0;
  if (behind > 0) holes.push({ at: kept, length: behind });
  return { runs: runs.map(concat), holes, more };
}

/** The first run of bytes in which TLS begins. */
function tlsIn({ runs }: Stream): { bytes: Uint8Array; note: string | undefined } {
  const run = runs.find((bytes) => isRecord(bytes) || helloAt(bytes) !== -1);
  return run ? withoutPreamble(run) : { bytes: new Uint8Array(), note: undefined };
}
