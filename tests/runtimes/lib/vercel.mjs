// What Vercel does with an edge function before it runs: a bundle by esbuild, in which an import of "x.wasm?module" is a
// module that was compiled beforehand, as nothing can be compiled while a function runs.

import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** Bundles an edge function; resolves to what an EdgeRuntime takes. */
export async function bundleForVercel(entry, env) {
  const { build } = await import("esbuild");
  const compiled = new Map();
  const wasm = {
    name: "wasm?module",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
        path: resolve(resolveDir, path.replace(/\?module$/, "")),
        namespace: "wasm",
      }));
      onLoad({ filter: /./, namespace: "wasm" }, ({ path }) => {
        const name = `wasm_${compiled.size}`;
        compiled.set(name, new WebAssembly.Module(readFileSync(path)));
        return { contents: `export default globalThis.${name};` };
      });
    },
  };
  const { outputFiles } = await build({
    stdin: { contents: registration(entry), resolveDir: dirname(entry) },
    bundle: true,
    conditions: ["edge-light"],
    define: { "process.env": JSON.stringify(env) },
    format: "iife",
    plugins: [wasm],
    target: "es2022",
    write: false,
  });
  return {
    initialCode: outputFiles[0].text,
    extend: (context) => Object.assign(context, Object.fromEntries(compiled)),
  };
}

const registration = (entry) => `
import handler from ${JSON.stringify(entry)};
addEventListener("fetch", (event) => event.respondWith(handler(event.request)));
`;
