// npm run fuzz: the fuzzers of fuzz/, by libFuzzer. `npm run fuzz -- --seconds 600 conversation codec` runs some of them for
// so long each; without names it runs all. What a fuzzer finds is left in fuzz/artifacts.

import { mkdirSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { inRoot } from "./lib/paths.mjs";
import { Failure, heading, isEntry, main, run, step } from "./lib/run.mjs";
import { setUpNative } from "./setup.mjs";

/** The coverage that libFuzzer is guided by, and checks that a release leaves out. These flags need no nightly compiler. */
const FLAGS = [
  "--cfg=fuzzing",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Ccodegen-units=1",
  "-Cdebug-assertions",
  "-Coverflow-checks",
];
/** The target is named, as only then build scripts are compiled without the flags. */
const HOST = /^host: (.*)$/m;

const TARGETS = readdirSync(inRoot("fuzz", "targets")).map((name) => name.replace(/\.rs$/, ""));

export async function fuzz(targets, seconds, extra = []) {
  await setUpNative();
  const [, host] = (await run("rustc", ["-vV"])).match(HOST);
  const env = { CARGO_ENCODED_RUSTFLAGS: FLAGS.join("\x1f"), CARGO_TARGET_DIR: inRoot("target", "fuzz") };
  const build = ["build", "--quiet", "--locked", "--manifest-path", inRoot("fuzz", "Cargo.toml"), "--target", host];
  await step("compiling the fuzzers", () => run("cargo", [...build, ...extra], { env }));
  const findings = [];
  for (const target of targets) {
    heading(`${target}, ${seconds} s`);
    const [corpus, found, artifacts] = ["corpus", "found", "artifacts"].map((name) => inRoot("fuzz", name, target));
    for (const directory of [corpus, found, artifacts]) mkdirSync(directory, { recursive: true });
    const program = inRoot("target", "fuzz", host, "debug", target);
    // New inputs go into the first directory; those that are committed are in the second.
    const args = [found, corpus, `-max_total_time=${seconds}`, `-artifact_prefix=${artifacts}/`, "-timeout=10"];
    const limits = ["-rss_limit_mb=2048", "-max_len=4096", "-print_final_stats=1"];
    const { code, output } = await run(program, [...args, ...limits], { allowFailure: true });
    const [cov] = [...output.matchAll(/cov: (\d+)/g)].map(([, edges]) => edges).slice(-1);
    const executions = output.match(/stat::number_of_executed_units: (\d+)/)?.[1];
    console.log(`  ${executions ?? "?"} executions, ${cov ?? "?"} edges`);
    if (code !== 0) {
      console.error(output.slice(-4_000));
      findings.push(target);
    }
  }
  return findings;
}

if (isEntry(import.meta)) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { seconds: { type: "string", default: "60" } },
    });
    const unknown = positionals.filter((name) => !TARGETS.includes(name));
    if (unknown.length > 0)
      throw new Failure(`There is no fuzzer ${unknown.join(", ")}; there are ${TARGETS.join(", ")}.`);
    const findings = await fuzz(positionals.length > 0 ? positionals : TARGETS, Number(values.seconds));
    if (findings.length > 0)
      throw new Failure(`These fuzzers found something: ${findings.join(", ")}. See fuzz/artifacts.`);
  });
}
