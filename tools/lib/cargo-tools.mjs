// Command line tools from crates.io, compiled once per version and kept in the cache.

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { inCache, lockedVersion } from "./paths.mjs";
import { Failure, run, step } from "./run.mjs";

const WASM_PACK = "0.15.1";

// these tools run for a second or two, so compiling them fast matters more than the code that comes out
const FAST_BUILD = {
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  CARGO_PROFILE_RELEASE_DEBUG: "0",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
};

/** Installs a crate's programs unless the cache has them; resolves to the directory they are in. */
async function cargoTool(crate, version) {
  const dir = inCache(`${crate}-${version}`);
  if (!existsSync(dir)) {
    await step(`compiling ${crate} ${version}, a few minutes the first time`, async () => {
      mkdirSync(inCache(), { recursive: true });
      const unfinished = `${dir}.${process.pid}`;
      await install(crate, version, unfinished).catch((error) => {
        rmSync(unfinished, { recursive: true, force: true });
        throw new Failure(`cargo could not compile ${crate} ${version}.`, error.output);
      });
      // a rename is all or nothing: a directory in the cache is a finished one
      if (existsSync(dir)) rmSync(unfinished, { recursive: true });
      else renameSync(unfinished, dir);
    });
  }
  return `${dir}/bin`;
}

async function install(crate, version, root) {
  const args = ["install", crate, "--version", `=${version}`, "--no-track", "--root", root];
  const options = { env: { ...FAST_BUILD, CARGO_TARGET_DIR: inCache("build") }, cwd: inCache() };
  const locked = await run("cargo", [...args, "--locked"], { ...options, allowFailure: true });
  if (locked.code === 0) return;
  // a mirror of crates.io may lack a version of the crate's own lock file; then cargo picks one that it has
  const isMissing = locked.output.includes("failed to select a version");
  if (!isMissing) throw new Failure(`cargo install ${crate} failed.`, locked.output);
  await run("cargo", args, options);
}

/** wasm-bindgen and wasm-bindgen-test-runner, of the version the crate is locked to. */
export const wasmBindgen = () => cargoTool("wasm-bindgen-cli", lockedVersion("wasm-bindgen"));

export const wasmPack = () => cargoTool("wasm-pack", WASM_PACK);
