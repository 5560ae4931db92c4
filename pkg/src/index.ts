// The entry for browsers and bundlers. The literal below is the form that bundlers recognise as a file to carry along,
// and it stays inside a function because some of them leave `import.meta.url` undefined where nobody calls it.
import { hasCertificates } from "./core.js";
import { provideWasm } from "./loader.js";

provideWasm(async () => {
  const { href } = address();
  // Vite's development server moves this file into its cache and leaves the WebAssembly where it was.
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
