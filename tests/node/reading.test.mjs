// The readers of captures and dumps: damaged, truncated or hostile input is read as far as possible, and never crashes
// them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { read, readNow } from "../../pkg/dist/reading/read.js";
import { messagesOf } from "../../pkg/dist/reading/tls.js";
import { published } from "./support/vectors.mjs";

const HELLO = published("ClientHello record");
const ANSWER = published("ServerHello record");

const SYN = 2;
const ACK = 16;

/** A packet of TCP in IPv4, without checksums. */
function packet({ from = 50001, to = 443, sequence = 0, flags = ACK, data = Buffer.alloc(0) }) {
  const ip = Buffer.alloc(40);
  ip[0] = 0x45;
  ip.writeUInt16BE(40 + data.length, 2);
  ip[9] = 6;
  ip.set([192, 0, 2, from > to ? 1 : 2], 12);
  ip.set([192, 0, 2, from > to ? 2 : 1], 16);
  ip.writeUInt16BE(from, 20);
  ip.writeUInt16BE(to, 22);
  ip.writeUInt32BE(sequence >>> 0, 24);
  ip[32] = 0x50;
  ip[33] = flags;
  return Buffer.concat([ip, data]);
}

/** A pcap file of packets, with at most `snap` bytes of each. */
function pcap(packets, { snap = 65535, linkType = 101 } = {}) {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt32LE(linkType, 20);
  const rows = packets.map((bytes) => {
    const row = Buffer.alloc(16);
    row.writeUInt32LE(Math.min(bytes.length, snap), 8);
    row.writeUInt32LE(bytes.length, 12);
    return Buffer.concat([row, bytes.subarray(0, snap)]);
  });
  return new Uint8Array(Buffer.concat([header, ...rows]));
}

const syn = (sequence, more = {}) => packet({ sequence, flags: SYN, ...more });
const part = (sequence, data, more = {}) => packet({ sequence, data, ...more });

/** The one conversation of a capture, with its first message. */
function only(file) {
  const { conversations, notes } = readNow(file);
  assert.equal(conversations.length, 1);
  const [message] = messagesOf(conversations[0]);
  return { message, notes: [...notes, ...conversations[0].notes].join(" ") };
}

const isWhole = ({ message }) => assert.deepEqual(Buffer.from(message.bytes), HELLO.subarray(5));

test("data in a SYN, as TCP Fast Open has it, loses no byte", () => {
  isWhole(only(pcap([syn(1000, { data: HELLO })])));
  // the server may not have taken it, and it is sent again
  isWhole(only(pcap([syn(1000, { data: HELLO.subarray(0, 50) }), part(1001, HELLO)])));
});

test("segments out of order, sent twice, overlapping and around 2^32 make one stream", () => {
  const start = 2 ** 32 - 20;
  const at = (from, to) => part(start + 1 + from, HELLO.subarray(from, to));
  isWhole(only(pcap([syn(start), at(100, 300), at(0, 120), at(0, 120), at(300, HELLO.length), at(250, 320)])));
});

test("ports that are used twice make two connections", () => {
  const other = Buffer.from(HELLO);
  other[20] ^= 1;
  const { conversations } = readNow(pcap([syn(1000), part(1001, HELLO), syn(5000), part(5001, other)]));
  const hellos = conversations.map((each) => Buffer.from(messagesOf(each)[0].bytes));
  assert.deepEqual(hellos, [HELLO.subarray(5), other.subarray(5)]);
  // a SYN that is sent again begins none
  assert.equal(readNow(pcap([syn(1000), syn(1000), part(1001, HELLO)])).conversations.length, 1);
});

test("a segment that is missing behind the hello is told, and the hello is whole", () => {
  const found = only(pcap([syn(0), part(1, HELLO), part(1 + HELLO.length + 40, Buffer.alloc(10, 23))]));
  isWhole(found);
  assert.match(found.notes, /40 bytes from the client are missing from the capture after the first 517/);
});

test("a segment that is missing inside the hello leaves its beginning", () => {
  const found = only(pcap([syn(0), part(1, HELLO.subarray(0, 200)), part(301, HELLO.subarray(300))]));
  assert.equal(found.message.bytes.length, 195);
  assert.equal(found.message.missing, HELLO.length - 200);
  assert.match(found.notes, /100 bytes from the client are missing/);
});

test("a capture that begins after the SYN, or with the server, knows who is the client", () => {
  const answer = part(9, ANSWER, { from: 443, to: 50001 });
  const { conversations } = readNow(pcap([answer, part(77, HELLO)]));
  assert.match(conversations[0].name, /:50001 → .*:443$/);
  assert.deepEqual(
    messagesOf(conversations[0]).map(({ from, type }) => [from, type]),
    [
      ["client", 1],
      ["server", 2],
    ],
  );
});

test("a file that ends inside a packet shows the packets before it, and what there is of that one", () => {
  const whole = pcap([syn(0), part(1, HELLO), part(1 + HELLO.length, Buffer.alloc(100, 23))]);
  const found = only(whole.subarray(0, whole.length - 60));
  isWhole(found);
  assert.match(found.notes, /ends inside packet 3/);
  const half = only(pcap([syn(0), part(1, HELLO)]).subarray(0, -17));
  assert.equal(half.message.missing, 17);
});

test("STARTTLS in a capture is skipped on both sides", () => {
  const hi = Buffer.from("220 mail.example ESMTP\r\n");
  const start = Buffer.from("STARTTLS\r\n");
  const server = { from: 443, to: 50001 };
  const found = only(
    pcap([
      syn(0),
      syn(0, { ...server, flags: SYN | ACK }),
      part(1, hi, server),
      part(1, start),
      part(1 + start.length, HELLO),
      part(1 + hi.length, ANSWER, server),
    ]),
  );
  isWhole(found);
  assert.match(found.notes, /From the client: 10 bytes before TLS were skipped.*From the server: 24 bytes/);
});

/** A pcapng file: interfaces by their link types, and packets with the number of theirs. */
function pcapng(linkTypes, packets) {
  const block = (type, body) => {
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 3)]);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(padded.length + 12);
    const kind = Buffer.alloc(4);
    kind.writeUInt32LE(type);
    return Buffer.concat([kind, length, padded, length]);
  };
  const section = Buffer.from("4d3c2b1a01000000ffffffffffffffff", "hex");
  const interfaces = linkTypes.map((linkType) => block(1, Buffer.of(linkType, 0, 0, 0, 0, 0, 0, 0)));
  const rows = packets.map(([of, bytes]) => {
    const head = Buffer.alloc(20);
    head.writeUInt32LE(of, 0);
    head.writeUInt32LE(bytes.length, 12);
    head.writeUInt32LE(bytes.length, 16);
    return block(6, Buffer.concat([head, bytes]));
  });
  return new Uint8Array(Buffer.concat([block(0x0a0d0d0a, section), ...interfaces, ...rows]));
}

test("packets of an interface that cannot be read are left out, and counted", () => {
  const found = only(
    pcapng(
      [101, 105],
      [
        [0, syn(0)],
        [1, Buffer.alloc(60)],
        [0, part(1, HELLO)],
        [1, Buffer.alloc(60)],
      ],
    ),
  );
  isWhole(found);
  assert.match(found.notes, /2 packets of link type 105 cannot be read here and were left out/);
  // one that the file does not describe is taken for Ethernet
  const ethernet = (ip) => Buffer.concat([Buffer.alloc(12), Buffer.of(8, 0), ip]);
  isWhole(
    only(
      pcapng(
        [],
        [
          [7, ethernet(syn(0))],
          [7, ethernet(part(1, HELLO))],
        ],
      ),
    ),
  );
});

test("a pcapng file that is broken in the middle shows what comes before", () => {
  const whole = pcapng(
    [101],
    [
      [0, syn(0)],
      [0, part(1, HELLO)],
    ],
  );
  const broken = Buffer.concat([whole, Buffer.from("0600000005000000000000000000000005000000", "hex")]);
  const found = only(new Uint8Array(broken));
  isWhole(found);
  assert.match(found.notes, /damaged at byte \d+: a block claims to be 5 bytes long/);
  const cut = only(whole.subarray(0, -100));
  assert.ok(cut.message.missing > 0);
  assert.match(cut.notes, /ends inside packet 2/);
});

test("a capture without TLS says what it has", () => {
  assert.throws(
    () => readNow(pcap([syn(0), part(1, Buffer.from("GET / HTTP/1.1\r\n"))])),
    /2 packets, 1 connection of TCP/,
  );
  assert.throws(() => readNow(pcap([])), /0 packets/);
  assert.throws(() => readNow(pcap([HELLO], { linkType: 147 })), /link type 147 cannot be read/);
});

test("text of RFC 8448 is read with its line breaks and pages", () => {
  const rows = HELLO.toString("hex")
    .replace(/../g, "$& ")
    .match(/.{1,48}/g);
  const half = rows.length >> 1;
  const page = "\n\n\n\nThomson                       Informational                     [Page 17]\n\n";
  const text = `   {client}  send handshake record:\n\n      complete record (517 octets):  ${rows.slice(0, half).join("\n         ")}`;
  const { conversations } = readNow(`${text}\n         ${rows.slice(half).join("\n         ")}\n${page}`);
  assert.deepEqual(Buffer.from(messagesOf(conversations[0])[0].bytes), HELLO.subarray(5));
});

test("the debug output of Java is read, with its gap in the middle of a row", () => {
  const rows = [];
  for (let at = 0; at < HELLO.length; at += 16) {
    const [left, right] = [HELLO.subarray(at, at + 8), HELLO.subarray(at + 8, at + 16)].map((half) =>
      half
        .toString("hex")
        .toUpperCase()
        .replace(/..(?=.)/g, "$& "),
    );
    const text = HELLO.subarray(at, at + 16)
      .toString("latin1")
      .replace(/[^ -~]/g, ".");
    rows.push(`  ${at.toString(16).toUpperCase().padStart(4, "0")}: ${`${left}   ${right}`.padEnd(50)}  ${text}`);
  }
  const head = "javax.net.ssl|DEBUG|10|main|2026-01-01 12:00:00.000 UTC|SSLSocketOutputRecord.java:261|Raw write (\n";
  const { conversations } = readNow(`${head}${rows.join("\n")}\n)\n`);
  assert.deepEqual(Buffer.from(messagesOf(conversations[0])[0].bytes), HELLO.subarray(5));
});

test("bytes as Wireshark copies them for C, and as Node prints a Buffer, are read", () => {
  const frame = Buffer.concat([Buffer.alloc(12), Buffer.of(8, 0), part(1, HELLO)]);
  const rows = [];
  for (let at = 0; at < frame.length; at += 8) {
    const row = frame.subarray(at, at + 8);
    const text = row.toString("latin1").replace(/[^ -~]|[*/]/g, ".");
    rows.push(`${[...row].map((byte) => `0x${byte.toString(16).padStart(2, "0")}`).join(", ")}, /* ${text} */`);
  }
  const whole = `/* Frame (${frame.length} bytes) */\n\nstatic const unsigned char pkt1[${frame.length}] = {\n${rows.join("\n")}\n};\n`;
  const { conversations } = readNow(whole);
  assert.deepEqual(Buffer.from(messagesOf(conversations[0])[0].bytes), HELLO.subarray(5));
  const printed = readNow(
    `<Buffer ${HELLO.subarray(0, 50)
      .toString("hex")
      .replace(/..(?=.)/g, "$& ")} ... 467 more bytes>`,
  );
  assert.equal(messagesOf(printed.conversations[0])[0].missing, HELLO.length - 50);
});

/** The bytes in rows, each written by `write` from its offset and its bytes. */
function rowsOf(bytes, width, write) {
  const rows = [];
  for (let at = 0; at < bytes.length; at += width) rows.push(write(at, [...bytes.subarray(at, at + width)]));
  return rows.join("\n");
}

const hex = (byte) => byte.toString(16).padStart(2, "0");
const spaced = (bytes) => bytes.map(hex).join(" ");
const shown = (bytes) => bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");

const WRITTEN = {
  "rows of a quotation": rowsOf(HELLO, 16, (_, row) => `> ${spaced(row)}`),
  "rows after the time of a log": rowsOf(
    HELLO,
    16,
    (at, row) => `2026-11-27T18:00:0${at % 7}.123Z DEBUG tls: ${spaced(row)}`,
  ),
  "memory in gdb": rowsOf(
    HELLO,
    8,
    (at, row) =>
      `0x${(0x7fff_ffff_e000 + at).toString(16)} <hello+${at}>:${row.map((byte) => `\t0x${hex(byte)}`).join("")}`,
  ),
  "memory in lldb": rowsOf(
    HELLO,
    16,
    (at, row) => `0x${(0x7ffe_efbf_f000 + at).toString(16)}: ${spaced(row)}  ${shown(row)}`,
  ),
  "a log of Zephyr": `[00:00:01.234,000] <dbg> tls: send: data\n${rowsOf(
    HELLO,
    16,
    (_, row) => `${" ".repeat(33)}${spaced(row.slice(0, 8))}  ${spaced(row.slice(8))} |${shown(row)}|`,
  )}`,
  "a page": `<pre>${rowsOf(HELLO, 16, (_, row) => spaced(row))}</pre>`,
  "numbers of Go": `[${[...HELLO].join(" ")}]`,
  "a binary of Erlang": `<<${[...HELLO].join(",")}>>`,
  "signed bytes of Java": `[${[...new Int8Array(HELLO)].join(", ")}]`,
  "a string of JSON": JSON.stringify(HELLO.toString("latin1")).replace(
    /[^ -~]/g,
    (letter) => `\\u00${hex(letter.charCodeAt(0))}`,
  ),
  "a line of a web server's log": `127.0.0.1 - - [27/Nov/2026] "${[...HELLO]
    .map((byte) => (byte < 0x20 || byte > 0x7e || byte === 0x22 || byte === 0x5c ? `\\x${hex(byte)}` : shown([byte])))
    .join("")}" 400 150`,
  "a URL": `https://site.example/?hello=${[...HELLO].map((byte) => `%${hex(byte)}`).join("")}`,
  "a string of C in pieces": rowsOf(HELLO, 20, (_, row) => `  "${row.map((byte) => `\\x${hex(byte)}`).join("")}"`),
};

for (const [name, text] of Object.entries(WRITTEN)) {
  test(`bytes are read from ${name}, with the line ends of Windows and in UTF-16 as well`, () => {
    const windows = text.replaceAll("\n", "\r\n");
    for (const input of [text, windows, Buffer.from(`\ufeff${windows}`, "utf16le")]) {
      const { conversations } = readNow(typeof input === "string" ? input : new Uint8Array(input));
      const [{ bytes }] = messagesOf(conversations[0]);
      assert.deepEqual(Buffer.from(bytes), HELLO.subarray(5));
    }
    const swapped = new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le").swap16());
    assert.equal(messagesOf(readNow(swapped).conversations[0]).length, 1);
  });
}

test("no input crashes a reader or takes long, whatever it is", async () => {
  // a generator of its own, so that a failure can be repeated
  let state = 1;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  const whole = pcap([syn(0), part(1, HELLO), part(1, ANSWER, { from: 443, to: 50001 })]);
  const seeds = [whole, new Uint8Array(HELLO), new TextEncoder().encode(HELLO.toString("hex").replace(/../g, "$& "))];
  for (let round = 0; round < 600; round++) {
    const bytes = seeds[round % seeds.length].slice(0, 1 + random(700));
    for (let flips = random(8); flips >= 0; flips--) bytes[random(bytes.length)] = random(256);
    for (const input of [bytes, new TextDecoder("latin1").decode(bytes)]) {
      const reading = await read(input).catch((error) => {
        assert.equal(error.name, "ReadingError", `round ${round}: ${error.stack}`);
      });
      for (const conversation of reading?.conversations ?? []) messagesOf(conversation);
    }
  }
  for (const piece of ["16 03 01 ", "ab", "0000: ", "a ", "| ", "\\x16", "0x16, "]) {
    await read(piece.repeat(60_000)).catch(({ name }) => assert.equal(name, "ReadingError"));
  }
});
