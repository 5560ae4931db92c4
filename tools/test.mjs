// npm test: every test, in every place that the code runs. `npm test -- rust node` runs parts.

import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { build } from "./build.mjs";
import { setUpBrowser, setUpFirefox } from "./lib/browser.mjs";
import { wasmBindgen, wasmPack } from "./lib/cargo-tools.mjs";
import { files } from "./lib/incremental.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { Failure, heading, main, run, seconds } from "./lib/run.mjs";
import { wasmToolchain } from "./lib/toolchain.mjs";
import { setUpExamples, setUpNative, setUpNpm, setUpPage, setUpPageModules, setUpPeers } from "./setup.mjs";

const PARTS = {
  async rust() {
    await setUpNative();
    const test = (selection, env) => countRust("cargo", ["test", "--locked", "--no-fail-fast", ...selection], env);
    return [
      await test([]),
      await test(["--manifest-path", "tests/model/Cargo.toml"], { CARGO_TARGET_DIR: inRoot("target", "model") }),
      // recorded steps have tests of their own, and may change nothing in the others
      await test(["--features", "certificates"], { RUSTC_WORKSPACE_WRAPPER: inRoot("tools", "lib", "with-steps") }),
    ];
  },

  async wasm() {
    await setUpNative();
    await setUpNpm();
    await setUpBrowser();
    await setUpFirefox();
    const toolchain = await wasmToolchain();
    const dirs = [await wasmBindgen(), await wasmPack()];
    const PATH = [...dirs, toolchain.PATH ?? process.env.PATH].join(delimiter);
    // no table of lines, which wasm-bindgen would read and drop for each of the engines
    const env = { ...toolchain, PATH, CARGO_PROFILE_DEV_DEBUG: "false" };
    const { testInBrowsers } = await import("./lib/browser-tests.mjs");
    const inNode = ["--log-level", "error", "test", "--mode", "no-install", "--node", "--", ...WASM_TESTS];
    return [
      await countRust(join(dirs[1], "wasm-pack"), inNode, env),
      ...(await testInBrowsers(WASM_TESTS, env)).map((output) => addUp(output)),
    ];
  },

  async node() {
    await build("package");
    return [await countNode("tests/node")];
  },

  async interop() {
    await build("package");
    await setUpPeers();
    return [await countNode("tests/interop")];
  },

  async examples() {
    await build("package");
    await setUpExamples();
    // those of the crate; the time of a compiler does not count as that of a test file
    await run("cargo", ["build", "--quiet", "--locked", "--examples"], { cwd: root, show: true });
    return [await countNode("tests/examples")];
  },

  async page() {
    await build("demo");
    await setUpPageModules();
    return [await countNode("tests/page")];
  },

  async browser() {
    await build("demo");
    await setUpPage();
    return [await countNode("tests/browser")];
  },

  // what is quick of `npm run test:runtimes`
  async runtimes() {
    const { runMatrix } = await import("../tests/runtimes/matrix.mjs");
    return [await runMatrix({ quick: true })];
  },
};

/** All of the core's tests but those that read the repository. */
const WASM_TESTS = ["--features", "certificates", "--lib", "--test", "api", "--test", "conformance"];

/** Runs tests of Rust's harness, or one that speaks like it, and counts them. */
async function countRust(program, args, env) {
  const { code, output } = await run(program, args, { cwd: root, env, show: true, allowFailure: true });
  return addUp(output, code);
}

/** Adds up the `test result:` lines of such a harness. */
function addUp(output, code = 0) {
  const results = [...output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed; (\d+) ignored/gm)];
  const sum = (group) => results.reduce((total, result) => total + Number(result[group]), 0);
  return honest({ passed: sum(1), failed: sum(2), skipped: sum(3) }, code);
}

/** The milliseconds after which a file that does not end, say for a process it left behind, has failed. */
const FILE_TIMEOUT = 300_000;

/** Runs the Node tests under a directory, and reads the runner's own totals. */
async function countNode(dir) {
  const found = files(dir).filter((path) => path.endsWith(".test.mjs"));
  if (found.length === 0) throw new Failure(`There is no *.test.mjs under ${dir}.`);
  // Much of what they do is to wait for a process, a peer or a page.
  const atOnce = `--test-concurrency=${Math.max(2, availableParallelism() - 1)}`;
  const args = ["--test", "--test-reporter=spec", `--test-timeout=${FILE_TIMEOUT}`, atOnce, ...found];
  const { code, output } = await run(process.execPath, args, { cwd: root, show: true, allowFailure: true });
  const total = (name) => Number(output.match(new RegExp(`^ℹ ${name} (\\d+)$`, "m"))?.[1] ?? 0);
  const failed = total("fail") + total("cancelled");
  return honest({ passed: total("pass"), failed, skipped: total("skipped") + total("todo") }, code);
}

/** A runner that failed without a failed test (it did not compile, it crashed) or ran none counts as one failure. */
function honest(counts, code) {
  const unexplained = code !== 0 ? counts.failed === 0 : counts.passed === 0;
  return unexplained ? { ...counts, failed: counts.failed + 1 } : counts;
}

const NOTHING = { passed: 0, failed: 0, skipped: 0 };

const add = (a, b) => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  skipped: a.skipped + b.skipped,
});

async function runPart(name) {
  const start = performance.now();
  heading(name);
  const counts = await PARTS[name]().catch((error) => {
    if (!(error instanceof Failure)) throw error;
    console.error(`${error.output}\nerror: ${error.message}`.trimStart());
    return [{ ...NOTHING, failed: 1 }];
  });
  return { name, time: seconds(start), ...counts.reduce(add) };
}

function summarise(results) {
  const row = (...cells) => console.log(cells.map((cell, i) => (i ? `${cell}`.padStart(9) : cell.padEnd(9))).join(""));
  heading("summary");
  row("", "passed", "failed", "skipped", "time");
  for (const { name, passed, failed, skipped, time } of results) row(name, passed, failed, skipped, time);
  const { passed, failed, skipped } = results.reduce(add, NOTHING);
  console.log(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
  return failed;
}

await main(async () => {
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in PARTS));
  if (unknown)
    throw new Failure(`There is no part "${unknown}" to test; the parts are ${Object.keys(PARTS).join(", ")}.`);
  const results = [];
  for (const name of asked.length > 0 ? asked : Object.keys(PARTS)) results.push(await runPart(name));
  process.exitCode = summarise(results) > 0 ? 1 : 0;
});
