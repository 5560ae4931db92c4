// The entry for Vercel's edge functions, which compile no bytes either: their bundlers (Vercel's own, Next.js) make a
// compiled module of this import.
import { initSync } from "./loader.js";
import module from "./wasm/tls_psk_bg.wasm?module";

initSync(module);

export * from "./slim.js";
