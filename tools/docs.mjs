// npm run docs: the reference of the package, generated from its types, and that of the crate. A warning is an error.

import { inRoot, root } from "./lib/paths.mjs";
import { isEntry, main, run, step } from "./lib/run.mjs";
import { setUpNative, setUpNpm } from "./setup.mjs";

const DIRECTORY = "tools/docs";

/** Writes the package's reference to target/api. */
export async function packageDocs() {
  await setUpNpm();
  await setUpNpm(DIRECTORY);
  const cwd = inRoot(DIRECTORY);
  await step("reference of the package", () => run(inRoot(DIRECTORY, "node_modules", ".bin", "typedoc"), [], { cwd }));
}

/** Writes the crate's reference to target/doc. */
export function crateDocs() {
  const args = ["doc", "--quiet", "--no-deps", "--locked", "--features", "certificates,tokio"];
  return step("reference of the crate", () => run("cargo", args, { cwd: root, env: { RUSTDOCFLAGS: "-D warnings" } }));
}

if (isEntry(import.meta)) {
  await main(async () => {
    await setUpNative();
    await packageDocs();
    await crateDocs();
    console.log("\n  target/api/index.html\n  target/doc/tls_psk/index.html");
  });
}
