// The entry for Node, Deno and Bun: the WebAssembly is read from a file next to this one.
import { readFile } from "node:fs/promises";
import { provideWasm } from "./loader.js";

provideWasm(() => readFile(new URL("./wasm/tls_psk_bg.wasm", import.meta.url)));

export * from "./slim.js";
