import assert from "node:assert/strict";
import { before, test } from "node:test";
import { connect, connected, pipe, psk, readAll, rejection, settled } from "./support/endpoints.mjs";
import { heap, watchWasm } from "./support/usage.mjs";

const MB = 1_000_000;

/** The memory of the WebAssembly, in bytes. */
let wasmMemory;
before(async () => {
  wasmMemory = await watchWasm();
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

for (const [from, to] of [
  ["client", "server"],
  ["server", "client"],
]) {
  test(`a gigabyte that the ${from} offers to a reader that stalls costs no memory`, async () => {
    const { ends, meter } = meteredPipe();
    const aborted = new AbortController();
    const sides = await connected({ signal: aborted.signal }, { signal: aborted.signal }, ends);
    const reader = sides[to].readable.getReader();
    const chunk = new Uint8Array(1 * MB);
    // What is measured is the stall in the middle of a transfer: the buffers of a full record are there already.
    const writer = sides[from].writable.getWriter();
    const warm = writer.write(chunk);
    for (let length = 0; length < chunk.length; ) length += (await reader.read()).value.length;
    await warm;
    writer.releaseLock();
    const meteredBefore = meter.bytes;
    const before = [wasmMemory(), await heap()];
    let offered = 0;
    const source = new ReadableStream(
      {
        pull(controller) {
          // A copy, as memory that is piled up shall show.
          controller.enqueue(chunk.slice());
          offered += chunk.length;
          if (offered >= 1_000 * MB) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const sent = source.pipeTo(sides[from].writable);
    await reader.read();
    await settled();
    const offeredAtRest = offered;
    const during = [wasmMemory(), await heap()];
    await settled();
    assert.equal(offered, offeredAtRest);
    assert.ok(offered <= 4 * MB, `${offered} bytes were taken from the source`);
    const moved = meter.bytes - meteredBefore;
    assert.ok(moved < 1 * MB, `${moved} bytes went over the transport`);
    assert.equal(during[0], before[0]);
    assert.ok(during[1] - before[1] < 6 * MB, `${during[1] - before[1]} bytes are held`);

    // It was the reader alone that stopped it.
    let received = 0;
    while (received < 10 * MB) received += (await reader.read()).value.length;
    assert.ok(offered > 9 * MB);
    aborted.abort();
    await rejection(sent);
  });
}

test("a transport that could deliver a gigabyte at once is read as the reader reads", async () => {
  // The bytes are real: what a client has sent, record by record.
  const { ends, meter } = meteredPipe();
  const [clientEnd, serverEnd] = ends;
  let delivered = 0;
  const eager = new TransformStream(
    {
      transform(bytes, controller) {
        delivered += bytes.length;
        controller.enqueue(bytes);
      },
    },
    // Whatever it is given it takes, and holds it for the server.
    new ByteLengthQueuingStrategy({ highWaterMark: 1_000 * MB }),
  );
  serverEnd.readable.pipeTo(eager.writable).catch(() => {});
  const { client, server } = await connected({}, {}, [
    clientEnd,
    { readable: eager.readable, writable: serverEnd.writable },
  ]);
  const before = wasmMemory();
  const writer = client.writable.getWriter();
  await writer.write(new Uint8Array(20 * MB));
  await settled();
  assert.ok(meter.bytes > 20 * MB);
  assert.ok(delivered < 1 * MB, `the server has taken ${delivered} bytes`);
  assert.equal(wasmMemory(), before);
  const received = readAll(server.readable);
  await writer.close();
  assert.equal((await received).length, 20 * MB);
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
