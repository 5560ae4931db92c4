// npm run test:runtimes: the packed package, installed as its users do, in every runtime and bundler, against Node's TLS.
//
// `npm run test:runtimes -- --quick` leaves out what takes long, `-- Deno Vite` runs the rows whose names begin so, and
// `--write` writes the table into README.md and the test programs into docs/runtimes.md once all rows have passed.

import { build } from "../../tools/build.mjs";
import { Failure, heading, isEntry, main, seconds } from "../../tools/lib/run.mjs";
import { setUpRuntimes } from "../../tools/setup.mjs";

/** The milliseconds that a row may take. */
const ROW_TIMEOUT = 120_000;

/** Runs the rows asked for; resolves to how many of them passed and failed. */
export async function runMatrix({ quick = false, names = [], write = false } = {}) {
  await build("package");
  await setUpRuntimes({ quick });
  const { rows } = await import("./rows/index.mjs");
  const { outdated, report } = await import("./lib/table.mjs");
  const { pack } = await import("./lib/project.mjs");
  const { browsersUsed } = await import("./lib/browsers.mjs");

  const unknown = names.find((name) => !rows.some(({ what }) => what.startsWith(name)));
  if (unknown)
    throw new Failure(`There is no row "${unknown}"; the rows are ${rows.map(({ what }) => what).join(", ")}.`);
  const asked = names.length > 0 ? rows.filter(({ what }) => names.some((name) => what.startsWith(name))) : rows;

  const matrix = context();
  const results = [];
  let browsers = [];
  try {
    const packed = await pack(matrix);
    for (const row of asked.filter((row) => row.quick || !quick)) {
      for (const entry of row.entries ?? [undefined]) {
        results.push(await runRow(row, { matrix, packed, entry, quick }));
      }
    }
    browsers = await browsersUsed();
  } finally {
    await matrix.end();
  }

  const failed = results.filter(({ failure }) => failure).length;
  const documents = write && failed > 0 ? [] : outdated(rows, { write });
  heading("results");
  console.log(report(results));
  if (browsers.length > 0) console.log(`Browsers: ${browsers.join(", ")}`);
  for (const path of documents) {
    console.log(write ? `${path} is written.` : `${path} differs: "npm run test:runtimes -- --write" mends it.`);
  }
  const stale = write ? 0 : documents.length;
  return { passed: results.length - failed, failed: failed + stale, skipped: 0 };
}

async function runRow(row, { entry, ...rest }) {
  const start = performance.now();
  const t = context();
  process.stdout.write(`  ${[row.what, entry].filter(Boolean).join(", ")} ... `);
  const failure = await Promise.race([
    row.run({ t, entry, ...rest }).then(
      () => null,
      (error) => error,
    ),
    t.late,
  ]);
  await t.end();
  const time = seconds(start);
  console.log(failure ? `failed\n${explain(failure)}` : time);
  return { ...row, entry, failure, time };
}

/** Where rows put away what they started, as the contexts of Node's test runner do. */
function context() {
  const undo = [];
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(new Error(`it takes more than ${ROW_TIMEOUT} ms`)), ROW_TIMEOUT);
  });
  return {
    late,
    after: (work) => undo.unshift(work),
    async end() {
      clearTimeout(timer);
      for (const work of undo.splice(0)) await work();
    },
  };
}

const explain = (error) =>
  [error.output, error.stack, error.cause?.stack].filter(Boolean).join("\n").replaceAll(/^/gm, "    ");

if (isEntry(import.meta)) {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
  await main(async () => {
    const args = process.argv.slice(2);
    const names = args.filter((arg) => !arg.startsWith("--"));
    const { passed, failed } = await runMatrix({
      quick: args.includes("--quick"),
      write: args.includes("--write"),
      names,
    });
    console.log(`\n${passed} passed, ${failed} failed`);
    // browsers and servers of rows that failed may linger
    process.exit(failed > 0 ? 1 : 0);
  });
}
