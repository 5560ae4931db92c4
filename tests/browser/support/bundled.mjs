// Modules of the page in Node, with the page's own core: for what needs no page.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { inRoot } from "../../../tools/lib/paths.mjs";

const CORE = inRoot("target", "wasm-page");

/** The exports of modules under www/src, bundled together with one core between them. */
export async function bundled(...modules) {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-page-"));
  const out = join(directory, "bundle.mjs");
  const core = join(CORE, "tls_psk.js");
  await build({
    stdin: {
      contents: [
        `export { initSync, recordSteps } from "page-core";`,
        ...modules.map((module) => `export * from "./${module}.ts";`),
      ].join("\n"),
      resolveDir: inRoot("www", "src"),
      loader: "ts",
    },
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
    outfile: out,
    plugins: [
      {
        name: "page-core",
        setup: ({ onResolve }) => {
          onResolve({ filter: /^(page-core|\.\/wasm\/tls_psk\.js)$/ }, () => ({ path: core }));
        },
      },
    ],
  });
  try {
    const exported = await import(pathToFileURL(out));
    exported.initSync({ module: readFileSync(join(CORE, "tls_psk_bg.wasm")) });
    exported.recordSteps(true);
    return exported;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
