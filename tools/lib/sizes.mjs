// The transfer size of the package, and its budgets.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { inRoot } from "./paths.mjs";
import { Failure } from "./run.mjs";

const KB = 1024;

/** The builds of the package, with the largest download of a page, in bytes after brotli. */
const BUILDS = [
  { entry: "tls-psk", module: "wasm", budgets: { wasm: 98 * KB, js: 9.75 * KB } },
  { entry: "tls-psk/full", module: "full/wasm", budgets: { wasm: 176 * KB, js: 11 * KB } },
];

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;

/** A browser entry with all its imports, as bundled for a page. */
async function browserEntry(entry) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    stdin: { contents: `export * from "${entry}";`, resolveDir: inRoot() },
    bundle: true,
    format: "esm",
    minify: true,
    logLevel: "silent",
    target: "es2022",
    write: false,
  });
  return outputFiles[0].contents;
}

/** Prints the sizes; fails the build if one is over its budget. */
export async function reportSizes() {
  const over = [];
  for (const { entry, module, budgets } of BUILDS) {
    const wasm = readFileSync(inRoot("pkg", "dist", module, "tls_psk_bg.wasm"));
    for (const [kind, bytes] of Object.entries({ wasm, js: await browserEntry(entry) })) {
      const size = brotli(bytes);
      const budget = budgets[kind];
      const name = `${entry} ${kind}`;
      console.log(`  ${name.padEnd(17)} ${bytes.length} bytes, ${size} with brotli (budget ${budget})`);
      if (size > budget) over.push(`${name} by ${size - budget} bytes`);
    }
  }
  if (over.length > 0) throw new Failure(`The package is over its size budget: ${over.join(", ")}.`);
}
