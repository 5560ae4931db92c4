// The content of a packet: the header of its link, IPv4 or IPv6, and a TCP segment.

import type { Packet } from "./pcap.js";
import { dataOf } from "./reading.js";

/** A TCP segment, with as many of its bytes as were captured. */
export interface Segment {
  /** Address and port. */
  from: string;
  to: string;
  sequence: number;
  /** Whether it starts a connection (SYN), and as the client (without ACK). */
  begins: boolean;
  opens: boolean;
  bytes: Uint8Array;
  /** The length of its data on the wire, in bytes. */
  length: number;
}

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLANS = [0x8100, 0x88a8, 0x9100];
const PPPOE = 0x8864;
const TCP = 6;

/** The length of a link's header, and the position of the type field in it, in bytes. */
const LINKS: Record<number, { header: number; type?: number }> = {
  // BSD loopback
  0: { header: 4 },
  1: { header: 14, type: 12 },
  12: { header: 0 },
  101: { header: 0 },
  // OpenBSD loopback
  108: { header: 4 },
  // Linux "any"
  113: { header: 16, type: 14 },
  228: { header: 0 },
  229: { header: 0 },
  276: { header: 20, type: 0 },
};

export function isKnownLink(linkType: number): boolean {
  return linkType in LINKS;
}

/** The TCP segment in a packet; `undefined` if there is none that can be read. */
export function segmentIn({ linkType, bytes }: Packet): Segment | undefined {
  const link = LINKS[linkType];
  if (!link || bytes.length < link.header + 20) return undefined;
  let { header } = link;
  const view = dataOf(bytes);
  let type = link.type === undefined ? undefined : view.getUint16(link.type);
  while (type !== undefined && VLANS.includes(type) && bytes.length >= header + 4) {
    type = view.getUint16(header + 2);
    header += 4;
  }
  if (type === PPPOE && bytes.length >= header + 8) {
    type = { 33: IPV4, 87: IPV6 }[view.getUint16(header + 6)];
    header += 8;
  }
  const version = (bytes[header] ?? 0) >> 4;
  if (version === 4 && (type === undefined || type === IPV4)) return segmentInIpv4(bytes.subarray(header));
  if (version === 6 && (type === undefined || type === IPV6)) return segmentInIpv6(bytes.subarray(header));
  return undefined;
}

/** The link types of bytes without a file format, the likelier ones first. */
const LIKELY_LINKS = [1, 101, 113, 276, 0];

/** The link type of a packet, found by the TCP segment in it; `undefined` if it is not a packet. */
export function linkTypeOf(bytes: Uint8Array): number | undefined {
  return LIKELY_LINKS.find((linkType) => segmentIn({ linkType, bytes, length: bytes.length }) !== undefined);
}

function segmentInIpv4(packet: Uint8Array): Segment | undefined {
  if (packet.length < 20) return undefined;
  const view = dataOf(packet);
  const header = (view.getUint8(0) & 15) * 4;
  const total = view.getUint16(2);
  const isFragment = (view.getUint16(6) & 0x3fff) !== 0;
  if (header < 20 || view.getUint8(9) !== TCP || isFragment) return undefined;
  const address = (at: number) => packet.subarray(at, at + 4).join(".");
  // a captured packet without a length is segmented later, by the network card
  const end = total === 0 ? packet.length : total;
  return segmentInTcp(packet.subarray(header, end), end - header, address(12), address(16));
}

/** Extension headers that may precede TCP: hop-by-hop, routing and destination options. */
const EXTENSIONS = [0, 43, 60];

function segmentInIpv6(packet: Uint8Array): Segment | undefined {
  if (packet.length < 40) return undefined;
  const view = dataOf(packet);
  const payload = view.getUint16(4);
  const end = payload === 0 ? packet.length : 40 + payload;
  let next = view.getUint8(6);
  let at = 40;
  while (EXTENSIONS.includes(next) && at + 8 <= packet.length) {
    next = view.getUint8(at);
    at += (view.getUint8(at + 1) + 1) * 8;
  }
  if (next !== TCP) return undefined;
  const address = (from: number) =>
    `[${Array.from({ length: 8 }, (_, word) => view.getUint16(from + 2 * word).toString(16)).join(":")}]`;
  return segmentInTcp(packet.subarray(at, end), end - at, address(8), address(24));
}

const SYN = 2;
const ACK = 16;

function segmentInTcp(tcp: Uint8Array, length: number, source: string, destination: string): Segment | undefined {
  if (tcp.length < 20) return undefined;
  const view = dataOf(tcp);
  const header = (view.getUint8(12) >> 4) * 4;
  if (header < 20 || header > length) return undefined;
  const flags = view.getUint8(13);
  return {
    from: `${source}:${view.getUint16(0)}`,
    to: `${destination}:${view.getUint16(2)}`,
    sequence: view.getUint32(4),
    begins: (flags & SYN) !== 0,
    opens: (flags & (SYN | ACK)) === SYN,
    bytes: tcp.subarray(header),
    length: length - header,
  };
}
