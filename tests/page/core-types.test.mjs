// What the page's own core has beside the package's, as the page declares it, against what wasm-bindgen generates.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inRoot } from "../../tools/lib/paths.mjs";
import { COMPARING, compareConstructors, complaints } from "../node/support/type-comparison.mjs";

const FUNCTIONS = ["recordSteps", "takeSteps", "dissect", "attemptBinder", "secretsOfLeakedPsk"];

const PROGRAM = `
/// <reference path="${inRoot("www/src/page/core.d.ts")}" />
/// <reference path="${inRoot("www/src/dissect/dissect-core.d.ts")}" />
import type * as declared from "page-core";
import type * as made from "./generated.js";
${COMPARING}
none<Exclude<keyof typeof declared, keyof typeof made>>();
none<Exclude<keyof typeof declared, ${[...FUNCTIONS, "RecordOpener"].map((name) => `"${name}"`).join(" | ")}>>();
${FUNCTIONS.map((name) => `nothing<Wrong<Pick<typeof declared, "${name}">, Pick<typeof made, "${name}">>>();`).join("\n")}
nothing<Wrong<declared.RecordOpener, made.RecordOpener>>();
none<Exclude<keyof declared.RecordOpener, keyof made.RecordOpener>>();
${compareConstructors("typeof declared.RecordOpener", "typeof made.RecordOpener")}
`;

test("what the page declares of its core is what its core has, and a change of it is noticed", async () => {
  const generated = readFileSync(inRoot("target", "wasm-page", "tls_psk.d.ts"), "utf8");
  const changed = [
    generated.replace(/^export function takeSteps.*$/m, ""),
    generated.replace("open(record: Uint8Array", "open(first: number, record: Uint8Array"),
    generated.replace(/attemptBinder\(secret: Uint8Array/, "attemptBinder(secret: number"),
  ];
  for (const other of changed) assert.notEqual(other, generated);
  const [now, ...noticed] = await complaints(
    ...[generated, ...changed].map((text) => ({ generated: text, program: PROGRAM })),
  );
  assert.equal(now, "");
  for (const [place, name] of [/takeSteps/, /open/, /attemptBinder/].entries()) assert.match(noticed[place], name);
});
