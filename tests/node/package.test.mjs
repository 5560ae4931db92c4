import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

/** The paths that `npm pack` would put into the tarball. */
function packed() {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts", "--workspace", "pkg"];
  const [{ files }] = JSON.parse(execFileSync("npm", args, { cwd: fileURLToPath(ROOT), encoding: "utf8" }));
  return files.map(({ path }) => path);
}

test("the tarball holds every file that package.json names, the WebAssembly, a README and the licences", () => {
  const { exports, bin } = JSON.parse(readFileSync(new URL("pkg/package.json", ROOT), "utf8"));
  const named = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? target : Object.values(target),
  );
  const paths = packed();
  for (const path of [...named, ...Object.values(bin), "README.md", "LICENSE-APACHE", "LICENSE-MIT"]) {
    assert.ok(paths.includes(path.replace(/^\.\//, "")), path);
  }
});

test("the tarball holds neither sources nor what only the build needs", () => {
  for (const path of packed()) assert.doesNotMatch(path, /^src\/|tsconfig|\.wasm\.d\.ts$|\.gitignore$|\.tsbuildinfo$/);
});

test("the package's licences are the repository's", () => {
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    assert.equal(readFileSync(new URL(`pkg/${name}`, ROOT), "utf8"), readFileSync(new URL(name, ROOT), "utf8"));
  }
});
