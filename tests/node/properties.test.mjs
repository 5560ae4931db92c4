// Properties that hold for any input: what is read from outside, and what the streams carry. A failure prints the seed and
// the smallest input that fails.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { acceptTls, startTls } from "tls-psk";
import { init, MessageConnection } from "tls-psk/full/hibernation";
import { parsePskLines } from "../../pkg/dist/cli/psk-lines.js";
import { UsageError } from "../../pkg/dist/cli/usage-error.js";
import { read, readNow } from "../../pkg/dist/reading/read.js";
import { ReadingError } from "../../pkg/dist/reading/reading.js";
import { pipe, psk, readAll } from "./support/streams.mjs";
import { published } from "./support/vectors.mjs";

before(() => init());

const HELLO = published("ClientHello record");

/** What a reader may end with: a reading, or an error that says why there is none. */
async function reads(input) {
  for (const reader of [read, readNow]) {
    try {
      const { conversations } = await reader(input);
      assert.ok(Array.isArray(conversations));
    } catch (error) {
      assert.ok(error instanceof ReadingError, `${error.stack}`);
      assert.ok(error.message.length > 10);
    }
  }
}

/** A real input with some bytes replaced, removed and added. */
const bent = (original) =>
  fc
    .array(fc.tuple(fc.nat(original.length), fc.nat(8), fc.uint8Array({ maxLength: 8 })), { maxLength: 4 })
    .map((changes) => {
      const bytes = [...original];
      for (const [at, removed, added] of changes) bytes.splice(at, removed, ...added);
      return Uint8Array.from(bytes);
    });

/** The bytes as engineers paste them. */
const DRESSES = {
  "as they are": (bytes) => bytes,
  hexadecimal: (bytes) => Buffer.from(bytes).toString("hex"),
  base64: (bytes) => Buffer.from(bytes).toString("base64"),
  "a dump": (bytes) => {
    const rows = [];
    for (let at = 0; at < bytes.length; at += 16) {
      const row = Buffer.from(bytes.subarray(at, at + 16))
        .toString("hex")
        .replace(/../g, "$& ");
      rows.push(`${at.toString(16).padStart(4, "0")}  ${row}`);
    }
    return rows.join("\n");
  },
  "a capture": (bytes) => {
    const [file, packet] = [Buffer.alloc(24), Buffer.alloc(16)];
    file.writeUInt32LE(0xa1b2c3d4, 0);
    file.writeUInt32LE(101, 20);
    packet.writeUInt32LE(bytes.length, 8);
    packet.writeUInt32LE(bytes.length, 12);
    return Buffer.concat([file, packet, bytes]);
  },
};

for (const [dress, put] of Object.entries(DRESSES)) {
  test(`any bytes in this dress are read or refused by a sentence: ${dress}`, async () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 300 }), bent(HELLO));
    await fc.assert(
      fc.asyncProperty(bytes, (bytes) => reads(put(bytes))),
      { numRuns: 300 },
    );
  });
}

test("any text is read or refused by a sentence", async () => {
  const words = fc.constantFrom(
    "0000",
    "ClientHello",
    ">>> TLS 1.3",
    "dumping",
    "|<3>|",
    "16 03 01",
    "0x",
    "\n",
    "=",
    " ",
  );
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(words, { maxLength: 30 }).map((parts) => parts.join("")),
  );
  await fc.assert(fc.asyncProperty(text, reads), { numRuns: 300 });
});

test("a line of a psk file is a PSK, or an error that names the line and not the key", () => {
  const key = "00112233445566778899aabbccddeeff";
  const line = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc
      .tuple(fc.string({ maxLength: 20 }), fc.constantFrom(key, key.slice(1), `${key}:SHA-384`, `${key}:MD5`, ""))
      .map(([identity, rest]) => `${identity}:${rest}`),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
      try {
        const found = parsePskLines(lines.join("\n"), "psks.txt", () => {});
        for (const { psk } of found) assert.ok(psk.secret.length >= 1);
      } catch (error) {
        assert.ok(error instanceof UsageError, `${error.stack}`);
        assert.match(error.message, /^psks\.txt, line \d+: /);
        assert.ok(!error.message.includes(key.slice(1)), error.message);
      }
    }),
    { numRuns: 1_000 },
  );
});

/** Cuts what passes into pieces of these sizes, in turn. */
function cutting(sizes) {
  let turn = 0;
  return new TransformStream({
    transform(chunk, controller) {
      for (let at = 0; at < chunk.length; ) {
        const size = sizes[turn++ % sizes.length];
        controller.enqueue(chunk.slice(at, at + size));
        at += size;
      }
    },
  });
}

test("the streams lose, double and reorder no byte, however it is cut", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 4 });
  const writes = fc.array(fc.nat(5_000), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sizes, sizes, writes, writes, async (there, back, ours, theirs) => {
      const [a, b] = pipe();
      const [toServer, toClient] = [cutting(there), cutting(back)];
      a.readable.pipeTo(toClient.writable).catch(() => {});
      b.readable.pipeTo(toServer.writable).catch(() => {});
      const options = { psks: [psk()], allowBothRoles: true };
      const client = startTls({ readable: toClient.readable, writable: a.writable }, options);
      const server = acceptTls({ readable: toServer.readable, writable: b.writable }, options);
      const [heard, answered] = await Promise.all([
        readAll(server.readable),
        readAll(client.readable),
        write(client.writable, ours, 0),
        write(server.writable, theirs, 1),
      ]);
      assert.deepEqual(heard, Buffer.concat(ours.map((length, at) => text(length, at, 0))));
      assert.deepEqual(answered, Buffer.concat(theirs.map((length, at) => text(length, at, 1))));
    }),
    { numRuns: 60 },
  );
});

/** Bytes that differ from place to place, from write to write, and from side to side. */
const text = (length, at, side) =>
  Buffer.from({ length }, () => 0).map((_, place) => (place * 7 + at * 31 + side) & 255);

async function write(writable, lengths, side) {
  const writer = writable.getWriter();
  for (const [at, length] of lengths.entries()) await writer.write(text(length, at, side));
  await writer.close();
}

test("connections that sleep at any time carry the same bytes as those that do not", () => {
  const step = fc.tuple(
    fc.constantFrom("client", "server"),
    fc.nat(2_000),
    fc.boolean(),
    fc.integer({ min: 1, max: 900 }),
  );
  const stateKeys = [new Uint8Array(32).fill(7)];
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const wire = { client: [], server: [] };
      const sent = { client: [], server: [] };
      const heard = { client: [], server: [] };
      const other = { client: "server", server: "client" };
      const options = (role) => ({ transmit: (bytes) => wire[other[role]].push(...bytes), stateKeys });
      const common = { psks: [psk()], allowBothRoles: true };
      const ends = { server: MessageConnection.accept({ ...common, ...options("server") }) };
      ends.client = MessageConnection.connect({ ...common, ...options("client") });
      const deliver = (role, size) => {
        heard[role].push(...ends[role].receive(Uint8Array.from(wire[role].splice(0, size))));
      };
      while (wire.client.length + wire.server.length > 0) for (const role in wire) deliver(role, 1e6);
      for (const [role, length, naps, size] of steps) {
        const data = text(length, sent[role].length, 0);
        ends[role].send(data);
        sent[role].push(data);
        deliver(other[role], size);
        if (naps)
          ends[other[role]] = MessageConnection.wake(other[role], ends[other[role]].sleep(), options(other[role]));
      }
      for (const role in wire) {
        deliver(role, 1e6);
        assert.deepEqual(Buffer.concat(heard[role]), Buffer.concat(sent[other[role]]));
        ends[role].free();
      }
    }),
    { numRuns: 100 },
  );
});
