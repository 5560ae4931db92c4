// The types of the core's classes are written by hand, for their readers. Here the compiler holds them against those that
// wasm-bindgen generates of the Rust: no member in one alone, no parameter more or less, no other type.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inRoot, npmBin } from "../../tools/lib/paths.mjs";

const CLASSES = ["ExternalPsk", "Config", "Connection", "Session", "OfferedPsk", "OfferedPskList"];
/** Those that callers construct themselves; a session comes of its bytes. */
const CONSTRUCTED = ["ExternalPsk", "Config", "Connection"];
const FUNCTIONS = ["inspect", "inspectRecords"];

/** What `core.ts` adds to a class. */
const ADDED = `typeof Symbol.iterator`;
/** What the loader alone uses of the glue. */
const LOADER = `"default" | "initSync"`;

const HEAD = `
import type * as declared from "${inRoot("pkg/src/wasm/tls_psk.js")}";
import type * as core from "${inRoot("pkg/src/core-types.js")}";
import type * as words from "${inRoot("pkg/src/vocabulary.js")}";
import type * as made from "./generated.js";

type IsAny<T> = 0 extends 1 & T ? true : false;
/** Whether a value of ours can be one of theirs, and is absent where theirs can be. */
type Narrows<Ours, Theirs> = IsAny<Theirs> extends true
  ? true
  : [Ours] extends [Theirs]
    ? undefined extends Theirs ? (undefined extends Ours ? true : "undefined is missing") : true
    : ["not", Ours, "but", Theirs];
/** Whether what we let in can be given to them, in as many places. */
type Gives<Ours extends unknown[], Theirs extends unknown[]> = Ours["length"] extends Theirs["length"]
  ? Theirs["length"] extends Ours["length"]
    ? Ours extends { [At in keyof Theirs]: Theirs[At] } ? true : ["not given", Ours, "but", Theirs]
    : ["another number of parameters", Theirs]
  : ["another number of parameters", Theirs];
type Fits<Ours, Theirs> = IsAny<Theirs> extends true
  ? true
  : [Theirs] extends [(...args: infer In) => infer Out]
    ? [Ours] extends [(...args: infer OurIn) => infer OurOut]
      ? Gives<OurIn, In> extends true ? Narrows<OurOut, Out> : Gives<OurIn, In>
      : "no function"
    : Narrows<Ours, Theirs>;
type Wrong<Ours, Theirs> = {
  [Name in keyof Ours & keyof Theirs as Fits<Ours[Name], Theirs[Name]> extends true ? never : Name]: Fits<Ours[Name], Theirs[Name]>;
};
type Statics<T> = Omit<T, "prototype">;
declare function none<_T extends never>(): void;
declare function nothing<_T extends Record<string, never>>(): void;
`;

/** What can be chosen by name is in the list of all names, which the test of vocabulary.ts holds against the core. */
const LISTED = { Group: "GROUPS", CipherSuite: "CIPHER_SUITES", PskMode: "PSK_MODES", HashName: "HASHES" };

/** Names that one has alone, and members that do not fit. In \`partly\` ours may have more. */
const compare = (ours, theirs, { partly = false, except = "never" } = {}) =>
  [
    `none<Exclude<keyof ${theirs}, keyof ${ours}>>();`,
    partly ? "" : `none<Exclude<keyof ${ours}, keyof ${theirs} | ${except}>>();`,
    `nothing<Wrong<${ours}, ${theirs}>>();`,
  ].join("\n");

function program(partly = false) {
  const instances = CLASSES.map((name) => compare(`core.${name}`, `made.${name}`, { partly, except: ADDED }));
  const makers = [...CONSTRUCTED, "Session"].map((name) =>
    compare(`core.${name}Constructor`, `Statics<typeof made.${name}>`),
  );
  const constructors = CONSTRUCTED.map((name) => {
    const called = (maker) => `{ new: (...args: ConstructorParameters<${maker}>) => 0 }`;
    return `nothing<Wrong<${called(`core.${name}Constructor`)}, ${called(`typeof made.${name}`)}>>();`;
  });
  const module = [
    `none<Exclude<keyof typeof made, keyof typeof declared>>();`,
    `none<Exclude<keyof typeof declared, keyof typeof made | ${LOADER}>>();`,
    ...FUNCTIONS.map((name) => `nothing<Wrong<Pick<typeof declared, "${name}">, Pick<typeof made, "${name}">>>();`),
  ];
  const listed = Object.entries(LISTED).map(
    ([type, list]) => `none<Exclude<core.${type}, (typeof words.${list})[number]>>();`,
  );
  return [HEAD, ...listed, ...instances, ...makers, ...constructors, ...module].join("\n");
}

/** What the compiler has to say when ours are held against each of these. */
async function complaints(...compared) {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-types-"));
  try {
    const programs = compared.map(({ generated, partly }, place) => {
      const path = join(directory, `${place}`);
      mkdirSync(path);
      writeFileSync(join(path, "generated.d.ts"), generated);
      writeFileSync(join(path, "compare.ts"), program(partly));
      return join(path, "compare.ts");
    });
    const options = ["--ignoreConfig", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", ""];
    const args = [...options, "--target", "es2022", "--lib", "es2023,esnext.disposable,dom", ...programs];
    const said = await new Promise((resolve) =>
      execFile(npmBin("tsc"), args, { cwd: directory }, (_error, stdout, stderr) => resolve(stdout + stderr)),
    );
    // what goes on about an error is further in than what begins one
    const errors = said.split(/\n(?!\s|$)/);
    return programs.map((_, place) => errors.filter((error) => error.startsWith(`${place}/`)).join("\n"));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const generatedFor = (build) => readFileSync(inRoot("pkg/dist", build, "tls_psk.d.ts"), "utf8");

test("the types of the core's classes are those of the larger build, and have all that is in the smaller", async () => {
  const [full, small] = await complaints(
    { generated: generatedFor("full/wasm") },
    { generated: generatedFor("wasm"), partly: true },
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
    return { generated };
  });
  const noticed = await complaints(...changed);
  for (const [place, [what, , , complaint]] of CHANGES.entries()) assert.match(noticed[place], complaint, what);
});
