// The types of the package in strict projects: each compiler that is promised, with the types of each runtime. Nothing is
// skipped (skipLibCheck), so that what is wrong in the declarations themselves is an error, too.

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { inRoot } from "../../../tools/lib/paths.mjs";
import { isEntry, main, run, step } from "../../../tools/lib/run.mjs";
import { setUpNpm } from "../../../tools/setup.mjs";

const DIRECTORY = "tests/types/matrix";

/** TypeScript as the package is compiled with, and the oldest that README promises. */
const COMPILERS = { current: "node_modules/typescript", oldest: `${DIRECTORY}/node_modules/typescript-oldest` };

const NODE = { program: "node", target: "es2022" };
const ROWS = [
  ...["node20", "node24", "node26"].flatMap((types) => [
    { name: `${types}, default libraries`, ...NODE, types },
    { name: `${types}, without DOM`, ...NODE, types, lib: ["es2023"] },
  ]),
  { name: "pages", program: "web", lib: ["es2023", "dom", "dom.asynciterable"] },
  { name: "workers, without DOM", program: "web", lib: ["es2023", "webworker", "webworker.asynciterable"] },
];

/** Resolution that knows no `exports` (which TypeScript 7 has no more): it takes `main`, `types` and `typesVersions`. */
const NODE10 = {
  name: "resolution of Node 10",
  ...NODE,
  types: "node20",
  resolution: { module: "esnext", moduleResolution: "node10" },
};

const STRICT = {
  target: "es2022",
  module: "nodenext",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
  noEmit: true,
};

/** Compiles every row with every compiler. */
export async function compileMatrix() {
  await setUpNpm(DIRECTORY);
  for (const [age, compiler] of Object.entries(COMPILERS)) {
    // The oldest is slow, and what it does with the libraries of the others it does with one of them.
    const rows = age === "oldest" ? [...ROWS.filter(({ types }) => types !== "node24"), NODE10] : ROWS;
    for (const row of rows) {
      await step(`types, ${age} TypeScript: ${row.name}`, () => compile(compiler, row));
    }
  }
}

async function compile(compiler, { name, program, types, lib, resolution = {} }) {
  const directory = inRoot(DIRECTORY, "node_modules", ".rows", name.replaceAll(/\W+/g, "-"));
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  // the packages have other names here, and look for each other by the real one
  if (types) symlinkSync(inRoot(DIRECTORY, "node_modules", types), join(directory, "node"), "dir");
  const compilerOptions = {
    ...STRICT,
    ...resolution,
    types: types ? ["node"] : [],
    typeRoots: ["."],
    ...(lib && { lib }),
  };
  const files = [relative(directory, inRoot(DIRECTORY, "programs", `${program}.ts`))];
  writeFileSync(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  await run(process.execPath, [inRoot(compiler, "bin", "tsc"), "--project", directory]);
}

if (isEntry(import.meta)) await main(compileMatrix);
