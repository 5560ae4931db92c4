// The captures that the page saves, read by the package's own reader; tshark reads them in tests/browser/demo.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { pure } from "./support/bundled.mjs";

let page;
before(async () => {
  page = await pure("export/capture", "../../pkg/src/reading/read", "../../pkg/src/reading/pcap");
});

const record = (type, length, fill) =>
  Uint8Array.from([type, 3, 3, length >> 8, length & 0xff, ...Array(length).fill(fill)]);
const HELLO = Uint8Array.from([...record(22, 42, 0).subarray(0, 5), 1, 0, 0, 38, 3, 3, ...Array(36).fill(7)]);
const LINES = ["CLIENT_HANDSHAKE_TRAFFIC_SECRET 00 11", "SERVER_HANDSHAKE_TRAFFIC_SECRET 00 22"];

/** The sum that the checksum of the Internet makes zero (RFC 1071). */
function sums(bytes) {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at] << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

test("each side's bytes come back in their order, with the key log", () => {
  const chunks = [
    { from: "client", bytes: HELLO },
    { from: "server", bytes: record(22, 90, 2) },
    // more than a segment carries
    { from: "client", bytes: record(23, 5_000, 3) },
    { from: "client", bytes: record(23, 1, 4) },
  ];
  const { format, conversations, keyLog, notes } = page.readNow(page.pcapng(chunks, LINES));
  assert.equal(format, "a capture (pcapng)");
  assert.equal(conversations.length, 1);
  assert.deepEqual([notes, conversations[0].notes], [[], []]);
  for (const side of ["client", "server"]) {
    const sent = Buffer.concat(chunks.filter(({ from }) => from === side).map(({ bytes }) => bytes));
    const read = conversations[0].parts.filter(({ from }) => from === side).map(({ bytes }) => bytes);
    assert.deepEqual(Buffer.concat(read), sent, side);
  }
  assert.equal(keyLog.trim(), LINES.join("\n"));
});

test("every packet has the checksums of IP and TCP, and no segment is larger than Ethernet's", () => {
  const { packets } = page.readCapture(page.pcapng([{ from: "client", bytes: record(23, 4_001, 9) }], []));
  // three to begin, three with data, three to end
  assert.equal(packets.length, 9);
  for (const { bytes } of packets) {
    const [header, segment] = [bytes.subarray(0, 20), bytes.subarray(20)];
    assert.equal(sums(header), 0xffff);
    const pseudo = [...bytes.subarray(12, 20), 0, 6, segment.length >> 8, segment.length & 0xff];
    assert.equal(sums([...pseudo, ...segment]), 0xffff);
    assert.ok(bytes.length <= 1_500);
  }
});

test("without a key log there is none in the file", () => {
  const { keyLog } = page.readNow(page.pcapng([{ from: "client", bytes: HELLO }], []));
  assert.equal(keyLog, "");
});
