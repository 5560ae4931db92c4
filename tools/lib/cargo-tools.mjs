// Command line tools from crates.io, and our own ones, compiled once for each version and kept in the cache.

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fingerprint } from "./incremental.mjs";
import { inCache, inRoot, lockedVersion } from "./paths.mjs";
import { Failure, run, step } from "./run.mjs";

/** The tools by their crates: wasm-bindgen's must have the version that the crate is locked to. */
const VERSIONS = {
  "wasm-bindgen-cli": lockedVersion("wasm-bindgen"),
  "wasm-pack": "0.15.1",
};

/** Those that only a command of their own needs. */
const ON_DEMAND = { "cargo-mutants": "27.1.0" };

// these tools run for a second or two, so fast compilation matters more than fast code
const FAST_BUILD = {
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  CARGO_PROFILE_RELEASE_DEBUG: "0",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
};

const versionOf = (crate) => VERSIONS[crate] ?? ON_DEMAND[crate];
const directory = (crate) => inCache(`${crate}-${versionOf(crate)}`);

/** The target folder that the tools share, until all of them are compiled. */
const BUILD = inCache("build");

/** Installs a crate's programs unless the cache has them; resolves to the directory they are in. */
async function cargoTool(crate) {
  const dir = directory(crate);
  const bin = await kept(dir, `${crate} ${versionOf(crate)}`, (unfinished) => install(crate, unfinished));
  const isComplete = Object.keys(VERSIONS).every((name) => existsSync(directory(name)));
  if (isComplete) rmSync(BUILD, { recursive: true, force: true });
  return bin;
}

/** Lets `make` fill a directory of the cache unless it exists; resolves to the folder in it that has the programs. */
async function kept(dir, label, make) {
  if (!existsSync(dir)) {
    await step(`compiling ${label}, a few minutes the first time`, async () => {
      mkdirSync(inCache(), { recursive: true });
      const unfinished = `${dir}.${process.pid}`;
      await make(unfinished).catch((error) => {
        rmSync(unfinished, { recursive: true, force: true });
        throw new Failure(`cargo could not compile ${label}.`, error.output);
      });
      // a rename is atomic: a directory in the cache is always complete
      if (existsSync(dir)) rmSync(unfinished, { recursive: true });
      else renameSync(unfinished, dir);
    });
  }
  return join(dir, "bin");
}

async function install(crate, root) {
  const args = ["install", crate, "--version", `=${versionOf(crate)}`, "--no-track", "--root", root];
  const options = { env: { ...FAST_BUILD, CARGO_TARGET_DIR: BUILD }, cwd: inCache() };
  const locked = await run("cargo", [...args, "--locked"], { ...options, allowFailure: true });
  if (locked.code === 0) return;
  // a mirror of crates.io may lack a version in the tool's lock file; then cargo selects another
  const isMissing = locked.output.includes("failed to select a version");
  if (!isMissing) throw new Failure(`cargo install ${crate} failed.`, locked.output);
  await run("cargo", args, options);
}

/** wasm-bindgen and wasm-bindgen-test-runner. */
export const wasmBindgen = () => cargoTool("wasm-bindgen-cli");

export const wasmPack = () => cargoTool("wasm-pack");

/** cargo-mutants. */
export const cargoMutants = () => cargoTool("cargo-mutants");

/** s2n-peer: s2n-tls as a program, for the tests against other implementations. */
export const s2nPeer = () => peer("s2n-peer", "s2n-tls for the tests");

/** embedded-tls-peer: embedded-tls as a program, for the same. */
export const embeddedTlsPeer = () => peer("embedded-tls-peer", "embedded-tls for the tests");

async function peer(name, label) {
  const path = `tests/interop/${name}`;
  const dir = inCache(`${name}-${fingerprint([path]).slice(0, 16)}`);
  return kept(dir, label, async (unfinished) => {
    const target = `${unfinished}.target`;
    const args = ["install", "--path", inRoot(path), "--locked", "--no-track", "--root", unfinished];
    try {
      await run("cargo", args, { env: { ...FAST_BUILD, CARGO_TARGET_DIR: target }, cwd: inCache() });
    } finally {
      rmSync(target, { recursive: true, force: true });
    }
  });
}
