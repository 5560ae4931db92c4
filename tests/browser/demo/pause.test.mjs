// The pause: the server waits in selection, and the visitor answers or does not.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { onThePage } from "../support/demo.mjs";

onThePage("while the server waits", (demo) => {
  beforeEach(() => demo.choosePreset("waiting"));

  const choose = (index) => demo.click(`.psk[data-index="${index}"] .fate button`);
  const clickButton = (within, name) =>
    demo.page.$$eval(
      `${within} button`,
      (buttons, name) => buttons.find(({ textContent }) => textContent.startsWith(name)).click(),
      name,
    );

  test("the visitor's choice is what becomes of it", async () => {
    assert.equal(await demo.text("#server-state"), "SELECTING_PSK");
    await choose(2);
    assert.equal(await demo.state(), "connected");
    assert.equal((await demo.fates())[0][2][1], "verified");
    assert.deepEqual((await demo.agreed())["PSK identity"], ["gate-2", "gate-2"]);
    assert.equal(await demo.evaluate(() => document.activeElement.id), "headline");
  });

  test("a key that the server lacks cannot be chosen, and the server goes on waiting", async () => {
    await choose(0);
    assert.equal(await demo.state(), "waiting");
    assert.match(await demo.text("#selection .problem"), /no PSK for this identity/);
    await choose(1);
    assert.equal(await demo.state(), "connected");
  });

  test("the page leads to the choice, and goes on waiting", async () => {
    await demo.page.$eval("#reasons a", (link) => link.click());
    await demo.page.waitForFunction(() => location.hash.includes("preset=waiting"));
    assert.equal(await demo.state(), "waiting");
  });

  test("the server can choose for itself", async () => {
    await clickButton("#selection", "First match");
    assert.deepEqual((await demo.agreed())["PSK identity"], ["lamp-7", "lamp-7"]);
  });

  test("choosing none ends it", async () => {
    await clickButton("#selection", "Select none");
    assert.equal(await demo.state(), "failed");
    assert.deepEqual(await demo.messages(), ["client: client_hello", "server: decrypt_error"]);
  });

  test("the clock is seen, can be stopped, and runs out", async () => {
    assert.match(await demo.text("#clock-left"), /^(30|2\d) s left to choose$/);
    await clickButton("#clock", "Stop the clock");
    assert.match(await demo.text("#clock-left"), /stopped$/);
    await clickButton("#clock", "Restart the clock");
    await clickButton("#clock", "Let the time expire");
    assert.equal(await demo.state(), "failed");
    assert.deepEqual(await demo.messages(), ["client: client_hello", "server: internal_error"]);
  });

  test("the time runs out by itself", async () => {
    // half a minute of the page's clock
    await demo.evaluate(() => {
      const now = performance.now.bind(performance);
      const since = now();
      performance.now = () => since + 30 * (now() - since);
    });
    assert.equal(await demo.state(), "waiting");
    await demo.page.waitForFunction(() => document.documentElement.dataset.state === "failed");
    assert.deepEqual(await demo.messages(), ["client: client_hello", "server: internal_error"]);
  });
});
