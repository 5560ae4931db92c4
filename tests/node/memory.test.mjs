import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { init } from "tls-psk";
import { connect, connected, pipe, psk, readAll, rejection, settled } from "./support/endpoints.mjs";

const MB = 1_000_000;

/** The memory of the WebAssembly, in bytes. */
let wasmMemory;
before(async () => {
  await init();
  const glue = await import(new URL("./wasm/tls_psk.js", import.meta.resolve("tls-psk")));
  // Initialised already, it returns what it has.
  const file = fileURLToPath(import.meta.resolve("tls-psk/wasm"));
  const { memory } = glue.initSync({ module: readFileSync(file) });
  wasmMemory = () => memory.buffer.byteLength;
});

/** A transport of which the test sees how much went over it. */
function meteredPipe() {
  const [clientEnd, serverEnd] = pipe();
  const meter = { bytes: 0 };
  const relay = new TransformStream({
    transform(chunk, controller) {
      meter.bytes += chunk.length;
      controller.enqueue(chunk);
    },
  });
  relay.readable.pipeTo(clientEnd.writable).catch(() => {});
  return { ends: [{ readable: clientEnd.readable, writable: relay.writable }, serverEnd], meter };
}

test("a reader that stalls stops the transport and the writer at the other end", async () => {
  const { ends, meter } = meteredPipe();
  const { client, server } = await connected({}, {}, ends);
  let written = 0;
  const source = new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(64 * 1024));
      written += 64 * 1024;
      if (written >= 20 * MB) controller.close();
    },
  });
  const sent = source.pipeTo(client.writable);
  await settled();
  const [atRest, writtenAtRest, memoryAtRest] = [meter.bytes, written, wasmMemory()];
  assert.ok(atRest < MB, `${atRest} bytes went over the transport`);
  assert.ok(writtenAtRest < MB, `${writtenAtRest} bytes were taken from the source`);
  await settled();
  assert.deepEqual([meter.bytes, written], [atRest, writtenAtRest]);

  let received = 0;
  for await (const chunk of server.readable) {
    received += chunk.length;
    // However fast the writer is, it stays only a little ahead of the reader.
    assert.ok(meter.bytes - received < MB);
  }
  assert.equal(received, written);
  assert.equal(wasmMemory(), memoryAtRest);
  await sent;
});

test("a chunk of many megabytes does not have to fit into the WebAssembly", async () => {
  const { client, server } = await connected();
  const before = wasmMemory();
  const received = readAll(server.readable);
  const writer = client.writable.getWriter();
  await writer.write(new Uint8Array(30 * MB));
  await writer.close();
  assert.equal((await received).length, 30 * MB);
  assert.ok(wasmMemory() - before < MB);
});

test("a transport that delivers megabytes at once is taken in pieces", async () => {
  const [clientEnd, serverEnd] = pipe();
  const collected = [];
  let collecting = false;
  const way = new TransformStream({
    transform(chunk, controller) {
      if (collecting) collected.push(chunk);
      else controller.enqueue(chunk);
    },
    flush(controller) {
      controller.enqueue(Buffer.concat(collected));
    },
  });
  way.readable.pipeTo(clientEnd.writable).catch(() => {});
  const { client, server } = await connected({}, {}, [
    { readable: clientEnd.readable, writable: way.writable },
    serverEnd,
  ]);
  collecting = true;
  const before = wasmMemory();
  const writer = client.writable.getWriter();
  await writer.write(new Uint8Array(10 * MB));
  void client.close();
  assert.equal((await readAll(server.readable)).length, 10 * MB);
  assert.ok(wasmMemory() - before < MB);
});

test("two sides that write to each other before they read do not block each other for ever", async () => {
  const { client, server } = await connected();
  const data = new Uint8Array(2 * MB);
  const ends = [client, server].map(async ({ readable, writable }) => {
    const writer = writable.getWriter();
    const received = readAll(readable);
    await writer.write(data);
    await writer.close();
    return (await received).length;
  });
  assert.deepEqual(await Promise.all(ends), [data.length, data.length]);
});

test("connections give back what they took, however they ended", async () => {
  const lives = {
    async closed() {
      const { client, server } = await connected();
      await Promise.all([client.close(), server.close()]);
    },
    async refused() {
      const { client, server } = connect({ psks: [psk("nobody")] });
      await Promise.all([rejection(client.closed), rejection(server.closed)]);
    },
    async aborted() {
      const controller = new AbortController();
      const { client, server } = connect({ signal: controller.signal }, { selectPsk: () => new Promise(() => {}) });
      await settled();
      controller.abort();
      await Promise.all([rejection(client.closed), rejection(server.closed)]);
    },
    async selected() {
      const { client, server } = await connected({}, { selectPsk: async () => psk() });
      await Promise.all([client.close(), server.close()]);
    },
  };
  const round = async (times) => {
    for (let time = 0; time < times; time++) for (const life of Object.values(lives)) await life();
  };
  await round(20);
  const before = wasmMemory();
  await round(100);
  assert.equal(wasmMemory(), before);
});
