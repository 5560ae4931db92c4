// What has to hold whatever the page shows: that everyone can use it, that it is small and soon there, that nothing
// leaves it, and that it needs no network.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { onThePage } from "../support/demo.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [360, 768, 1280, 2560, 3840];

/** What a first visit may transfer, in bytes, uncompressed as it comes from this machine. */
const TRANSFER_BUDGET = 700 * 1024;
/** How soon the page must have two endpoints connected after the navigation began, in milliseconds. */
const READY_BUDGET = 1000;

/** Runs every attack and chooses every state that adds elements, so that all of them are there. */
async function showEverything(demo) {
  await demo.page.$$eval("#attack-list .actions button", (buttons) => {
    for (const button of buttons) button.click();
  });
  await demo.page.$$eval("details", (all) => {
    for (const details of all) details.open = true;
  });
  await demo.click("#hex .byte");
}

onThePage("everyone can use it:", (demo) => {
  test("axe finds nothing, in any preset, light or dark", async () => {
    for (const scheme of ["light", "dark"]) {
      // Firefox takes no preference from its driver, and is seen as it comes
      if (demo.name === "Firefox" && scheme === "dark") continue;
      if (demo.name !== "Firefox") {
        await demo.page.emulateMediaFeatures([
          { name: "prefers-color-scheme", value: scheme },
          { name: "prefers-reduced-motion", value: "reduce" },
        ]);
      }
      await demo.open();
      await showEverything(demo);
      // the page's policy lets no script in: the driver's are not of the page
      await demo.page.evaluate(AXE);
      for (const preset of await demo.presets()) {
        await demo.choosePreset(preset);
        const violations = await demo.evaluate(async () => {
          const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
          return violations.map(
            ({ id, nodes }) =>
              `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("; ")}`,
          );
        });
        assert.deepEqual(violations, [], `${preset}, ${scheme}`);
      }
    }
  });

  test("the presets, the choice and the schedule need no pointer", async () => {
    await demo.page.focus("input[name=preset]:checked");
    await demo.page.keyboard.press("ArrowUp");
    assert.equal(await demo.state(), "waiting");
    await demo.page.focus('.psk[data-index="1"] .fate button');
    await demo.page.keyboard.press("Enter");
    assert.equal(await demo.state(), "connected");
    await demo.page.focus(".derived-value[data-name='Early Secret']");
    await demo.page.keyboard.press("Enter");
    assert.equal(await demo.text("#value h3"), "Early Secret");
    await demo.page.focus("#hex .byte[tabindex='0']");
    await demo.page.keyboard.press("ArrowRight");
    assert.match(await demo.text("#meddle-byte p"), /^Byte 1 of client_hello/);
    await demo.page.focus("#parts a[href$=attacks]");
    await demo.page.keyboard.press("Enter");
    assert.equal(await demo.evaluate(() => document.activeElement.id), "attacks-title");
  });

  test("nothing runs out of the page, on any screen, in any preset", async () => {
    await showEverything(demo);
    for (const width of WIDTHS) {
      await demo.page.setViewport({ width, height: 900 });
      for (const id of await demo.presets()) {
        await demo.choosePreset(id);
        const excess = await demo.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(excess <= 0, `${id} is ${excess} pixels too wide for ${width}`);
      }
    }
  });

  test("each id is there once, and every part has its heading", async () => {
    const ids = await demo.page.$$eval("[id]", (elements) => elements.map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length);
    const levels = await demo.page.$$eval("h1, h2, h3, h4", (all) => all.map(({ tagName }) => Number(tagName[1])));
    for (const [at, level] of levels.entries()) assert.ok(level <= (levels[at - 1] ?? 0) + 1, `heading ${at}`);
  });
});

onThePage(
  "for those who asked for stillness",
  (demo) => {
    test("nothing moves", async () => {
      const moving = () => demo.evaluate(() => document.getAnimations().length);
      const replay = async () => {
        await demo.choosePreset("wrong-secret");
        await demo.choosePreset("several");
        return moving();
      };
      assert.notEqual(await replay(), 0);
      await demo.page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
      assert.equal(await replay(), 0);
    });
  },
  { browsers: ["Chromium"] },
);

onThePage("the page", (demo) => {
  test("is small and soon there, by the browser's own figures", async () => {
    const { transferred, ready } = await demo.evaluate(() => {
      const entries = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
      const size = entries.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
      return { transferred: size, ready: performance.getEntriesByName("ready")[0].startTime };
    });
    console.log(`${demo.name}: ${transferred} bytes, ready after ${Math.round(ready)} ms`);
    assert.ok(transferred > 0 && transferred < TRANSFER_BUDGET, `${transferred} bytes`);
    assert.ok(ready < READY_BUDGET, `${ready} ms`);
  });

  test("states its policy itself, and writes no markup", async () => {
    const policy = await demo.evaluate(() => document.querySelector("meta[http-equiv]").content);
    assert.match(policy, /default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'/);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:/);
    const script = await (await fetch(`${demo.url}main.js`)).text();
    assert.doesNotMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  });

  test("says what could not be loaded", async () => {
    await demo.page.setRequestInterception(true);
    demo.page.on("request", (request) => (request.url().endsWith(".wasm") ? request.abort() : request.continue()));
    await demo.open();
    assert.equal(await demo.state(), "unavailable");
    assert.match(await demo.text("#unavailable"), /^The endpoints could not be loaded\. ./);
    assert.equal(await demo.evaluate(() => document.getElementById("stage").hidden), true);
    // the browser's own words on the request that was to fail
    demo.complaints = demo.complaints.filter((complaint) => !/wasm failed$|ERR_FAILED|NetworkError/.test(complaint));
  });
});

onThePage("without a network", (demo) => {
  test("the page works once it was loaded", async () => {
    await demo.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    await demo.stopServing();
    await demo.open("#preset=several");
    assert.equal(await demo.state(), "connected");
    assert.equal((await demo.fates())[0].length, 3);
    // what is not there is asked for first
    demo.complaints = demo.complaints.filter((complaint) => !/failed$|ERR_CONNECTION_REFUSED/.test(complaint));
  });
});
