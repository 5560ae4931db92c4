// The verdict of npm run mutants: what must be explained, and what must not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "../../tools/mutants.mjs";

const outcome = (summary, name) => ({ summary, scenario: { Mutant: { name } } });
const baseline = { summary: "Success", scenario: "Baseline" };

test("a survivor is explained by an entry of its name, whatever its line", () => {
  const outcomes = [baseline, outcome("MissedMutant", "src/keys/a.rs:7:9: replace == with != in is_last")];
  const entries = [{ mutant: "src/keys/a.rs: replace == with != in is_last", reason: "it is never asked" }];
  assert.deepEqual(compare(outcomes, entries), { unexplained: [], stale: [] });
  assert.deepEqual(compare(outcomes, []), {
    unexplained: ["src/keys/a.rs:7:9: replace == with != in is_last"],
    stale: [],
  });
});

test("an entry explains one survivor, or as many as it says", () => {
  const outcomes = [7, 8].map((line) => outcome("MissedMutant", `src/psk/b.rs:${line}:1: replace + with - in age`));
  const entry = { mutant: "src/psk/b.rs: replace + with - in age", reason: "both are zero" };
  assert.deepEqual(compare(outcomes, [entry]).unexplained, ["src/psk/b.rs:8:1: replace + with - in age"]);
  assert.deepEqual(compare(outcomes, [{ ...entry, times: 2 }]).unexplained, []);
});

test("an entry for a mutant that a test notices is stale, and one for a mutant that was not made is not", () => {
  const outcomes = [
    outcome("CaughtMutant", "src/wire/c.rs:3:1: replace read with ()"),
    outcome("Timeout", "src/wire/c.rs:9:1: replace next with ()"),
  ];
  const entries = [
    "src/wire/c.rs: replace read with ()",
    "src/wire/c.rs: replace next with ()",
    "src/wire/d.rs: delete !",
  ];
  assert.deepEqual(
    compare(
      outcomes,
      entries.map((mutant) => ({ mutant, reason: "" })),
    ),
    { unexplained: [], stale: entries.slice(0, 2) },
  );
});
