// npm run reproduce: builds the WebAssembly of the last commit twice, from nothing and in two directories, and fails if a
// byte differs. It prints the hashes, which go into the notes of a release.

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "./lib/paths.mjs";
import { Failure, main, run, step } from "./lib/run.mjs";

const MODULES = ["pkg/dist/wasm/tls_psk_bg.wasm", "pkg/dist/full/wasm/tls_psk_bg.wasm"];

/** Builds a clone of the repository in its own directory; resolves to the hashes of its modules. */
async function hashesOf(name) {
  const directory = mkdtempSync(join(tmpdir(), `tls-psk-${name}-`));
  try {
    const clone = join(directory, name);
    await run("git", ["clone", "--quiet", root, clone]);
    await step(`building in ${clone}`, () => run(process.execPath, ["tools/build.mjs", "package"], { cwd: clone }));
    return MODULES.map((module) =>
      createHash("sha256")
        .update(readFileSync(join(clone, module)))
        .digest("hex"),
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main(async () => {
  const [one, other] = [await hashesOf("once"), await hashesOf("and-once-more")];
  for (const [at, module] of MODULES.entries()) console.log(`  ${one[at]}  ${module}`);
  const different = MODULES.filter((_, at) => one[at] !== other[at]);
  if (different.length > 0) throw new Failure(`Two builds differ: ${different.join(", ")}.`);
});
