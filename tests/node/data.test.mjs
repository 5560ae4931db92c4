import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, connected, pipe, psk, read, readAll, rejection, write } from "./support/endpoints.mjs";

/** A transport whose chunks are cut to `size` bytes on both ways. */
function choppedPipe(size) {
  const chop = () =>
    new TransformStream({
      transform(chunk, controller) {
        for (let at = 0; at < chunk.length; at += size) controller.enqueue(chunk.slice(at, at + size));
      },
    });
  const [there, back] = [chop(), chop()];
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

/** Bytes that are easy to compare and hard to get right by accident. */
function pattern(length) {
  const bytes = new Uint8Array(length);
  for (let at = 0, x = 1; at < length; at++, x = (x * 69_069 + 1) >>> 0) bytes[at] = x >>> 24;
  return bytes;
}

for (const size of [1, 7, 16_384, 1_000_000]) {
  test(`a transport in pieces of ${size} bytes carries everything, both ways`, async () => {
    const { client, server } = await connected({}, {}, choppedPipe(size));
    const data = pattern(size === 1 ? 3_000 : 500_000);
    const echoed = server.readable.pipeTo(server.writable);
    const writer = client.writable.getWriter();
    const received = readAll(client.readable);
    await writer.write(data);
    await writer.close();
    assert.ok(Buffer.from(data).equals(await received));
    await Promise.all([echoed, client.closed, server.closed]);
  });
}

test("small writes that are in the queue together share records, and each that is alone has its own", async () => {
  const [clientEnd, serverEnd] = pipe();
  const lengths = [];
  const counted = new TransformStream({
    transform(chunk, controller) {
      for (let at = 0; at < chunk.length; at += 5 + chunk[at + 3] * 256 + chunk[at + 4]) lengths.push(at);
      controller.enqueue(chunk);
    },
  });
  clientEnd.readable.pipeTo(counted.writable).catch(() => {});
  const { client, server } = await connected({}, {}, [{ ...clientEnd, readable: counted.readable }, serverEnd]);
  const received = readAll(client.readable);
  const writer = server.writable.getWriter();
  lengths.length = 0;
  const data = pattern(40_000);
  // one memory for all chunks, as a writer may use it again once its write is done
  const memory = new Uint8Array(100);
  const writes = [];
  for (let at = 0; at < data.length; at += 100) writes.push(writer.write(data.slice(at, at + 100)));
  await Promise.all(writes);
  assert.ok(lengths.length <= 4, `${lengths.length} records for 40,000 bytes`);
  lengths.length = 0;
  for (const value of [1, 2, 3]) {
    memory.fill(value);
    await writer.write(memory);
  }
  memory.fill(9);
  assert.equal(lengths.length, 3);
  await writer.close();
  const expected = [Buffer.from(data), ...[1, 2, 3].map((value) => Buffer.alloc(100, value))];
  assert.ok(Buffer.concat(expected).equals(await received));
  await client.close();
});

test("readable is a byte stream that fills the reader's own buffer", async () => {
  const { client, server } = await connected();
  await write(client.writable, "0123456789");
  const reader = server.readable.getReader({ mode: "byob" });
  const first = await reader.read(new Uint8Array(4));
  assert.equal(String(Buffer.from(first.value)), "0123");
  const second = await reader.read(new Uint8Array(100));
  assert.equal(String(Buffer.from(second.value)), "456789");
  const last = reader.read(new Uint8Array(4));
  await client.close();
  assert.deepEqual(await last, { done: true, value: new Uint8Array(0) });
});

test("every kind of bytes can be written, and nothing else", async () => {
  const { client, server } = await connected();
  const bytes = Uint8Array.from([1, 2, 3, 4]);
  await write(client.writable, bytes.buffer);
  assert.deepEqual([...(await read(server.readable))], [1, 2, 3, 4]);
  await write(client.writable, new DataView(bytes.buffer, 1, 2));
  assert.deepEqual([...(await read(server.readable))], [2, 3]);
  await write(client.writable, new Uint8Array(0));
  assert.ok((await rejection(client.writable.getWriter().write("text"))) instanceof TypeError);
});

for (const [what, wrong, before] of [
  ["is no bytes", () => "text", false],
  ["is no bytes, before the connection is open", () => "text", true],
  ["is no value", () => undefined, false],
  ["was given away", () => structuredClone(new ArrayBuffer(4), { transfer: [] }), false],
]) {
  test(`a chunk that ${what} ends the connection as an error on both sides, and close() does not end it well`, async () => {
    const { client, server } = before ? connect() : await connected();
    const writer = client.writable.getWriter();
    const chunk = wrong();
    const writes = [Buffer.from("first"), chunk, Buffer.from("last")].map((each) => rejection(writer.write(each)));
    if (chunk instanceof ArrayBuffer) structuredClone(chunk, { transfer: [chunk] });
    const closed = client.close();
    assert.equal((await rejection(closed)).code, "ERR_TLS_ABORTED");
    assert.ok((await Promise.allSettled(writes)).some(({ value }) => value?.code === "ERR_TLS_ABORTED"));
    const heard = await rejection(server.closed);
    assert.ok(["ERR_TLS_TRUNCATED", "ERR_TLS_HANDSHAKE_FAILURE", "ERR_TLS_TRANSPORT"].includes(heard.code), heard.code);
    assert.ok((await rejection(readAll(server.readable))).code);
  });
}

test("key updates on both sides do not disturb the data", async () => {
  const { client, server } = await connected();
  for (const text of ["one", "two", "three"]) {
    await client.updateKeys({ requestPeer: true });
    await write(client.writable, text);
    assert.equal(String(await read(server.readable)), text);
    await server.updateKeys();
    await write(server.writable, text);
    assert.equal(String(await read(client.readable)), text);
  }
});

test("a record size limit is kept", async () => {
  const wire = [];
  const [clientEnd, serverEnd] = pipe();
  const tap = new TransformStream({
    transform(chunk, controller) {
      wire.push(chunk);
      controller.enqueue(chunk);
    },
  });
  const { client, server } = await connected({ recordSizeLimit: 64 }, {}, [
    { readable: clientEnd.readable.pipeThrough(tap), writable: clientEnd.writable },
    serverEnd,
  ]);
  wire.length = 0;
  const writer = server.writable.getWriter();
  void writer.write(pattern(1_000));
  void writer.close();
  assert.equal((await readAll(client.readable)).length, 1_000);

  // RFC 8449: the limit is for the plaintext with its type; the record adds the tag.
  const bytes = Buffer.concat(wire);
  let records = 0;
  for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt16BE(at + 3), records++) {
    assert.ok(bytes.readUInt16BE(at + 3) <= 64 + 16);
  }
  assert.ok(records >= 1_000 / 63);
});

test("both sides export the same keying material", async () => {
  const { client, server } = await connected();
  const material = client.exportKeyingMaterial("EXPORTER-test", Buffer.from("context"), 42);
  assert.equal(material.length, 42);
  assert.deepEqual(server.exportKeyingMaterial("EXPORTER-test", Buffer.from("context"), 42), material);
  assert.notDeepEqual(server.exportKeyingMaterial("EXPORTER-test", undefined, 42), material);
  await Promise.all([client.close(), server.close()]);
  assert.throws(() => client.exportKeyingMaterial("EXPORTER-test", undefined, 42), { code: "ERR_TLS_USAGE" });
  assert.equal((await rejection(client.updateKeys())).code, "ERR_TLS_USAGE");
});

test("both sides log the same secrets", async () => {
  const lines = { client: [], server: [] };
  await connected({ onKeylog: (line) => lines.client.push(line) }, { onKeylog: (line) => lines.server.push(line) });
  assert.deepEqual(lines.client.toSorted(), lines.server.toSorted());
  const labels = lines.client.map((line) => line.split(" ")[0]);
  for (const label of ["CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"]) {
    assert.ok(labels.includes(label), label);
  }
  for (const line of lines.client) assert.match(line, /^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{64}$/);
});

test("a trace has the messages of both directions and what became of the offer", async () => {
  const events = [];
  await connected({ psks: [psk("unheard of"), psk()] }, { onTrace: (event) => events.push(event) });
  const messages = events.filter(({ type }) => type === "message");
  assert.deepEqual(
    messages.map(({ direction, name }) => `${direction} ${name}`),
    ["received client_hello", "sent server_hello", "sent encrypted_extensions", "sent finished", "received finished"],
  );
  assert.deepEqual(
    messages.map((message) => message.protected),
    [false, false, true, true, true],
  );
  const outcomes = events.filter(({ type }) => type === "psk").map(({ index, outcome }) => `${index} ${outcome}`);
  assert.ok(outcomes.includes("1 chosen") && outcomes.includes("1 verified"), outcomes.join());
});

test("a callback that throws ends the connection, with its error as the cause", async () => {
  const bug = new Error("bug");
  const { client, server } = connect({
    onTrace() {
      throw bug;
    },
  });
  const error = await rejection(client.opened);
  assert.equal(error.code, "ERR_TLS_ABORTED");
  assert.equal(error.cause, bug);
  assert.equal((await rejection(server.opened)).phase, "handshake");
});

test("TLS within TLS: a socket is a transport", async () => {
  const outer = await connected();
  const inner = await connected({ psks: [psk("inner")] }, { psks: [psk("inner")] }, [outer.client, outer.server]);
  await write(inner.client.writable, "wrapped twice");
  assert.equal(String(await read(inner.server.readable)), "wrapped twice");
  await Promise.all([inner.client.close(), inner.server.close()]);
  await Promise.all([outer.client.closed, outer.server.closed]);
});

test("a socket says, as those of WinterTC do, that it is TLS already", async () => {
  const { client } = connect();
  assert.deepEqual([client.secureTransport, client.upgraded], ["on", false]);
  assert.throws(() => client.startTls(), { code: "ERR_TLS_USAGE" });
  await rejection(client.close());
});
