// The entry for workerd: the import brings the WebAssembly.
import "../workerd.js";

export * from "./messages.js";
