// The entry for Node, Deno and Bun: the import brings the WebAssembly.
import "../node.js";

export * from "./messages.js";
