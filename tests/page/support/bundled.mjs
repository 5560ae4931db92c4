// Modules of the page in Node: for what needs no page.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { inRoot } from "../../../tools/lib/paths.mjs";

const CORE = inRoot("target", "wasm-page");

/** Takes the page's own core where the page asks for it, and where the package does. */
const pageCore = {
  name: "page-core",
  setup: ({ onResolve }) => {
    const path = join(CORE, "tls_psk.js");
    onResolve({ filter: /^(page-core|\.\/wasm\/tls_psk\.js)$/ }, () => ({ path }));
  },
};

/** The exports of modules under www/src that need no core. */
export async function pure(...modules) {
  const lines = modules.map((module) => `export * from "./${module}.ts";`);
  return load(lines, []);
}

/** The exports of modules under www/src, with one core between them, which records its steps. */
export async function bundled(...modules) {
  const lines = modules.map((module) => `export * from "./${module}.ts";`);
  const begin = [`export { initSync } from "tls-psk/slim";`, `export { recordSteps } from "page-core";`];
  const exported = await load([...begin, ...lines], [pageCore]);
  exported.initSync(readFileSync(join(CORE, "tls_psk_bg.wasm")));
  exported.recordSteps(true);
  return exported;
}

async function load(lines, plugins) {
  const { outputFiles } = await build({
    stdin: { contents: lines.join("\n"), resolveDir: inRoot("www", "src"), loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    write: false,
    plugins,
  });
  // the package finds its own module beside the file that it is in, for which a bundle has to have an address
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
