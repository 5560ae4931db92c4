// The entry that has its WebAssembly in the JavaScript: for what makes one file of a program, and for what loads no other.
import { provideWasm } from "./loader.js";
import base64 from "./wasm/inline.js";

provideWasm(async () => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));

export * from "./slim.js";
