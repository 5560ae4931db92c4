// The types of the core's classes are written by hand, for their readers. Here the compiler holds them against those that
// wasm-bindgen generates of the Rust: no member in one alone, no parameter more or less, no other type.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../../tools/lib/paths.mjs";
import { COMPARING, compare, compareConstructors, complaints } from "./support/type-comparison.mjs";

const CLASSES = ["ExternalPsk", "Config", "Connection", "Session", "OfferedPsk", "OfferedPskList"];
/** Those that callers construct themselves; a session comes of its bytes. */
const CONSTRUCTED = ["ExternalPsk", "Config", "Connection"];
const FUNCTIONS = ["inspect", "inspectRecords"];
/** Those that only the larger build has. */
const OF_FULL = ["identifySuspended", "negotiatedOf", "resumeConnection", "suspendConnection"];

/** What `core.ts` adds to a class. */
const ADDED = `typeof Symbol.iterator`;
/** What the loader alone uses of the glue. */
const LOADER = `"default" | "initSync"`;

const HEAD = `
import type * as declared from "${inRoot("pkg/src/wasm/tls_psk.js")}";
import type * as core from "${inRoot("pkg/src/core-types.js")}";
import type * as words from "${inRoot("pkg/src/vocabulary.js")}";
import type * as made from "./generated.js";
${COMPARING}`;

/** What can be chosen by name is in the list of all names, which the test of vocabulary.ts holds against the core. */
const LISTED = { Group: "GROUPS", CipherSuite: "CIPHER_SUITES", PskMode: "PSK_MODES", HashName: "HASHES" };

const union = (names) => names.map((name) => `"${name}"`);

function program(partly = false) {
  const instances = CLASSES.map((name) => compare(`core.${name}`, `made.${name}`, { partly, except: ADDED }));
  const makers = [...CONSTRUCTED, "Session"].map((name) =>
    compare(`core.${name}Constructor`, `Statics<typeof made.${name}>`),
  );
  const constructors = CONSTRUCTED.map((name) => compareConstructors(`core.${name}Constructor`, `typeof made.${name}`));
  const module = [
    `none<Exclude<keyof typeof made, keyof typeof declared>>();`,
    `none<Exclude<keyof typeof declared, keyof typeof made | ${[LOADER, ...(partly ? union(OF_FULL) : [])].join(" | ")}>>();`,
    ...[...FUNCTIONS, ...(partly ? [] : OF_FULL)].map(
      (name) => `nothing<Wrong<Pick<typeof declared, "${name}">, Pick<typeof made, "${name}">>>();`,
    ),
  ];
  const listed = Object.entries(LISTED).map(
    ([type, list]) => `none<Exclude<core.${type}, (typeof words.${list})[number]>>();`,
  );
  return [HEAD, ...listed, ...instances, ...makers, ...constructors, ...module].join("\n");
}

const generatedFor = (build) => readFileSync(inRoot("pkg/dist", build, "tls_psk.d.ts"), "utf8");

test("the types of the core's classes are those of the larger build, and have all that is in the smaller", async () => {
  const [full, small] = await complaints(
    { generated: generatedFor("full/wasm"), program: program() },
    { generated: generatedFor("wasm"), program: program(true) },
  );
  assert.equal(full, "");
  assert.equal(small, "");
});

/** What may become of the Rust, in the words of its types, and what is to be noticed. */
const CHANGES = [
  ["a method that is new", / *setGroups\(/, "setTeapot(on: boolean): void;\n$&", /"setTeapot"/],
  ["a method that is gone", /^ *setGroups\(.*\n/m, "", /"setGroups"/],
  ["a parameter that is new", "setGroups(names: string[])", "setGroups(names: string[], first: number)", /setGroups/],
  [
    "a parameter that may be given",
    "setGroups(names: string[])",
    "setGroups(names: string[], on?: boolean)",
    /setGroups/,
  ],
  ["a parameter of another type", "setGroups(names: string[])", "setGroups(names: number[])", /setGroups/],
  ["an answer of another type", "hasNext(): boolean", "hasNext(): number", /hasNext/],
  ["an answer that may be absent", "hasNext(): boolean", "hasNext(): boolean | undefined", /hasNext/],
  ["a property of another type", "readonly wantsRead: boolean", "readonly wantsRead: string", /wantsRead/],
  ["a property that is gone", /^ *readonly wantsRead: .*\n/m, "", /"wantsRead"/],
  ["a static method that is gone", /^ *static fromBytes\(.*\n/m, "", /"fromBytes"/],
  ["another constructor", "constructor(role: string)", "constructor(role: string, seed: Uint8Array)", /'new'/],
  ["a function that is new", "export function inspect(", "export function teapot(): void;\n$&", /"teapot"/],
  ["a class that is new", "export class Config ", "export class Teapot {}\n$&", /"Teapot"/],
];

test("what changes in the Rust alone is noticed", async () => {
  const before = generatedFor("full/wasm");
  const changed = CHANGES.map(([what, from, to]) => {
    const generated = before.replace(from, to);
    assert.notEqual(generated, before, what);
    return { generated, program: program() };
  });
  const noticed = await complaints(...changed);
  for (const [place, [what, , , complaint]] of CHANGES.entries()) assert.match(noticed[place], complaint, what);
});
