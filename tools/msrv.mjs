// npm run test:msrv: compiles the crate by the oldest compiler that Cargo.toml promises, with each set of features that
// users have. rustup installs that compiler where the default toolchain is another.

import { minimumRust, root } from "./lib/paths.mjs";
import { Failure, main, run, step, which } from "./lib/run.mjs";
import { setUpNative } from "./setup.mjs";

const FEATURES = ["", "certificates", "tokio", "certificates,rsa-signing,tokio,unstable,webpki-roots"];

/** How cargo is called with that compiler. */
async function cargo(version) {
  const [, installed] = (await run("rustc", ["--version"])).match(/^rustc (\d+\.\d+)\./);
  if (installed === version) return ["cargo"];
  if (!which("rustup")) throw new Failure(`Rust ${version} is needed, by rustup or as the only toolchain.`);
  await step(`installing Rust ${version}`, () =>
    run("rustup", ["toolchain", "install", version, "--profile", "minimal", "--no-self-update"]),
  );
  return ["rustup", "run", version, "cargo"];
}

await main(async () => {
  await setUpNative();
  const version = minimumRust().join(".");
  const [program, ...args] = await cargo(version);
  for (const features of FEATURES) {
    for (const defaults of [[], ["--no-default-features"]]) {
      const selection = [...(features ? ["--features", features] : []), ...defaults];
      const label = ["compiling the crate by Rust", version, ...selection].join(" ");
      const check = [...args, "check", "--quiet", "--lib", "--locked", "--target-dir", "target/msrv", ...selection];
      await step(label, () => run(program, check, { cwd: root, env: { RUSTFLAGS: "-D warnings" } }));
    }
  }
});
