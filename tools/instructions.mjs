// npm run bench:instructions: how many instructions handshakes and records take, counted by valgrind and compared with
// benches/instructions.json. Unlike times, the counts do not depend on what else the machine does. `-- --write` updates
// the figures.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { aptInstall } from "./lib/apt.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { ask, Failure, main, run, step, which } from "./lib/run.mjs";
import { setUpNative } from "./setup.mjs";

/** By how much a count may differ from the committed one. */
const TOLERANCE = 0.03;
const FIGURES = inRoot("benches", "instructions.json");

// As in a WebAssembly module, whatever this machine has instructions for.
const PORTABLE = ["aes", "chacha20", "poly1305", "polyval", "sha2"].map((crate) => `--cfg=${crate}_backend="soft"`);
PORTABLE.push('--cfg=curve25519_dalek_backend="serial"');

/** The program, compiled with the settings of the package's module. */
async function compile() {
  const cargo = ["bench", "--no-run", "--quiet", "--locked", "--bench", "instructions"];
  const place = ["--target-dir", join("target", "instructions"), "--message-format", "json"];
  const env = { CARGO_ENCODED_RUSTFLAGS: PORTABLE.join("\x1f") };
  const output = await run("cargo", [...cargo, ...place], { cwd: root, env });
  const artefacts = output.split("\n").filter((line) => line.startsWith("{"));
  const program = artefacts.map((line) => JSON.parse(line)).find(({ executable }) => executable)?.executable;
  if (!program) throw new Failure("cargo did not say what it compiled.", output);
  return program;
}

async function instructions(program, name, times) {
  const callgrind = ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, name, String(times)];
  const { code, output } = await run("valgrind", callgrind, { allowFailure: true });
  const count = output.match(/Collected : (\d+)/)?.[1];
  if (code !== 0 || !count) throw new Failure(`valgrind could not run ${name}.`, output);
  return Number(count);
}

await main(async () => {
  await setUpNative();
  if (!which("valgrind")) await aptInstall(["valgrind"], "to count instructions");
  const compiler = ask("rustc", ["--version"]);
  const program = await step("compiling what is measured", compile);
  const counts = {};
  for (const name of (await run(program, [])).trim().split("\n")) {
    const [two, four] = [await instructions(program, name, 2), await instructions(program, name, 4)];
    counts[name] = Math.round((four - two) / 2);
  }
  if (process.argv.includes("--write")) {
    writeFileSync(FIGURES, `${JSON.stringify({ compiler, counts }, null, 2)}\n`);
  }
  const committed = JSON.parse(readFileSync(FIGURES, "utf8"));
  const wrong = [];
  for (const [name, count] of Object.entries(counts)) {
    const ratio = count / committed.counts[name];
    console.log(`  ${name.padEnd(28)} ${String(count).padStart(10)}  ${ratio.toFixed(4)} of the committed figure`);
    if (!(Math.abs(ratio - 1) <= TOLERANCE)) wrong.push(name);
  }
  if (wrong.length > 0) {
    const reason = compiler === committed.compiler ? "" : `; the figures are those of ${committed.compiler}`;
    throw new Failure(`More than ${TOLERANCE * 100} % from the committed figures: ${wrong.join(", ")}${reason}.`);
  }
});
