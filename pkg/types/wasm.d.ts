/**
 * The file `tls_psk_bg.wasm`. What importing it yields is up to the runtime or bundler; where a module may import
 * WebAssembly (workerd, wrangler), it is the compiled module that `initSync` of `tls-psk/slim` takes.
 */
declare const module: import("../dist/loader.js").WasmModule;
export default module;
