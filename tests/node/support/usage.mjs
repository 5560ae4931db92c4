// What a process uses, for tests of what must not grow.

import { getEventListeners } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import v8 from "node:v8";
import vm from "node:vm";
import { init } from "tls-psk";
import { memoryOf } from "./wasm-memory.mjs";

v8.setFlagsFromString("--expose-gc");
const collectGarbage = vm.runInNewContext("gc");

/** A function that tells the memory of the WebAssembly, in bytes. */
export async function watchWasm() {
  await init();
  const glue = await import(new URL("./wasm/tls_psk.js", import.meta.resolve("tls-psk")));
  // Initialised already, it returns what it has.
  const file = fileURLToPath(import.meta.resolve("tls-psk/wasm"));
  const memory = memoryOf(glue.initSync({ module: readFileSync(file) }));
  return () => memory.buffer.byteLength;
}

/** What JavaScript holds, in bytes, without what it has already dropped: objects, and what is outside of the heap. */
export async function heap() {
  for (let round = 0; round < 3; round++) {
    // Finalizers run between turns of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** How many timers are running. */
export const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

/** How many listeners wait for the signal. */
export const listeners = (signal) => getEventListeners(signal, "abort").length;
