// npm run build: Rust to wasm, TypeScript to the package, the demo page. `npm run build -- wasm` or `package` stops
// early.

import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { incrementally } from "./lib/incremental.mjs";
import { writeThirdPartyLicenses } from "./lib/licenses.mjs";
import { manPage } from "./lib/man.mjs";
import { inRoot, npmBin, root } from "./lib/paths.mjs";
import { Failure, isEntry, main, run } from "./lib/run.mjs";
import { writeSbom } from "./lib/sbom.mjs";
import { reportSizes } from "./lib/sizes.mjs";
import { CORE_FLAGS, SHIPPED_FLAGS, shipped, TARGET } from "./lib/toolchain.mjs";
import { setUpBuild } from "./setup.mjs";

const PARTS = ["wasm", "package", "demo"];

// the features that rustc lets LLVM emit for the target, and that every supported runtime has; with "-all", no runtime
// would load the modules
const WASM_OPT = [
  "-Oz",
  "-Oz",
  // functions of like names are alike, and compress better as neighbours
  "--reorder-functions-by-name",
  // what linkers and statistics read
  "--strip-producers",
  "--strip-target-features",
  // imports and exports; it prints which
  "--minify-imports-and-exports-and-modules",
  "--enable-bulk-memory",
  "--enable-multivalue",
  "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int",
  "--enable-reference-types",
  "--enable-sign-ext",
  "--enable-simd",
];

/** The notices of all code that is compiled into the package. */
const LICENSES = "pkg/THIRD-PARTY-LICENSES";

/** Its bill of materials. */
const SBOM = "pkg/sbom.cdx.json";

/** The folder of the core for the demo page; no package contains it, as it shows its secrets. */
const PAGE_CORE = "target/wasm-page";

// the builds of the core: two of the package, and the page's
const SMALL = { name: "wasm", out: "pkg/dist/wasm", profile: "release", features: ["wiping"], flags: [] };
const FULL = {
  name: "wasm-full",
  out: "pkg/dist/full/wasm",
  profile: "full",
  features: ["certificates", "mlkem", "suspension", "wiping"],
  // At opt-level 3, LLVM then inlines no more than at "s", which makes the module 4 % smaller, and a handshake with
  // x25519 slower by a tenth, some 0.06 ms on each side; the ciphers are as fast.
  flags: ["-Cllvm-args=-inline-threshold=50"],
};
const PAGE = {
  name: "wasm-page",
  out: PAGE_CORE,
  profile: "release",
  features: ["classes", "dissect", "mlkem"],
  flags: [],
  // only the core itself, and in no other build, as it stores secrets
  cfgs: ["tls_psk_steps"],
};

/** Builds up to the named part, skipping what is up to date; without `tls-psk/full` if `full` is false. */
export async function build(last = "demo", { full = true } = {}) {
  const parts = PARTS.slice(0, PARTS.indexOf(last) + 1);
  if (parts.length === 0) throw new Failure(`There is no part "${last}"; the parts are ${PARTS.join(", ")}.`);
  const tools = await setUpBuild();
  await buildWasm(SMALL, tools);
  if (full) await buildWasm(FULL, tools);
  if (parts.includes("package")) {
    await buildInline(SMALL);
    await buildPackage();
  }
  if (parts.includes("package") && full) {
    await buildInline(FULL);
    await buildFullPackage();
    await buildLicenses();
  }
  if (parts.includes("demo")) {
    await buildWasm(PAGE, tools);
    await buildDemo();
  }
}

async function buildWasm({ name, out, profile, features, flags, cfgs = [] }, { wasmEnv, bindgen }) {
  const step = {
    name,
    inputs: ["Cargo.toml", "Cargo.lock", ".cargo", "src"],
    outputs: [`${out}/tls_psk.js`, `${out}/tls_psk_bg.wasm`],
    settings: {
      loader: LOADER.map(String),
      WASM_OPT,
      kind: "cdylib",
      names: String(shortenNames),
      flags: [...SHIPPED_FLAGS, ...CORE_FLAGS, ...flags],
      rustc: wasmEnv.RUSTC,
      bindgen,
      features,
      cfgs,
    },
  };
  const label = ["compiling the core to wasm", features.join(" and ")].filter(Boolean).join(", with ");
  await incrementally(label, step, async () => {
    await compile(profile, features, cfgs, { ...wasmEnv, ...shipped([...CORE_FLAGS, ...flags]) });

    const unfinished = inRoot("target", "wasm-bindgen");
    rmSync(unfinished, { recursive: true, force: true });
    const wasm = inRoot("target", TARGET, profile, "tls_psk.wasm");
    const names = ["--out-name", "tls_psk", "--out-dir", unfinished];
    await run(join(bindgen, "wasm-bindgen"), ["--target", "web", "--omit-default-module-path", ...names, wasm]);
    const module = join(unfinished, "tls_psk_bg.wasm");
    const glue = join(unfinished, "tls_psk.js");
    const table = await run(npmBin("wasm-opt"), [...WASM_OPT, module, "-o", module]);
    shortenNames(glue, JSON.parse(table));
    trimLoader(glue);
    // the types of the exports by their long names
    rmSync(`${module}.d.ts`);

    rmSync(inRoot(out), { recursive: true, force: true });
    mkdirSync(dirname(inRoot(out)), { recursive: true });
    cpSync(unfinished, inRoot(out), { recursive: true });
  });
}

/** Puts the module beside itself as JavaScript, in base64, for the entry that loads no other file. */
async function buildInline({ name, out }) {
  const [module, script] = [`${out}/tls_psk_bg.wasm`, `${out}/inline.js`];
  const step = { name: `${name}-inline`, inputs: [module], outputs: [script] };
  await incrementally("putting the WebAssembly into JavaScript", step, () => {
    writeFileSync(inRoot(script), `export default "${readFileSync(inRoot(module)).toString("base64")}";\n`);
  });
}

/** Gives the glue the names of imports and exports that wasm-opt has shortened, of which it prints a table. */
function shortenNames(path, { imports, exports }) {
  const names = new Map([...imports.map((row) => row.slice(-2)), ...exports]);
  const glue = readFileSync(path, "utf8").replaceAll(/(?<=\bwasm\.)\w+|^ {8}(?=\w+: function\()\w+/gm, (found) => {
    const name = found.trim();
    const short = names.get(name);
    if (short === undefined) throw new Failure(`The module has no import or export "${name}".`);
    return found.replace(name, () => short);
  });
  writeFileSync(path, glue);
}

/** The parts of the generated glue that find a module, and their replacements: the package finds its own module. */
const LOADER = [
  [/async function __wbg_load\(.*?\n}\n/s, ""],
  [/\n {4}if \(module !== undefined\) \{.*?\n {4}}\n/s, "\n    ({ module } = module);\n"],
  [
    /let __wbg_init_promise;\n.*?\n}\n/s,
    `async function __wbg_init({ module_or_path }) {
    const instance = await WebAssembly.instantiate(module_or_path, __wbg_get_imports());
    return wasm ?? __wbg_finalize_init(instance, module_or_path);
}
`,
  ],
  [/async function __wbg_init_once\(.*?\n}\n/s, ""],
  // the module of its imports, as wasm-opt names it
  [/"\.\/tls_psk_bg\.js": import0/, "a: import0"],
  [/^let wasmModule, wasmInstance, wasm;$/m, "let wasm;"],
  [/ {4}wasmInstance = instance;\n/, ""],
  [/ {4}wasmModule = module;\n/, ""],
  // every runtime with 128-bit vectors has it
  [/\nif \(!\('encodeInto' in cachedTextEncoder\)\) \{\n.*?\n}\n/s, ""],
];

/**
 * Reduces the glue to instantiating a compiled module. Its own loader names `Request` and `Response`, for which Node
 * loads an HTTP client in 20 ms.
 */
function trimLoader(path) {
  let glue = readFileSync(path, "utf8");
  for (const [part, replacement] of LOADER) {
    if (!part.test(glue)) throw new Failure(`The loader in wasm-bindgen's glue has changed: ${part}`);
    glue = glue.replace(part, replacement);
  }
  writeFileSync(path, glue);
}

/**
 * Compiles the core only as a module. Cargo does not optimise at link time what is also a Rust library, and does not
 * say so. Therefore this checks the output in which cargo says how it called the compiler.
 */
async function compile(profile, features, cfgs, env) {
  const where = ["--profile", profile, "--target", TARGET];
  // if the crate is up to date, it is not compiled, and there is no call to check
  await run("cargo", ["clean", "--quiet", "--locked", "--package", "tls-psk", ...where], { env, cwd: root });
  const what = ["--lib", "--crate-type", "cdylib", "--locked", "--no-default-features"];
  const cargo = ["rustc", "--verbose", ...what, ...where, ...features.flatMap((feature) => ["--features", feature])];
  if (cfgs.length > 0) cargo.push("--", ...cfgs.flatMap((cfg) => ["--cfg", cfg]));
  const spoken = { ...env, CARGO_TERM_COLOR: "never", CARGO_TERM_QUIET: "false" };
  const { code, output } = await run("cargo", cargo, { env: spoken, cwd: root, allowFailure: true });
  if (code !== 0) throw new Failure("cargo could not compile the core.", output);
  checkLto(output);
}

/** Throws unless the output of a verbose cargo has the call of rustc for the core, with optimisation at link time. */
export function checkLto(output) {
  const call = output.match(/^ *Running `.* --crate-name tls_psk .*`$/m)?.[0];
  if (!call) throw new Failure("cargo did not say how it compiled the core.", output);
  if (!/ -C lto(=fat)?[ `]/.test(call))
    throw new Failure("The core was compiled without optimisation at link time.", call);
}

const PACKAGE_INPUTS = [
  "pkg/src",
  "pkg/package.json",
  "tools/lib/man.mjs",
  "pkg/tsconfig.json",
  "pkg/dist/wasm/tls_psk.d.ts",
  "package-lock.json",
];

/** The files of only the larger build, and the folder that stores them until that is built. */
const OF_FULL = [
  "certificates.js",
  "rsa.js",
  ...["index", "message-connection", "messages", "node", "workerd"].map((name) => `hibernation/${name}.js`),
];
const PLACE_OF_FULL = "target/package";

async function buildPackage() {
  const step = {
    name: "package",
    inputs: PACKAGE_INPUTS,
    outputs: ["pkg/dist/index.js", "pkg/dist/tls-psk.1", ...OF_FULL.map((name) => `${PLACE_OF_FULL}/${name}`)],
  };
  await incrementally("compiling the package", step, async () => {
    const dist = inRoot("pkg", "dist");
    clear(dist);
    await run(npmBin("tsc"), ["--project", "pkg"], { cwd: root });
    mkdirSync(inRoot(PLACE_OF_FULL, "hibernation"), { recursive: true });
    for (const name of OF_FULL) renameSync(join(dist, name), inRoot(PLACE_OF_FULL, name));
    // the other build refuses options about certificates
    renameSync(join(dist, "no-certificates.js"), join(dist, "certificates.js"));
    rmSync(join(dist, "no-certificates.d.ts"));
    await writeManPage(dist);
  });
}

/** The man page of the command line, made from the text of --help. */
async function writeManPage(dist) {
  const { USAGE: usage, COMMANDS: commands } = await import(pathToFileURL(join(dist, "cli", "help.js")));
  const { version } = JSON.parse(readFileSync(inRoot("pkg", "package.json"), "utf8"));
  writeFileSync(join(dist, "tls-psk.1"), manPage({ usage, commands, version }));
}

async function buildFullPackage() {
  const step = { name: "package-full", inputs: PACKAGE_INPUTS, outputs: ["pkg/dist/full/index.js"] };
  await incrementally("copying the package for the larger core", step, async () => {
    const [dist, full] = [inRoot("pkg", "dist"), inRoot("pkg", "dist", "full")];
    clear(full);
    // the same files next to the larger module, which is "./wasm/" there; both share the types and the command line
    for (const directory of [".", "adapters"]) {
      for (const name of readdirSync(join(dist, directory))) {
        if (name.endsWith(".js")) cpSync(join(dist, directory, name), join(full, directory, name));
      }
    }
    for (const name of OF_FULL) cpSync(inRoot(PLACE_OF_FULL, name), join(full, name));
  });
}

/** The notices for both modules of the package: the larger one contains everything of the smaller one. */
async function buildLicenses() {
  const step = {
    name: "licenses",
    inputs: ["Cargo.toml", "Cargo.lock", "tools/lib/licenses.mjs"],
    outputs: [LICENSES],
    settings: FULL.features,
  };
  await incrementally("collecting the licences of the crates", step, () =>
    writeThirdPartyLicenses(LICENSES, FULL.features),
  );
  const bill = {
    name: "sbom",
    inputs: ["Cargo.toml", "Cargo.lock", "pkg/package.json", "tools/lib/licenses.mjs", "tools/lib/sbom.mjs"],
    outputs: [SBOM],
    settings: FULL.features,
  };
  await incrementally("writing the bill of materials", bill, () => writeSbom(SBOM, FULL.features));
}

/** Removes everything except the cores: leftovers of renamed sources would otherwise be packed. */
function clear(directory) {
  for (const name of readdirSync(directory)) {
    if (name !== "wasm" && name !== "full") rmSync(join(directory, name), { recursive: true });
  }
}

async function buildDemo() {
  const step = {
    name: "demo",
    inputs: ["www", ...["package.json", "dist"].map((name) => `pkg/${name}`), PAGE_CORE, "package-lock.json"],
    outputs: ["www/dist/index.html", "www/dist/main.js"],
  };
  await incrementally("bundling the demo page", step, async () => {
    const out = inRoot("www", "dist");
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    const { build } = await import("esbuild");
    await build({
      entryPoints: [inRoot("www", "src", "main.ts"), inRoot("www", "styles.css")],
      entryNames: "[name]",
      outdir: out,
      bundle: true,
      format: "esm",
      logLevel: "silent",
      minify: true,
      plugins: [pageCore],
      sourcemap: true,
      target: "es2022",
    }).catch((error) => {
      throw new Failure("The demo page could not be bundled.", error.message);
    });
    for (const name of readdirSync(inRoot("www"))) {
      const isSource = ["dist", "src", "tsconfig.json", "package.json"].includes(name) || name.endsWith(".css");
      if (!isSource) cpSync(inRoot("www", name), join(out, name), { recursive: true });
    }
    // the package looks for its module next to the script that it was bundled into
    const wasm = "tls_psk_bg.wasm";
    cpSync(inRoot(PAGE_CORE, wasm), join(out, "wasm", wasm));
  });
}

/** Gives the package on the page the page's own core, which has `page-core` in addition to the package's functions. */
const pageCore = {
  name: "page-core",
  setup(build) {
    const path = inRoot(PAGE_CORE, "tls_psk.js");
    build.onResolve({ filter: /^(page-core|\.\/wasm\/tls_psk\.js)$/ }, () => ({ path }));
  },
};

if (isEntry(import.meta)) {
  await main(async () => {
    const last = process.argv[2] ?? "demo";
    await build(last);
    if (last !== "wasm") await reportSizes();
  });
}
