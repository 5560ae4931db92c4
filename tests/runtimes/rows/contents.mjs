// The tarball: its content, and the results of two package linters.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { inRoot } from "../../../tools/lib/paths.mjs";
import { versionOf } from "../lib/paths.mjs";

/** The paths of all files under a directory. */
function filesUnder(directory) {
  return readdirSync(directory, { recursive: true })
    .filter((path) => statSync(join(directory, path)).isFile())
    .map((path) => relative(directory, join(directory, path)))
    .sort();
}

/** The module that replaces another in the build without certificates, and is not packed under its own name. */
const STAND_IN = "no-certificates";
/** What only the build with certificates runs. */
const FULL_ONLY = /^(rsa$|hibernation\/)/;
/** What is there once, beside both builds. */
const SHARED = /^(cli|reading)\//;

/**
 * Exactly what must be packed: what comes of each source, two of each WebAssembly, its glue and itself as JavaScript, and what is not built.
 */
function expected() {
  const modules = filesUnder(inRoot("pkg", "src"))
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .map((path) => path.replace(/\.ts$/, ""))
    .filter((name) => name !== STAND_IN);
  const types = modules.map((name) => `dist/${name}.d.ts`);
  const compiled = modules.filter((name) => !FULL_ONLY.test(name)).map((name) => `dist/${name}.js`);
  const again = modules.filter((name) => !SHARED.test(name)).map((name) => `dist/full/${name}.js`);
  const made = ["inline.js", "tls_psk.js", "tls_psk_bg.wasm"];
  const wasm = ["dist/wasm", "dist/full/wasm"].flatMap((path) => made.map((name) => `${path}/${name}`));
  const licences = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES"];
  const others = ["README.md", "package.json", "bin/tls-psk.mjs", "types/wasm.d.ts", "dist/tls-psk.1", "sbom.cdx.json"];
  return [...types, ...compiled, ...again, ...wasm, ...licences, ...others].sort();
}

const tarball = {
  what: "the tarball",
  how: "exactly the files that belong there",
  quick: true,
  async run({ packed }) {
    const root = join(packed.fresh, "node_modules", "tls-psk");
    assert.deepEqual(filesUnder(root), expected());
    for (const path of ["dist/wasm", "dist/full/wasm"]) {
      const bytes = readFileSync(join(root, path, "tls_psk_bg.wasm"));
      assert.ok(bytes.equals(readFileSync(inRoot("pkg", path, "tls_psk_bg.wasm"))), path);
      assert.ok(WebAssembly.validate(bytes), path);
    }
    const { dependencies = {}, scripts = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    assert.deepEqual(dependencies, {});
    // It runs when the package is built, never when it is installed.
    assert.deepEqual(Object.keys(scripts), ["prepack"]);
  },
};

const linted = (what, args) => ({
  what,
  version: versionOf(what === "attw" ? "@arethetypeswrong/cli" : what),
  how: "no complaint",
  quick: true,
  async run({ t, packed }) {
    const project = packed.newProject(t, { files: {}, tools: [what === "attw" ? "@arethetypeswrong/cli" : what] });
    await project.run("npx", [what, ...args, packed.tarball]);
  },
});

export const contents = [tarball, linted("publint", ["run", "--strict"]), linted("attw", ["--profile", "esm-only"])];
