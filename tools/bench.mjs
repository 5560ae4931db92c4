// npm run bench: ratios of what must cost the same, and of what does not. Not a test: nothing fails.

import { build } from "./build.mjs";
import { root } from "./lib/paths.mjs";
import { heading, main, run } from "./lib/run.mjs";
import { setUpNative, setUpPage } from "./setup.mjs";

await main(async () => {
  await setUpNative();
  heading("the core, native");
  await run("cargo", ["bench", "--quiet", "--locked", "--bench", "server"], { cwd: root, show: true });
  await build("package");
  heading("the package, in Node");
  await run(process.execPath, ["benches/package.mjs"], { cwd: root, show: true });
  heading("the package, side by side with Node's own TLS");
  await run(process.execPath, ["benches/comparison.mjs", ...process.argv.slice(2)], { cwd: root, show: true });
  await build("demo");
  await setUpPage();
  heading("the page, in Chromium");
  await run(process.execPath, ["benches/page.mjs"], { cwd: root, show: true });
});
