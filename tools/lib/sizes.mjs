// What the package weighs on the wire, and what it may weigh.

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { inRoot } from "./paths.mjs";
import { Failure } from "./run.mjs";

const KB = 1000;

/** The most that a page may have to download, in bytes after brotli. */
const BUDGETS = { wasm: 100 * KB, js: 10 * KB };

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  }).length;

/** The package's browser entry with all it imports, as a page's bundler would ship it. */
async function browserEntry() {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "tls-psk";', resolveDir: inRoot() },
    bundle: true,
    format: "esm",
    minify: true,
    logLevel: "silent",
    target: "es2022",
    write: false,
  });
  return outputFiles[0].contents;
}

/** Prints the sizes; stops the build when one is over its budget. */
export async function reportSizes() {
  const measured = { wasm: readFileSync(inRoot("pkg", "dist", "wasm", "tls_psk_bg.wasm")), js: await browserEntry() };
  const over = [];
  for (const [kind, bytes] of Object.entries(measured)) {
    const size = brotli(bytes);
    const budget = BUDGETS[kind];
    console.log(`  ${kind.padEnd(4)} ${bytes.length} bytes, ${size} with brotli (budget ${budget})`);
    if (size > budget) over.push(`${kind} by ${size - budget} bytes`);
  }
  if (over.length > 0) throw new Failure(`The package is over its size budget: ${over.join(", ")}.`);
}
