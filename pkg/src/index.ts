// The entry for browsers and bundlers. Bundlers recognise the expression below as a file to include. It is inside a
// function because some of them leave `import.meta.url` undefined, which is harmless as long as the function is not
// called.
import { hasCertificates } from "./core.js";
import { provideWasm } from "./loader.js";

provideWasm(async () => {
  const { href } = address();
  // Vite's development server moves this file, but not the WebAssembly, into its cache.
  const directory = hasCertificates() ? "/tls-psk/dist/full/wasm/" : "/tls-psk/dist/wasm/";
  return fetch(href.replace("/.vite/deps/wasm/", directory));
});

function address(): URL {
  try {
    return new URL("./wasm/tls_psk_bg.wasm", import.meta.url);
  } catch (cause) {
    throw new Error("no import.meta.url here: bundle as an ES module, or pass the WebAssembly to init()", { cause });
  }
}

export * from "./slim.js";
