// npm run fmt: formats everything, applies the linter's automatic fixes, and regenerates the index of sections.

import { inRoot, npmBin, root } from "./lib/paths.mjs";
import { main, run, step } from "./lib/run.mjs";
import { writeSectionIndex } from "./section-index.mjs";
import { setUpNative, setUpNpm } from "./setup.mjs";

await main(async () => {
  await setUpNative();
  await setUpNpm();
  for (const cwd of [root, inRoot("tests", "interop", "s2n-peer")]) {
    await step("cargo fmt", () => run("cargo", ["fmt"], { cwd }));
  }
  await step("biome", () => run(npmBin("biome"), ["check", "--write"], { cwd: root }));
  await step("index of sections", writeSectionIndex);
});
