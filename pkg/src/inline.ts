// The entry that has its WebAssembly in the JavaScript: for what makes one file of a program, and for what loads no other.
import { providePlatformAead, provideWasm } from "./loader.js";
import { NodeAead } from "./platform-aead.js";
import base64 from "./wasm/inline.js";

provideWasm(async () => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
// in a browser it finds no node:crypto, and the WebAssembly protects all records
providePlatformAead(new NodeAead());

export * from "./slim.js";
