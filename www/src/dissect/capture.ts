// Capture files, pcap and pcapng, as the packets in them. Nothing is guessed: a file that is not what it says is refused.

import {
  BYTE_ORDER,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE,
  SECTION_HEADER,
  SIMPLE_PACKET,
  TLS_KEY_LOG,
} from "../pcapng.js";
import { InputError } from "./input-error.js";

export interface Packet {
  /** LINKTYPE_ number: what the bytes begin with. */
  linkType: number;
  bytes: Uint8Array;
}

const PCAP_MAGICS = [0xa1b2c3d4, 0xa1b23c4d];

export function isCapture(file: Uint8Array): boolean {
  if (file.length < 12) return false;
  const view = viewOf(file);
  return (
    view.getUint32(0) === SECTION_HEADER ||
    PCAP_MAGICS.includes(view.getUint32(0)) ||
    PCAP_MAGICS.includes(view.getUint32(0, true))
  );
}

export interface Capture {
  packets: Packet[];
  /** The key logs in it (RFC 9850), which pcapng has a block for. */
  keyLog: string;
}

export function readCapture(file: Uint8Array): Capture {
  const isPcapng = viewOf(file).getUint32(0) === SECTION_HEADER;
  return isPcapng ? readPcapng(file) : { packets: packetsInPcap(file), keyLog: "" };
}

function packetsInPcap(file: Uint8Array): Packet[] {
  const view = viewOf(file);
  const little = PCAP_MAGICS.includes(view.getUint32(0, true));
  if (file.length < 24) throw cutShort(file.length);
  // the upper half tells of checksums
  const linkType = view.getUint32(20, little) & 0xffff;
  const packets: Packet[] = [];
  for (let at = 24; at < file.length; ) {
    if (at + 16 > file.length) throw cutShort(at);
    const length = view.getUint32(at + 8, little);
    if (at + 16 + length > file.length) throw cutShort(at);
    packets.push({ linkType, bytes: file.subarray(at + 16, at + 16 + length) });
    at += 16 + length;
  }
  return packets;
}

function readPcapng(file: Uint8Array): Capture {
  const view = viewOf(file);
  const packets: Packet[] = [];
  let keyLog = "";
  let interfaces: { linkType: number; snapLength: number }[] = [];
  let little = false;
  for (let at = 0; at < file.length; ) {
    if (at + 12 > file.length) throw cutShort(at);
    if (view.getUint32(at) === SECTION_HEADER) {
      little = view.getUint32(at + 8, true) === BYTE_ORDER;
      if (!little && view.getUint32(at + 8) !== BYTE_ORDER) throw broken("the section has no byte order", at + 8);
      interfaces = [];
    }
    const type = view.getUint32(at, little);
    const length = view.getUint32(at + 4, little);
    if (length < 12 || length % 4 !== 0) throw broken(`a block cannot be ${length} bytes long`, at + 4);
    if (at + length > file.length) throw cutShort(at);
    if (view.getUint32(at + length - 4, little) !== length) throw broken("a block ends with another length", at);

    const body = new DataView(file.buffer, file.byteOffset + at + 8, length - 12);
    const octets = (from: number, count: number) => {
      if (from + count > body.byteLength) throw broken("a packet is longer than its block", at);
      return file.subarray(at + 8 + from, at + 8 + from + count);
    };
    if (type === INTERFACE) {
      if (body.byteLength < 8) throw broken("an interface is too short", at);
      interfaces.push({ linkType: body.getUint16(0, little), snapLength: body.getUint32(4, little) });
    } else if (type === ENHANCED_PACKET) {
      if (body.byteLength < 20) throw broken("a packet is too short", at);
      const of = interfaces[body.getUint32(0, little)];
      if (!of) throw broken("a packet names an interface that there is not", at + 8);
      packets.push({ linkType: of.linkType, bytes: octets(20, body.getUint32(12, little)) });
    } else if (type === DECRYPTION_SECRETS) {
      if (body.byteLength < 8) throw broken("secrets are too short", at);
      const secrets = octets(8, body.getUint32(4, little));
      if (body.getUint32(0, little) === TLS_KEY_LOG) keyLog += `${new TextDecoder().decode(secrets)}\n`;
    } else if (type === SIMPLE_PACKET) {
      const of = interfaces[0];
      if (!of || body.byteLength < 4) throw broken("a packet is of no interface", at);
      const original = body.getUint32(0, little);
      packets.push({ linkType: of.linkType, bytes: octets(4, Math.min(original, of.snapLength || original)) });
    }
    at += length;
  }
  return { packets, keyLog };
}

function viewOf(file: Uint8Array): DataView {
  return new DataView(file.buffer, file.byteOffset, file.byteLength);
}

function cutShort(at: number): InputError {
  return new InputError("CaptureCutShort", "the capture ends in the middle of a packet", `byte ${at}`);
}

function broken(message: string, at: number): InputError {
  return new InputError("NotACapture", message, `byte ${at}`);
}
