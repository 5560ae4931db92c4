// The entry for workerd, which does not compile bytes, but lets a module import a compiled WebAssembly module.
import { initSync } from "./loader.js";
import module from "./wasm/tls_psk_bg.wasm";

initSync(module);

export * from "./slim.js";
