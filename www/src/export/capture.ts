// A connection as a capture file that Wireshark opens: pcapng, with the key log inside and TCP/IP around the bytes.

import {
  BYTE_ORDER,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE,
  SECTION_HEADER,
  TLS_KEY_LOG,
} from "../../../pkg/src/reading/pcapng.js";
import { concat, fromText } from "../page/bytes.js";

/** Bytes that one side sent at a time. */
export interface Chunk {
  from: "client" | "server";
  bytes: Uint8Array;
}

/** Raw IP: the packets begin with IPv4. */
const LINKTYPE_RAW = 101;

/**
 * The ends. There is no network, so these are invented: addresses for documentation (RFC 5737), and a port without
 * another protocol, as Wireshark looks for HTTP in decrypted data at port 443.
 */
const ENDS = {
  client: { address: [192, 0, 2, 1], port: 50_000 },
  server: { address: [192, 0, 2, 2], port: 4433 },
};

/** How much a segment carries: what fits into Ethernet. */
const SEGMENT = 1_460;

const SYN = 0x02;
const ACK = 0x10;
const PSH = 0x08;
const FIN = 0x01;

/** The file. `keyLog` contains the lines of one side's key log. */
export function pcapng(chunks: readonly Chunk[], keyLog: readonly string[]): Uint8Array {
  const secrets = fromText(keyLog.map((line) => `${line}\n`).join(""));
  const section = fields([BYTE_ORDER, 4], [1, 2], [0, 2], [0xffffffff, 4], [0xffffffff, 4]);
  const interfaceOf = fields([LINKTYPE_RAW, 2], [0, 2], [0, 4]);
  const secretsBlock = concat([fields([TLS_KEY_LOG, 4], [secrets.length, 4]), padded(secrets)]);
  return concat([
    block(SECTION_HEADER, section),
    block(INTERFACE, interfaceOf),
    // before the packets that it decrypts
    ...(secrets.length > 0 ? [block(DECRYPTION_SECRETS, secretsBlock)] : []),
    ...packetsOf(chunks).map((packet, at) => block(ENHANCED_PACKET, packetBlock(packet, at))),
  ]);
}

/** One packet each millisecond since 1970: the order is real, the times are unknown. */
function packetBlock(packet: Uint8Array, at: number): Uint8Array {
  return concat([fields([0, 4], [0, 4], [at * 1000, 4], [packet.length, 4], [packet.length, 4]), padded(packet)]);
}

function packetsOf(chunks: readonly Chunk[]): Uint8Array[] {
  const sent = { client: 1, server: 1 };
  const packets: Uint8Array[] = [];
  const send = (from: Chunk["from"], flags: number, bytes: Uint8Array = new Uint8Array(), sequence = sent[from]) => {
    const to = from === "client" ? "server" : "client";
    packets.push(ipv4(from, tcp(from, flags, sequence, flags & ACK ? sent[to] : 0, bytes), packets.length));
    sent[from] += bytes.length + (flags & FIN ? 1 : 0);
  };
  send("client", SYN, undefined, 0);
  send("server", SYN | ACK, undefined, 0);
  send("client", ACK);
  for (const { from, bytes } of chunks) {
    for (let at = 0; at < bytes.length; at += SEGMENT) send(from, PSH | ACK, bytes.subarray(at, at + SEGMENT));
  }
  send("client", FIN | ACK);
  send("server", FIN | ACK);
  send("client", ACK);
  return packets;
}

function tcp(from: Chunk["from"], flags: number, sequence: number, acknowledged: number, bytes: Uint8Array) {
  const to = from === "client" ? "server" : "client";
  const [source, destination] = [ENDS[from], ENDS[to]];
  const segment = concat([
    bigEndian(
      [source.port, 2],
      [destination.port, 2],
      [sequence, 4],
      [acknowledged, 4],
      [0x50, 1],
      [flags, 1],
      [0xffff, 2],
      [0, 2],
      [0, 2],
    ),
    bytes,
  ]);
  const pseudo = Uint8Array.from([...source.address, ...destination.address, 0, 6]);
  write16(segment, 16, checksum(concat([pseudo, bigEndian([segment.length, 2]), segment])));
  return segment;
}

function ipv4(from: Chunk["from"], payload: Uint8Array, identification: number): Uint8Array {
  const to = from === "client" ? "server" : "client";
  const header = concat([
    bigEndian([0x45, 1], [0, 1], [20 + payload.length, 2], [identification, 2], [0x4000, 2], [64, 1], [6, 1], [0, 2]),
    Uint8Array.from([...ENDS[from].address, ...ENDS[to].address]),
  ]);
  write16(header, 10, checksum(header));
  return concat([header, payload]);
}

/** The checksum of the Internet (RFC 1071). */
function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const [at, byte] of bytes.entries()) sum += at % 2 === 0 ? byte << 8 : byte;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function write16(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(at, value);
}

function block(type: number, body: Uint8Array): Uint8Array {
  const length = body.length + 12;
  return concat([fields([type, 4], [length, 4]), body, fields([length, 4])]);
}

/** Zeros up to a multiple of four bytes. */
function padded(bytes: Uint8Array): Uint8Array {
  return concat([bytes, new Uint8Array(-bytes.length & 3)]);
}

type Sized = readonly [value: number, size: 1 | 2 | 4];

/** Numbers of the file format, in little-endian order, as its byte-order magic says. */
function fields(...values: Sized[]): Uint8Array {
  return concat(values.map(([value, size]) => Uint8Array.from({ length: size }, (_, at) => value >>> (8 * at))));
}

/** Numbers in network byte order. */
function bigEndian(...values: Sized[]): Uint8Array {
  return concat(values.map((value) => fields(value).reverse()));
}
