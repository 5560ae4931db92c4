// The packets of capture files, pcap and pcapng. In a damaged file, the packets before the damage are read, and the
// damage is reported.

import {
  BYTE_ORDER,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE,
  SECTION_HEADER,
  SIMPLE_PACKET,
  TLS_KEY_LOG,
} from "./pcapng.js";
import { count, dataOf } from "./reading.js";

/** A packet as it was captured. */
export interface Packet {
  /** The LINKTYPE_ number: the format of the first header. */
  linkType: number;
  bytes: Uint8Array;
  /** The length on the wire, in bytes. */
  length: number;
}

/** The content of a capture file, as far as it can be read. */
export interface Capture {
  format: "pcap" | "pcapng";
  packets: Packet[];
  /** The key logs in it (RFC 9850), for which pcapng has a block. */
  keyLog: string;
  /** Sentences about missing parts. */
  notes: string[];
}

/** In the byte order of the file: microseconds, nanoseconds, and the longer headers of Kuznetsov's patch. */
const PCAP_HEADERS = new Map([
  [0xa1b2c3d4, 16],
  [0xa1b23c4d, 16],
  [0xa1b2cd34, 24],
]);

/** The format of packets in files from before 2009. */
const OBSOLETE_PACKET = 2;

export function isCapture(file: Uint8Array): boolean {
  if (file.length < 4) return false;
  const view = dataOf(file);
  const [big, little] = [view.getUint32(0), view.getUint32(0, true)];
  return big === SECTION_HEADER || PCAP_HEADERS.has(big) || PCAP_HEADERS.has(little);
}

export function readCapture(file: Uint8Array): Capture {
  return dataOf(file).getUint32(0) === SECTION_HEADER ? readPcapng(file) : readPcap(file);
}

function readPcap(file: Uint8Array): Capture {
  const view = dataOf(file);
  const little = PCAP_HEADERS.has(view.getUint32(0, true));
  const header = PCAP_HEADERS.get(view.getUint32(0, little)) ?? 16;
  const capture: Capture = { format: "pcap", packets: [], keyLog: "", notes: [] };
  if (file.length < 24) {
    capture.notes.push("The file ends inside its header.");
    return capture;
  }
  // the upper half is about checksums
  const linkType = view.getUint32(20, little) & 0xffff;
  for (let at = 24; at < file.length; ) {
    const whole = at + header <= file.length;
    const captured = whole ? view.getUint32(at + 8, little) : 0;
    const bytes = file.subarray(at + header, at + header + captured);
    if (!whole || bytes.length < captured) capture.notes.push(endsInside(capture.packets.length + 1));
    if (!whole) break;
    capture.packets.push({ linkType, bytes, length: view.getUint32(at + 12, little) });
    at += header + captured;
  }
  return capture;
}

interface Interface {
  linkType: number;
  snapLength: number;
}

function readPcapng(file: Uint8Array): Capture {
  const view = dataOf(file);
  const capture: Capture = { format: "pcapng", packets: [], keyLog: "", notes: [] };
  let interfaces: Interface[] = [];
  let little = false;
  for (let at = 0; at + 12 <= file.length; ) {
    if (view.getUint32(at) === SECTION_HEADER) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER;
      interfaces = [];
    }
    const type = view.getUint32(at, little);
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0) {
      capture.notes.push(`The file is damaged at byte ${at}: a block claims to be ${count(length, "byte")} long.`);
      return capture;
    }
    // if the file ends within a block, the bytes that exist
    const body = file.subarray(at + 8, Math.min(at + length - 4, file.length));
    if (at + length > file.length) capture.notes.push(endsInside(capture.packets.length + 1));
    readBlock(type, body, little, interfaces, capture);
    at += length;
  }
  return capture;
}

function readBlock(type: number, body: Uint8Array, little: boolean, interfaces: Interface[], capture: Capture): void {
  const view = dataOf(body);
  const number = (at: number) => (at + 4 <= body.length ? view.getUint32(at, little) : 0);
  const packet = (of: number, start: number, captured: number, length: number) => {
    const bytes = body.subarray(start, start + captured);
    // an interface without a description is most often Ethernet
    capture.packets.push({ linkType: interfaces[of]?.linkType ?? 1, bytes, length });
  };
  if (type === INTERFACE && body.length >= 8) {
    interfaces.push({ linkType: view.getUint16(0, little), snapLength: number(4) });
  } else if (type === ENHANCED_PACKET) {
    packet(number(0), 20, number(12), number(16));
  } else if (type === OBSOLETE_PACKET) {
    packet(body.length >= 2 ? view.getUint16(0, little) : 0, 20, number(12), number(16));
  } else if (type === SIMPLE_PACKET) {
    const length = number(0);
    packet(0, 4, Math.min(length, interfaces[0]?.snapLength || length), length);
  } else if (type === DECRYPTION_SECRETS && number(0) === TLS_KEY_LOG) {
    capture.keyLog += `${new TextDecoder().decode(body.subarray(8, 8 + number(4)))}\n`;
  }
}

function endsInside(packet: number): string {
  return `The file ends inside packet ${packet}.`;
}
