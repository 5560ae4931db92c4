// Many connections in one process, in a separate file as it takes long.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, connected, psk, rejection } from "./support/endpoints.mjs";
import { heap, listeners, timers, watchWasm } from "./support/usage.mjs";

/** As `pipe()`, without backpressure, which costs more time than these few bytes are worth. */
function quickPipe() {
  const oneWay = () => {
    let controller;
    const readable = new ReadableStream({
      start(c) {
        controller = c;
      },
    });
    const writable = new WritableStream({
      write: (chunk) => controller.enqueue(chunk),
      close: () => controller.close(),
      abort: (reason) => controller.error(reason),
    });
    return { readable, writable };
  };
  const [there, back] = [oneWay(), oneWay()];
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

test("ten thousand connections, one after the other, leave nothing behind", async () => {
  const { signal } = new AbortController();
  const options = { signal, handshakeTimeout: 60_000 };
  const selecting = { ...options, selectPsk: async () => psk() };
  const lives = {
    async closed() {
      const { client, server } = await connected(options, selecting, quickPipe());
      await Promise.all([client.close(), server.close()]);
    },
    async refused() {
      const { client, server } = connect({ ...options, psks: [psk("nobody")] }, options, quickPipe());
      await Promise.all([rejection(client.closed), rejection(server.closed)]);
    },
    async abandoned() {
      const { client, server } = await connected(options, options, quickPipe());
      void client.writable.abort();
      await Promise.all([rejection(client.closed), rejection(server.closed)]);
    },
  };
  const wasm = await watchWasm();
  const usage = async () => ({
    wasm: wasm(),
    timers: timers(),
    listeners: listeners(signal),
    heap: await heap(),
  });
  const connections = async (count) => {
    for (let nth = 0; nth < count; nth++) {
      await lives[nth % 10 === 0 ? "refused" : nth % 10 === 5 ? "abandoned" : "closed"]();
    }
    return await usage();
  };
  const before = await connections(500);
  const { heap: held, ...rest } = await connections(10_000);
  assert.deepEqual(rest, { wasm: before.wasm, timers: before.timers, listeners: 0 });
  // A hundred bytes kept for each connection would be a megabyte.
  assert.ok(held - before.heap < 1_000_000, `${held - before.heap} bytes more are held`);
});
