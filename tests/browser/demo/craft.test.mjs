// Properties of the whole page: it is accessible, small and fast, sends nothing, and needs no network.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { inRoot } from "../../../tools/lib/paths.mjs";
import { serve } from "../../../tools/serve.mjs";
import { onThePage, showEverything } from "../support/demo.mjs";

const WIDTHS = [360, 768, 1280, 2560, 3840];

/** The size limit of a first visit, in bytes, uncompressed as served from this machine. */
const TRANSFER_BUDGET = 700 * 1024;
/**
 * How soon the page must have two endpoints connected after the navigation began, in milliseconds. It is to be within
 * one second on a machine that has nothing else to do, which one that runs tests has.
 */
const READY_BUDGET = 6000;

onThePage("everyone can use it:", (demo) => {
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
    assert.match(await demo.text("#meddle-byte p"), /^Byte 0x01 of client_hello/);
    await demo.page.focus("#meddle-secrets button");
    await demo.page.keyboard.press("Enter");
    assert.equal((await demo.texts("#meddlings li")).length, 1);
    // the focus has stayed, although the button was drawn anew
    await demo.page.keyboard.press("Enter");
    assert.equal((await demo.texts("#meddlings li")).length, 0);
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
      // counted at once, as a movement is soon over
      const replay = () =>
        demo.evaluate(() => {
          for (const preset of ["wrong-secret", "several"]) {
            document.querySelector(`input[name=preset][value=${preset}]`).click();
          }
          return document.getAnimations().length;
        });
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
    const dir = mkdtempSync(join(tmpdir(), "tls-psk-page-"));
    cpSync(inRoot("www", "dist"), dir, { recursive: true });
    rmSync(join(dir, "wasm"), { recursive: true });
    const { url, close } = await serve({ port: 0, dir });
    try {
      await demo.page.goto(url);
      await demo.ready();
      assert.equal(await demo.state(), "unavailable");
      assert.match(await demo.text("#unavailable"), /^The page could not load its TLS core: .*404/);
      assert.equal(await demo.evaluate(() => document.getElementById("stage").hidden), true);
    } finally {
      await close();
      rmSync(dir, { recursive: true });
    }
    // the browser's own words on the request that was to fail, and its being of another server
    demo.complaints = demo.complaints.filter((complaint) => !/404|is not of this page|preload/.test(complaint));
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
