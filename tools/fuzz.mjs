// npm run fuzz: the fuzzers of fuzz/, by libFuzzer. `npm run fuzz -- --seconds 600 conversation codec` runs some of them for
// so long each; without names it runs all. What a fuzzer finds is left in fuzz/artifacts. `npm run fuzz -- --planted` puts
// each fault of fuzz/planted.json into a copy of the sources, and fails if its fuzzer does not find it.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { inRoot, root } from "./lib/paths.mjs";
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

/** Builds the fuzzers of a checkout, and returns where they are. */
async function build(checkout) {
  await setUpNative();
  const [, host] = (await run("rustc", ["-vV"])).match(HOST);
  const directory = inRoot("target", "fuzz");
  const env = { CARGO_ENCODED_RUSTFLAGS: FLAGS.join("\x1f"), CARGO_TARGET_DIR: directory };
  const manifest = join(checkout, "fuzz", "Cargo.toml");
  const args = ["build", "--quiet", "--locked", "--bins", "--manifest-path", manifest, "--target", host];
  await step("compiling the fuzzers", () => run("cargo", args, { env }));
  return join(directory, host, "debug");
}

/** Runs a fuzzer for some seconds: what it has done, and whether it has found something. */
async function runOne(programs, target, seconds) {
  const [corpus, found, artifacts] = ["corpus", "found", "artifacts"].map((name) => inRoot("fuzz", name, target));
  for (const directory of [found, artifacts]) mkdirSync(directory, { recursive: true });
  // New inputs go into the first directory; those that are committed are in the second.
  const args = [found, corpus, `-max_total_time=${seconds}`, `-artifact_prefix=${artifacts}/`, "-timeout=10"];
  const limits = ["-rss_limit_mb=2048", "-max_len=4096", "-print_final_stats=1"];
  const { code, output } = await run(join(programs, target), [...args, ...limits], { allowFailure: true });
  const [edges] = [...output.matchAll(/cov: (\d+)/g)].map(([, cov]) => cov).slice(-1);
  const executions = output.match(/stat::number_of_executed_units: (\d+)/)?.[1];
  return { found: code !== 0, output, executions, edges };
}

async function fuzz(targets, seconds) {
  const programs = await build(root);
  const findings = [];
  for (const target of targets) {
    heading(`${target}, ${seconds} s`);
    const { found, output, executions, edges } = await runOne(programs, target, seconds);
    console.log(`  ${executions} executions, ${edges} edges`);
    if (!found) continue;
    console.error(output.slice(-4_000));
    findings.push(target);
  }
  if (findings.length === 0) return;
  throw new Failure(`These fuzzers found something: ${findings.join(", ")}. See fuzz/artifacts.`);
}

/** Whether each fuzzer finds a fault that was planted for it. */
async function findPlanted(targets, seconds) {
  const missed = [];
  const faults = JSON.parse(readFileSync(inRoot("fuzz", "planted.json"), "utf8"));
  for (const { target, fault, file, from, to } of faults.filter(({ target }) => targets.includes(target))) {
    heading(`${target}: ${fault}`);
    const checkout = mkdtempSync(join(tmpdir(), "tls-psk-planted-"));
    try {
      for (const name of [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "tests",
        "benches",
        "fuzz",
        "examples",
        "docs",
        "README.md",
      ]) {
        cpSync(inRoot(name), join(checkout, name), {
          recursive: true,
          filter: (path) => !path.includes("node_modules"),
        });
      }
      const source = readFileSync(join(checkout, file), "utf8");
      if (source.split(from).length !== 2) throw new Failure(`${file} does not contain once: ${from}`);
      writeFileSync(join(checkout, file), source.replace(from, to));
      const programs = await build(checkout);
      const start = performance.now();
      const { found } = await runOne(programs, target, seconds);
      console.log(found ? `  found after ${((performance.now() - start) / 1_000).toFixed(1)} s` : "  not found");
      if (!found) missed.push(target);
    } finally {
      rmSync(checkout, { recursive: true });
      rmSync(inRoot("fuzz", "artifacts", target), { recursive: true, force: true });
    }
  }
  if (missed.length > 0) throw new Failure(`These fuzzers found nothing: ${missed.join(", ")}.`);
}

if (isEntry(import.meta)) {
  await main(async () => {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { seconds: { type: "string", default: "60" }, planted: { type: "boolean", default: false } },
    });
    const unknown = positionals.filter((name) => !TARGETS.includes(name));
    if (unknown.length > 0) {
      throw new Failure(`There is no fuzzer ${unknown.join(", ")}; there are ${TARGETS.join(", ")}.`);
    }
    const seconds = Number(values.seconds);
    const targets = positionals.length > 0 ? positionals : TARGETS;
    await (values.planted ? findPlanted : fuzz)(targets, seconds);
  });
}
