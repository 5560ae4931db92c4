// What stays where it is: bytes under the pointer, the page under a long name, and screen readers between two keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onThePage } from "../support/demo.mjs";

onThePage(
  "the page keeps still:",
  (demo) => {
    test("the field of each byte is shown under the pointer, and no byte moves", async () => {
      await demo.choosePreset("imported");
      for (const width of [360, 1024, 1280]) {
        await demo.page.setViewport({ width, height: 800 });
        for (const prefix of ["checker-", ""]) {
          const wrong = await demo.evaluate((prefix) => {
            const grid = document.getElementById(`${prefix}hex`);
            const trail = document.getElementById(`${prefix}trail`);
            const cells = [...grid.querySelectorAll(".byte")];
            const top = () => grid.getBoundingClientRect().top + scrollY;
            const place = top();
            const height = document.documentElement.scrollHeight;
            const found = [];
            for (const cell of cells) {
              cell.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
              const at = Number(cell.dataset.at);
              const [first, last = first] = (trail.textContent.match(/0x[0-9a-f]+/g) ?? []).slice(-2).map(Number);
              const isSingle = /: byte 0x/.test(trail.textContent);
              if (isSingle ? last !== at : !(first <= at && at <= last)) found.push(`${at}: ${trail.textContent}`);
              if (!cell.classList.contains("pointed")) found.push(`${at} is not marked`);
              if (top() !== place || document.documentElement.scrollHeight !== height)
                found.push(`${at} moves the page`);
            }
            grid.dispatchEvent(new PointerEvent("pointerleave"));
            return cells.length > 100 ? found : ["there are no bytes"];
          }, prefix);
          assert.deepEqual(wrong, [], `${prefix}hex at ${width}`);
        }
      }
    });

    test("the byte that the keyboard comes to is in the window", async () => {
      await demo.page.setViewport({ width: 1280, height: 800 });
      for (const grid of ["#checker-hex", "#hex"]) {
        await demo.page.focus(`${grid} .byte[tabindex='0']`);
        for (const key of ["End", "Home", "End", "ArrowUp"]) {
          await demo.page.keyboard.press(key);
          const { top, bottom } = await demo.evaluate(() => {
            const { top, bottom } = document.activeElement.getBoundingClientRect();
            return { top, bottom };
          });
          assert.ok(top >= 0 && bottom <= 800, `${grid} ${key}: ${top} to ${bottom}`);
        }
      }
    });

    test("a name without a space makes nothing wider than the window", async () => {
      for (const width of [360, 1280]) {
        await demo.page.setViewport({ width, height: 800 });
        await demo.choosePreset("one");
        for (const side of ["client", "server"]) await demo.retype(`#${side}-0-identity`, "a".repeat(70));
        await demo.click(".derived-value[data-name^=PSK]");
        await demo.click("#meddle-secrets button");
        await demo.click("#checker-scene");
        const excess = await demo.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(excess <= 0, `${excess} pixels too wide for ${width}`);
      }
    });

    test("what live regions say is short, whatever is typed or chosen", async () => {
      await demo.evaluate(() => {
        window.said = [];
        const live = document.querySelectorAll("[aria-live], [role=status], [role=alert], [role=log]");
        const observer = new MutationObserver((changes) => {
          for (const { target } of changes) {
            const region = (target.nodeType === Node.TEXT_NODE ? target.parentElement : target).closest(
              "[aria-live], [role=status], [role=alert], [role=log]",
            );
            if (region) window.said.push(region.textContent);
          }
        });
        for (const region of live) observer.observe(region, { childList: true, characterData: true, subtree: true });
      });
      await demo.typeOver("#client-0-identity", "another-identity-of-some-length");
      await demo.typeOver("#checker-key", "00112233");
      for (const preset of await demo.presets()) await demo.choosePreset(preset);
      await demo.choosePreset("several");
      await demo.click(".derived-value[data-name='Main Secret']");
      await demo.click('#hex .byte[data-at="20"]');
      await demo.page.$$eval("#attack-list .actions button", (all) => {
        for (const button of all) button.click();
      });
      await demo.page.waitForFunction(() => document.getElementById("announcer").textContent !== "");
      const said = await demo.evaluate(() => window.said);
      assert.ok(said.length > 0);
      for (const text of said) assert.ok(text.length < 120, `${text.length} characters: ${text}`);
      // and typing is not read out letter by letter
      assert.ok(said.length < 60, `${said.length} announcements`);
    });
  },
  { browsers: ["Chromium"] },
);
