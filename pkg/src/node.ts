// The entry for Node, Deno and Bun: the WebAssembly is read from a file next to this one.
import { readFile } from "node:fs/promises";
import { providePlatformAead, provideWasm } from "./loader.js";
import { NodeAead } from "./platform-aead.js";

provideWasm(() => readFile(new URL("./wasm/tls_psk_bg.wasm", import.meta.url)));
providePlatformAead(new NodeAead());

export * from "./slim.js";
