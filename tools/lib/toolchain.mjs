// A Rust toolchain that compiles for wasm32-unknown-unknown.
//
// Most people have rustup, which installs the target. Otherwise (no rustup, or its server cannot be reached), the
// target's standard library is built from Debian's packages. That toolchain is used in addition to the default one,
// which still does native builds. WASM_TOOLCHAIN=rustup or =debian allows only that way.

import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { aptInstall } from "./apt.mjs";
import { inCache, minimumRust, root } from "./paths.mjs";
import { ask, Failure, run, step, which, withPath } from "./run.mjs";

export const TARGET = "wasm32-unknown-unknown";

/** Flags of rustc for modules that are shipped. */
export const SHIPPED_FLAGS = [
  // panic messages name source files, but without this machine's paths
  `--remap-path-prefix=${process.env.CARGO_HOME || join(homedir(), ".cargo")}=cargo`,
  `--remap-path-prefix=${root}=tls-psk`,
  // Even at opt-level "s", LLVM inlines what Rust marks #[inline] as if for speed. With the threshold of all other
  // code, the module is 4 % smaller and no slower; "z" does this, too, but the AEADs then run at half their speed.
  "-Cllvm-args=-inlinehint-threshold=50",
];

/** Flags of rustc for the core: vectors of 128 bits make it smaller and its hashes faster. All supported runtimes have them. */
export const CORE_FLAGS = ["-Ctarget-feature=+simd128"];

/** `SHIPPED_FLAGS`, and more flags if given, as an environment for cargo. */
export const shipped = (more = []) => ({ CARGO_ENCODED_RUSTFLAGS: [...SHIPPED_FLAGS, ...more].join("\x1f") });

/** The environment in which cargo, and programs that call cargo, build for wasm32. */
export async function wasmToolchain() {
  const way = process.env.WASM_TOOLCHAIN || "any";
  if (!["any", "rustup", "debian"].includes(way)) {
    throw new Failure(`WASM_TOOLCHAIN is "${way}"; it must be "rustup", "debian" or unset.`);
  }
  if (way !== "debian") {
    if (hasTarget()) return {};
    const debian = way === "any" && cachedDebian();
    if (debian) return environment(debian);
    if (which("rustup") && (await rustupAdd())) return {};
    if (way === "rustup") throw new Failure(`rustup could not add the target ${TARGET}.`);
  }
  return environment(cachedDebian() ?? (await buildDebian()));
}

/** Fails with advice if the default toolchain is missing or too old. */
export function checkRust() {
  const version = ask("rustc", ["--version"]);
  const found = version
    ?.match(/^rustc (\d+)\.(\d+)/)
    ?.slice(1)
    .map(Number);
  const wanted = minimumRust().join(".");
  if (!which("cargo") || !found)
    throw new Failure(`Rust ${wanted} or newer is needed, with cargo: install it from https://rustup.rs.`);
  if (isOlder(found))
    throw new Failure(`Rust ${wanted} or newer is needed, but this is ${version}: update it from https://rustup.rs.`);
}

/** rustfmt and clippy, for the default toolchain and for the one that builds wasm. */
export async function setUpRustLint() {
  await component("rustfmt", ["cargo", "fmt"], "rustfmt-web");
  await component("clippy", ["cargo", "clippy"], "rust-web-clippy");
  const { RUSTC } = await wasmToolchain();
  if (RUSTC && !existsSync("/usr/bin/clippy-driver")) await aptInstall(["rust-web-clippy"], "to check the wasm build");
}

async function component(name, [program, subcommand], debian) {
  if (ask(program, [subcommand, "--version"]) !== null) return;
  const purpose = "to check the Rust code";
  if (!which("rustup")) await aptInstall([debian], purpose);
  else {
    await step(`adding ${name} with rustup`, () => run("rustup", ["component", "add", name])).catch((error) => {
      throw new Failure(`rustup could not add ${name}, which is needed ${purpose}.`, error.output);
    });
  }
}

function isOlder([major, minor]) {
  const [wantedMajor, wantedMinor] = minimumRust();
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}

function hasTarget() {
  const dir = ask("rustc", ["--print", "target-libdir", "--target", TARGET]);
  return dir !== null && existsSync(dir);
}

async function rustupAdd() {
  return step(`adding the target ${TARGET} with rustup`, () => run("rustup", ["target", "add", TARGET])).then(
    () => true,
    () => false,
  );
}

// PATH rather than "cargo +name": it works without rustup, and for wasm-pack, which asks rustc and cargo by name
const environment = (dir) => ({
  ...withPath(join(dir, "bin")),
  RUSTC: join(dir, "bin", "rustc"),
  RUSTDOC: join(dir, "bin", "rustdoc"),
  // clippy-driver takes the place of rustc and does not go through the script that names the sysroot
  SYSROOT: dir,
});

const RUSTC = "/usr/bin/rustc";
const CARGO = "/usr/bin/cargo";
const SOURCES = "/usr/lib/rustlib/src/rust/library";

/** The output of `rustc -vV`, by its keys, of Debian's compiler, if it is new enough. */
function debianRustc() {
  const lines = ask(RUSTC, ["-vV"])?.split("\n") ?? [];
  const facts = Object.fromEntries(lines.slice(1).map((line) => line.split(": ")));
  const usable = facts.release && !isOlder(facts.release.split(".").map(Number));
  return usable ? facts : null;
}

/**
 * Flags for the standard library in addition to `SHIPPED_FLAGS`: without bitcode, rustc cannot optimise it with our
 * code.
 */
const STD_FLAGS = ["-Cembed-bitcode=yes"];

// a standard library works only with the compiler that built it, and with its flags: the name says which
const sysroot = (facts) => {
  const flags = createHash("sha256").update(STD_FLAGS.join("\0")).digest("hex");
  return inCache(["wasm32-rust", facts.release, facts["commit-hash"].slice(0, 9), flags.slice(0, 8)].join("-"));
};

function cachedDebian() {
  const facts = debianRustc();
  return facts && existsSync(sysroot(facts)) ? sysroot(facts) : null;
}

async function buildDebian() {
  const purpose = `to build for ${TARGET}`;
  if (!debianRustc() || !existsSync(CARGO) || !existsSync(SOURCES)) {
    await aptInstall(["rustc-web", "cargo-web", "rust-web-src"], purpose);
  }
  const facts = debianRustc();
  if (!facts) throw new Failure(`Debian's ${RUSTC} is older than Rust ${minimumRust().join(".")}.`);
  const llvm = facts["LLVM version"].split(".")[0];
  const lld = `/usr/lib/llvm-${llvm}/bin/lld`;
  if (!existsSync(lld)) await aptInstall([`lld-${llvm}`], purpose);

  return step(`building Rust ${facts.release}'s standard library for ${TARGET}, about a minute`, async () => {
    const dir = sysroot(facts);
    const unfinished = `${dir}.${process.pid}`;
    try {
      await fillSysroot({ unfinished, dir, facts, lld });
      if (!existsSync(dir)) renameSync(unfinished, dir);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
    return dir;
  });
}

async function fillSysroot({ unfinished, dir, facts, lld }) {
  const crate = join(unfinished, "crate");
  mkdirSync(join(crate, "src"), { recursive: true });
  writeFileSync(join(crate, "src", "lib.rs"), "");
  writeFileSync(join(crate, "Cargo.toml"), '[package]\nname = "nothing"\nedition = "2024"\n[workspace]\n');
  const args = ["build", "--release", "--target", TARGET, "-Zbuild-std=std,panic_abort,test"];
  // RUSTC_BOOTSTRAP lets a stable compiler accept -Z; only the standard library is built with it
  const env = { ...shipped(STD_FLAGS), RUSTC, RUSTC_BOOTSTRAP: "1", CARGO_TARGET_DIR: join(crate, "target") };
  await run(CARGO, args, { env, cwd: crate }).catch((error) => {
    throw new Failure(`Rust's standard library for ${TARGET} could not be built from ${SOURCES}.`, error.output);
  });

  const libraries = join(unfinished, "lib", "rustlib", TARGET, "lib");
  const built = join(crate, "target", TARGET, "release", "deps");
  mkdirSync(libraries, { recursive: true });
  for (const name of readdirSync(built)) {
    if (name.endsWith(".rlib") && !name.startsWith("libnothing-")) cpSync(join(built, name), join(libraries, name));
  }

  // the host's part, for build scripts and procedural macros, comes from Debian
  const host = join(unfinished, "lib", "rustlib", facts.host);
  mkdirSync(join(host, "bin"), { recursive: true });
  symlinkSync(`/usr/lib/rustlib/${facts.host}/lib`, join(host, "lib"));
  symlinkSync(lld, join(host, "bin", "rust-lld"));

  const bin = join(unfinished, "bin");
  mkdirSync(bin);
  for (const tool of ["rustc", "rustdoc"]) {
    writeFileSync(join(bin, tool), `#!/bin/sh\nexec /usr/bin/${tool} --sysroot '${dir}' "$@"\n`);
    chmodSync(join(bin, tool), 0o755);
  }
  // all that cargo looks up on PATH must be of the same toolchain
  for (const tool of ["cargo", "cargo-clippy"]) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
  rmSync(crate, { recursive: true });
}
