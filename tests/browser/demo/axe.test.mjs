// axe finds no problems on the page.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { onThePage, showEverything } from "../support/demo.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

onThePage("axe", (demo) => {
  /** What no preset changes. */
  const APART = ["#checker", "#attacks", "#console"];

  /** Of the whole page, or of all but some parts of it. */
  async function violations(exclude = []) {
    return demo.evaluate(async (exclude) => {
      const context = { include: ["html"], exclude };
      const { passes, violations } = await window.axe.run(context, { resultTypes: ["violations"] });
      if (passes.length < 20) return [`only ${passes.length} rules were looked at`];
      return violations.map(({ id, nodes }) => {
        const places = nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`);
        return `${id}: ${places.join("; ")}`;
      });
    }, exclude);
  }

  test("finds nothing in any preset", async () => {
    // it looks at everything each time, which takes Firefox long
    const all = await demo.presets();
    const presets = demo.name === "Chromium" ? all : ["several", "wrong-secret", "waiting"];
    await showEverything(demo);
    // the page's policy lets no script in: this comes from the driver
    await demo.evaluate(AXE);
    assert.deepEqual(await violations(), []);
    for (const preset of presets) {
      await demo.choosePreset(preset);
      assert.deepEqual(await violations(APART), [], preset);
    }
  });

  // Firefox takes no preference from its driver
  if (demo.name === "Chromium") {
    test("finds nothing in the dark", async () => {
      await demo.page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: "dark" },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      await demo.open();
      await showEverything(demo);
      await demo.evaluate(AXE);
      assert.deepEqual(await violations(), []);
      for (const preset of ["several", "wrong-secret", "waiting"]) {
        await demo.choosePreset(preset);
        assert.deepEqual(await violations(APART), [], preset);
      }
    });

    test("finds what is wrong", async () => {
      await demo.evaluate(AXE);
      await demo.evaluate(() => document.querySelector("main").append(document.createElement("button")));
      assert.match((await violations()).join(), /^button-name: /);
    });
  }
});
