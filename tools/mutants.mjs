// npm run mutants -- keys psk: changes the core in one place after the other, and runs the tests of each change. A change
// that no test notices must stand in tests/mutants.json, with the reason why none can.
//
// Names are those of rooms of src. `--file src/keys/schedule.rs` takes the files that a pattern matches; `--changed main`
// takes what differs from where the current branch left another. All rooms together take hours.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cargoMutants } from "./lib/cargo-tools.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { Failure, isEntry, main, run, step } from "./lib/run.mjs";
import { setUpNative } from "./setup.mjs";

const EXPLAINED = "tests/mutants.json";
const ROOMS = ["keys", "psk", "record", "wire", "client", "server", "endpoint"];
const COPIED = ["Cargo.toml", "Cargo.lock", "src", "benches", "docs"];
const COPIED_TESTS = ["api", "conformance", "support", "unit", "vectors"];

/** The tests of a mutant: those that need nothing but the core. */
const TESTS = ["--lib", "--test", "api", "--test", "conformance"];
/** Of these, the ones that repeat what others test so often that a mutant would cost a minute. */
const SLOW = [
  "a_hundred_thousand_psks_are_one_list_of_a_server",
  "a_resumption_succeeds_only_where_the_full_handshake_would_have",
  "broken_server_flights_never_make_a_client_panic_or_lie",
];
/** Of Cargo.toml: the core itself is compiled for every mutant, its dependencies once. */
const PROFILE = `
[workspace]

[profile.mutants]
inherits = "dev"
debug = false
opt-level = 1

[profile.mutants.package."*"]
opt-level = 2
`;

/** The rooms are declared by a macro, which hides them from cargo-mutants. */
function declareModules(source) {
  const declared = source.replace(/^layers! \{\n([\s\S]*?)^\}\n/m, (_, modules) =>
    modules.replaceAll(/^ {4}(\w+;)$/gm, "pub mod $1").replaceAll(/^ {4}/gm, ""),
  );
  if (declared === source) throw new Failure("src/lib.rs declares no layers.");
  return declared.replace(/^macro_rules! layers \{[\s\S]*?^\}\n/m, "");
}

/** Copies what is compiled, with the times of the files, so that cargo compiles again only what has changed. */
function copyTo(checkout) {
  rmSync(checkout, { recursive: true, force: true });
  mkdirSync(checkout, { recursive: true });
  for (const name of [...COPIED, ...COPIED_TESTS.map((name) => `tests/${name}`)]) {
    cpSync(inRoot(name), join(checkout, name), { recursive: true, preserveTimestamps: true });
  }
  // a test reads the numbers of alerts there
  cpSync(inRoot("pkg/src/describe.ts"), join(checkout, "pkg/src/describe.ts"));
  const lib = join(checkout, "src/lib.rs");
  writeFileSync(lib, declareModules(readFileSync(lib, "utf8")));
  const manifest = join(checkout, "Cargo.toml");
  writeFileSync(manifest, readFileSync(manifest, "utf8") + PROFILE);
}

/** Which mutants to make, as arguments of cargo-mutants; null for none. */
async function selection(rooms, { file, changed }, directory) {
  if (changed === undefined) {
    const files = [...rooms.map((room) => `src/${room}/**`), ...(file ?? [])];
    return files.flatMap((pattern) => ["--file", pattern]);
  }
  const paths = ROOMS.map((room) => `src/${room}`);
  const changes = await run("git", ["diff", "--merge-base", changed, "--", ...paths], { cwd: root });
  const diff = join(directory, "changed.diff");
  writeFileSync(diff, changes);
  return changes ? ["--in-diff", diff] : null;
}

/** The name of a mutant without its line, which changes too often to be written down. */
const nameOf = ({ name }) => name.replace(/^([^:]+):\d+:\d+: /, "$1: ");

/** The survivors that the list does not explain, and the entries for mutants that do not survive. */
export function compare(outcomes, entries) {
  const mutants = outcomes.filter(({ scenario }) => scenario.Mutant);
  const survivors = mutants.filter(({ summary }) => summary === "MissedMutant").map(({ scenario }) => scenario.Mutant);
  const left = entries.flatMap(({ mutant, times = 1 }) => Array(times).fill(mutant));
  const unexplained = survivors.filter((survivor) => {
    const at = left.indexOf(nameOf(survivor));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
  const made = new Set(mutants.map(({ scenario }) => nameOf(scenario.Mutant)));
  return { unexplained: unexplained.map(({ name }) => name), stale: left.filter((mutant) => made.has(mutant)) };
}

/** One line of figures. */
function figures(outcomes) {
  const count = (summary) =>
    outcomes.filter((outcome) => outcome.scenario.Mutant && outcome.summary === summary).length;
  const [caught, missed, endless, unviable] = ["CaughtMutant", "MissedMutant", "Timeout", "Unviable"].map(count);
  return `${caught} caught, ${endless} never ended, ${missed} survived, ${unviable} do not compile`;
}

async function mutate(rooms, options) {
  await setUpNative();
  const tool = join(await cargoMutants(), "cargo-mutants");
  const directory = inRoot("target", "mutants");
  const checkout = join(directory, "checkout");
  await step("copying the sources", () => copyTo(checkout));
  const selected = await selection(rooms, options, directory);
  if (!selected) return console.log("Nothing has changed that can be mutated.");
  const results = join(directory, "mutants.out", "outcomes.json");
  rmSync(results, { force: true });
  const args = [
    ["mutants", "--in-place", "--output", directory, "--profile", "mutants", "--features", "certificates"],
    ["--minimum-test-timeout", "30", "--no-shuffle", "--colors", "never", "--cap-lints", "true"],
    selected,
    ["--", ...TESTS, "--", ...SLOW.flatMap((name) => ["--skip", name])],
  ].flat();
  // the tests of recorded steps notice also what has no effect but the time that it takes
  const wrapper = inRoot("tools", "lib", "with-steps");
  const env = { CARGO_TARGET_DIR: join(directory, "target"), RUSTC_WORKSPACE_WRAPPER: wrapper };
  const { code, output } = await run(tool, args, { cwd: checkout, env, allowFailure: true, show: true });
  // 2: some survived; 3: some never ended
  if (![0, 2, 3].includes(code)) throw new Failure("cargo-mutants could not run the tests.", output.slice(-4_000));
  // a change of comments has no mutants
  if (!existsSync(results)) return console.log("Nothing has changed that can be mutated.");
  const { outcomes } = JSON.parse(readFileSync(results, "utf8"));
  console.log(`\n${figures(outcomes)}`);
  const { unexplained, stale } = compare(outcomes, JSON.parse(readFileSync(inRoot(EXPLAINED), "utf8")));
  const lines = (title, names) => (names.length > 0 ? [title, ...names.map((name) => `  ${name}`)] : []);
  const report = [
    ...lines("No test notices:", unexplained),
    ...lines(`A test notices, so ${EXPLAINED} must not explain:`, stale),
  ];
  if (report.length > 0) throw new Failure(`Mutants and ${EXPLAINED} disagree.`, report.join("\n"));
}

if (isEntry(import.meta)) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { file: { type: "string", multiple: true }, changed: { type: "string" } },
    });
    const unknown = positionals.filter((name) => !ROOMS.includes(name));
    if (unknown.length > 0) throw new Failure(`There is no room ${unknown.join(", ")}: ${ROOMS.join(", ")}.`);
    await mutate(positionals.length > 0 || values.file ? positionals : ROOMS, values);
  });
}
