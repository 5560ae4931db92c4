// Imports point one way, in the package and in the page: no file needs, by whatever detour, one that needs it.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { circleIn, foldersOf, importsOf } from "./support/imports.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What `wasm-bindgen` generates is only declared in a folder of the sources, by types that are the package's own. */
const GENERATED = "wasm";

for (const [project, files, arrows] of [
  ["pkg", 70, 200],
  ["www", 60, 200],
]) {
  test(`no import of ${project}/src leads back to where it came from`, () => {
    const imports = importsOf(join(ROOT, project, "tsconfig.json"), join(ROOT, project, "src"));
    const named = [...imports.values()].flat();
    assert.ok(imports.size > files, `only ${imports.size} files were read`);
    assert.ok(named.length > arrows, `only ${named.length} imports were read`);
    assert.equal(circleIn(imports)?.join(" -> "), undefined);
    const folders = foldersOf(imports);
    folders.delete(GENERATED);
    assert.equal(circleIn(folders)?.join(" -> "), undefined);
  });
}

test("a circle is found, of files and of folders, by types, calls and exports alike", (t) => {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-circle-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const src = join(directory, "src");
  const found = (...sources) => {
    rmSync(src, { recursive: true, force: true });
    for (const [path, text] of sources) {
      mkdirSync(join(src, path, ".."), { recursive: true });
      writeFileSync(join(src, path), text);
    }
    writeFileSync(
      join(directory, "tsconfig.json"),
      `{ "compilerOptions": { "module": "nodenext" }, "include": ["src"] }`,
    );
    const imports = importsOf(join(directory, "tsconfig.json"), src);
    return { files: circleIn(imports)?.join(" "), folders: circleIn(foldersOf(imports))?.join(" ") };
  };
  const circle = { files: "a.ts b.ts a.ts", folders: undefined };
  const back = ["b.ts", `import type { A } from "./a.js"; export type B = A;`];
  assert.deepEqual(found(["a.ts", `import { type B } from "./b.js"; export type A = B | 1;`], back), circle);
  assert.deepEqual(found(["a.ts", `export * from "./b.js"; export type A = 1;`], back), circle);
  assert.deepEqual(found(["a.ts", `export type A = import("./b.js").B | 1;`], back), circle);
  assert.deepEqual(found(["a.ts", `export type A = 1; export const b = import("./b.js");`], back), circle);
  assert.deepEqual(found(["a.ts", "export type A = 1;"], back), { files: undefined, folders: undefined });
  const twoFolders = found(
    ["x/a.ts", `import "../y/b.js";`],
    ["x/c.ts", "export {};"],
    ["y/b.ts", "export {};"],
    ["y/d.ts", `import "../x/c.js";`],
  );
  assert.deepEqual(twoFolders, { files: undefined, folders: "x y x" });
});
