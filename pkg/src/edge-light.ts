// The entry for Vercel's edge functions, which do not compile bytes, either: their bundlers (Vercel's own, Next.js)
// turn this import into a compiled module.
import { initSync } from "./loader.js";
import module from "./wasm/tls_psk_bg.wasm?module";

initSync(module);

export * from "./slim.js";
