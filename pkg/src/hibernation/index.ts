// The entry for browsers and bundlers: the import brings the WebAssembly.
import "../index.js";

export * from "./messages.js";
