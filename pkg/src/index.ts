// The entry for browsers and bundlers. The literal below is the form that bundlers recognise as a file to carry along,
// and it stays inside a function because some of them leave `import.meta.url` undefined where nobody calls it.
import { provideWasm } from "./loader.js";

provideWasm(async () => {
  const { href } = new URL("./wasm/tls_psk_bg.wasm", import.meta.url);
  // Vite's development server moves this file into its cache and leaves the WebAssembly where it was.
  return fetch(href.replace("/.vite/deps/wasm/", "/tls-psk/dist/wasm/"));
});

export * from "./slim.js";
