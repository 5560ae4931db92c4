// What the documents promise: that each line about PSKs has its tests, each exported name its use in the test of the types.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { INDEX, sectionIndex, sectionsIn } from "../../tools/section-index.mjs";
import { withPrograms } from "../runtimes/lib/table.mjs";

const repository = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, repository), "utf8");

/** The names of the tests of a file; what differs between the runs of one is `…`. */
function testsOf(path) {
  const source = read(path);
  if (path.endsWith(".rs")) return [...source.matchAll(/^#\[test\]\n(?:#.*\n)*fn (\w+)/gm)].map(([, name]) => name);
  return [...source.matchAll(/\btest\(\s*(["`])(.*?)\1,/gs)].map(([, , name]) => name.replaceAll(/\$\{.*?\}/g, "…"));
}

test("each line of docs/psk-semantics.md names tests, and all of them exist", () => {
  const lines = read("docs/psk-semantics.md")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| what |"));
  assert.ok(lines.length > 30);
  const known = new Map();
  for (const line of lines) {
    const cells = line.split("|").slice(1, -1);
    assert.equal(cells.length, 5, line);
    const named = [...cells[4].matchAll(/`(tests\/[^:`]+): ([^`]+)`/g)];
    assert.notEqual(named.length, 0, `no test for: ${cells[0]}`);
    for (const [, path, name] of named) {
      assert.ok(existsSync(new URL(path, repository)), `there is no ${path}`);
      if (!known.has(path)) known.set(path, new Set(testsOf(path)));
      assert.ok(known.get(path).has(name), `${path} has no test "${name}"`);
    }
  }
});

test("README.md and docs/runtimes.md show the programs of tests/runtimes as they are run", () => {
  for (const path of ["README.md", "docs/runtimes.md"]) assert.equal(withPrograms(read(path)), read(path), path);
});

test("docs/runtimes.md shows each program of tests/runtimes that a user has to write", () => {
  const guide = read("docs/runtimes.md");
  const programs = readdirSync(new URL("tests/runtimes/programs", repository));
  assert.ok(programs.length > 10);
  // pages with nothing but the script that the bundler has made
  for (const name of programs.filter((name) => !["bundle.html", "webpack.html"].includes(name))) {
    assert.ok(guide.includes(`<!-- tests/runtimes/programs/${name} -->`), name);
  }
});

/** The names that a source exports of others. */
const exportedBy = (path) =>
  [...read(path).matchAll(/^export (?:type )?\{(.*?)\}/gms)].flatMap(([, names]) =>
    names
      .split(",")
      .map((name) => name.replace(/^\s*type /, "").trim())
      .filter(Boolean),
  );

/** The names that the package exports. */
const exported = exportedBy("pkg/src/slim.ts");

test("every name that the package exports has a comment for its readers", () => {
  assert.ok(exported.length > 50);
  const sources = readdirSync(new URL("pkg/src", repository)).filter((name) => name.endsWith(".ts"));
  const source = sources.map((name) => read(`pkg/src/${name}`)).join("\n");
  for (const name of exported) {
    const declared = new RegExp(`\\*/\nexport (?:interface|type|const|function|class) ${name}\\b`);
    assert.ok(declared.test(source), `${name} has no comment`);
  }
});

for (const [path, entry, names] of [
  ["tests/types/api.ts", "tls-psk", exported],
  ["tests/types/node/adapter.ts", "tls-psk/node", exportedBy("pkg/src/adapters/node-tls.ts")],
]) {
  test(`${path} uses every name that ${entry} exports`, () => {
    const [imports, ...uses] = read(path).split(`from "${entry}";`);
    assert.notEqual(names.length, 0);
    for (const name of names) {
      assert.match(imports, new RegExp(`\\b${name},`), `${name} is not imported`);
      assert.match(uses.join(""), new RegExp(`\\b${name}\\b`), `${name} is not used`);
    }
  });
}

test("README.md and the types tell the same error codes", () => {
  const inTypes = new Set([...read("pkg/src/errors.ts").matchAll(/\| "(ERR_TLS_\w+)"/g)].map(([, code]) => code));
  const inTable = new Set([...read("README.md").matchAll(/^\| `(ERR_TLS_\w+)` \|/gm)].map(([, code]) => code));
  assert.deepEqual([...inTable].sort(), [...inTypes].sort());
});

test("docs/migration.md names nothing of ours that is not there", () => {
  const types = ["options", "psk", "core-types", "socket", "certificates", "resumption"];
  const source = [...types.map((name) => read(`pkg/src/${name}.ts`)), read("pkg/src/slim.ts")].join("\n");
  const rows = read("docs/migration.md")
    .split("\n")
    .filter((line) => /^\| (?!\w+\S* \| tls-psk|---)/.test(line));
  let names = 0;
  for (const row of rows) {
    const ours = row.split("|").slice(2, -1).join(" ");
    for (const [, name] of ours.matchAll(/`([A-Za-z]\w+)(?=[`(:])/g)) {
      names += 1;
      assert.match(source, new RegExp(`\\b${name}\\b`), `there is no ${name}: ${row}`);
    }
  }
  assert.ok(names > 50, `${names} names`);
});

test("docs/sections.md is what the code and the conformance rows say (npm run fmt writes it)", () => {
  const index = sectionIndex();
  assert.equal(read(INDEX), index);
  const binder = index.split("\n").find((line) => line.startsWith("| 4.3.11.2 "));
  for (const place of ["wire/pre_shared_key.rs", "keys/schedule.rs", "keys/transcript.rs", "psk/binder.rs"]) {
    assert.ok(binder.includes(`[${place}]`), place);
  }
  for (const [, path] of index.matchAll(/\]\(\.\.\/([^)]+)\)/g)) assert.ok(existsSync(new URL(path, repository)), path);
});

test("sections are read from comments as they are written there", () => {
  assert.deepEqual(sectionsIn("RFC 9846 sections 4.2.2, 4.3.11 and A.1; section 7.5, RFC 8449 section 4"), [
    ["RFC 9846", "4.2.2"],
    ["RFC 9846", "4.3.11"],
    ["RFC 9846", "A.1"],
    ["RFC 9846", "7.5"],
    ["RFC 8449", "4"],
  ]);
  assert.deepEqual(sectionsIn("SEC 1 section 2.3.3 and the section before"), [["SEC 1", "2.3.3"]]);
});
