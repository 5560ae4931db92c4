// Packets as TCP flows, and those as the two streams of bytes that they carried.

import { concat } from "../bytes.js";
import type { Packet } from "./capture.js";
import { InputError } from "./input-error.js";

export interface Flow {
  /** Such as "10.0.0.1:50000 → 10.0.0.2:443", the client first. */
  name: string;
  client: Uint8Array;
  server: Uint8Array;
}

interface Segment {
  from: string;
  to: string;
  sequence: number;
  begins: boolean;
  bytes: Uint8Array;
}

/** The flows that carry TLS, in the order in which they begin. */
export function tlsFlows(packets: readonly Packet[]): Flow[] {
  const flows = new Map<string, Segment[]>();
  for (const packet of packets) {
    const segment = segmentIn(packet);
    if (!segment) continue;
    const key = [segment.from, segment.to].sort().join(" ");
    const known = flows.get(key);
    if (known) known.push(segment);
    else flows.set(key, [segment]);
  }
  return [...flows.values()].flatMap((segments) => {
    const first = segments.find(({ bytes }) => bytes.length > 0);
    if (first?.bytes[0] !== HANDSHAKE_RECORD) return [];
    const { from, to } = first;
    const stream = (of: string) => joined(segments.filter((segment) => segment.from === of));
    return [{ name: `${from} → ${to}`, client: stream(from), server: stream(to) }];
  });
}

/** The first byte of a record that holds a ClientHello. */
const HANDSHAKE_RECORD = 22;

/** The bytes of one direction in the order of their sequence numbers, each once. */
function joined(segments: readonly Segment[]): Uint8Array {
  const start = segments.find(({ begins }) => begins);
  const first = start ? start.sequence + 1 : Math.min(...segments.map(({ sequence }) => sequence));
  const chunks: Uint8Array[] = [];
  let next = 0;
  const placed = segments
    .filter(({ bytes }) => bytes.length > 0)
    // sequence numbers wrap around at 2^32
    .map(({ sequence, bytes }) => ({ at: (sequence - first) | 0, bytes }))
    .sort((a, b) => a.at - b.at);
  for (const { at, bytes } of placed) {
    if (at > next) {
      const message = `${at - next} bytes of the flow are not in the capture`;
      throw new InputError("SegmentMissing", message, `byte ${next} of the flow`);
    }
    const fresh = bytes.subarray(next - at);
    chunks.push(fresh);
    next += fresh.length;
  }
  return concat(chunks);
}

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLANS = [0x8100, 0x88a8];
const TCP = 6;

/** How many bytes of a link's header there are, and where in it the type of what follows stands. */
const LINKS: Record<number, { header: number; type?: number }> = {
  0: { header: 4 },
  1: { header: 14, type: 12 },
  101: { header: 0 },
  108: { header: 4 },
  113: { header: 16, type: 14 },
  228: { header: 0 },
  229: { header: 0 },
  276: { header: 20, type: 0 },
};

function segmentIn({ linkType, bytes }: Packet): Segment | undefined {
  const link = LINKS[linkType];
  if (!link) throw new InputError("UnknownLinkType", `packets of link type ${linkType} cannot be read here`);
  let { header } = link;
  if (bytes.length < header + 20) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let type = link.type === undefined ? undefined : view.getUint16(link.type);
  while (type !== undefined && VLANS.includes(type) && bytes.length >= header + 4) {
    type = view.getUint16(header + 2);
    header += 4;
  }
  const version = (bytes[header] ?? 0) >> 4;
  if (version === 4 && (type === undefined || type === IPV4)) return segmentInIpv4(bytes.subarray(header));
  if (version === 6 && (type === undefined || type === IPV6)) return segmentInIpv6(bytes.subarray(header));
  return undefined;
}

function segmentInIpv4(packet: Uint8Array): Segment | undefined {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const header = (view.getUint8(0) & 15) * 4;
  const total = view.getUint16(2);
  const isFragment = (view.getUint16(6) & 0x3fff) !== 0;
  if (header < 20 || view.getUint8(9) !== TCP || isFragment) return undefined;
  const address = (at: number) => packet.subarray(at, at + 4).join(".");
  // a captured packet of no length was cut by the network card later
  const end = total === 0 ? packet.length : total;
  return segmentInTcp(packet.subarray(header, end), address(12), address(16));
}

/** Extension headers that may stand before TCP: hop-by-hop, routing and destination options. */
const EXTENSIONS = [0, 43, 60];

function segmentInIpv6(packet: Uint8Array): Segment | undefined {
  if (packet.length < 40) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const end = 40 + view.getUint16(4);
  let next = view.getUint8(6);
  let at = 40;
  while (EXTENSIONS.includes(next) && at + 8 <= packet.length) {
    next = view.getUint8(at);
    at += (view.getUint8(at + 1) + 1) * 8;
  }
  if (next !== TCP) return undefined;
  const address = (from: number) =>
    `[${Array.from({ length: 8 }, (_, word) => view.getUint16(from + 2 * word).toString(16)).join(":")}]`;
  return segmentInTcp(packet.subarray(at, end), address(8), address(24));
}

function segmentInTcp(tcp: Uint8Array, source: string, destination: string): Segment | undefined {
  if (tcp.length < 20) return undefined;
  const view = new DataView(tcp.buffer, tcp.byteOffset, tcp.byteLength);
  const flags = view.getUint8(13);
  return {
    from: `${source}:${view.getUint16(0)}`,
    to: `${destination}:${view.getUint16(2)}`,
    sequence: view.getUint32(4),
    begins: (flags & 2) !== 0,
    bytes: tcp.subarray((view.getUint8(12) >> 4) * 4),
  };
}
