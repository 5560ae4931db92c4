// The entry for workerd, with `nodejs_compat`: the import brings the WebAssembly.
import "../workerd.js";

export * from "./node-tls.js";
