// The demo page in Chromium, asserted from the page itself, as its visitors have it.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags } from "../../tools/lib/browser.mjs";
import { serve } from "../../tools/serve.mjs";

let server;
let browser;
let page;
let complaints;

before(async () => {
  server = await serve({ port: 0 });
  browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? chromium(), args: chromiumFlags() });
});

after(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  complaints = [];
  page = await browser.newPage();
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => complaints.push(`${request.url()} failed`));
  page.on("request", (request) => {
    if (!request.url().startsWith(server.url)) complaints.push(`${request.url()} is not of this page`);
  });
  await page.exposeFunction("violated", (policy) => complaints.push(`violates ${policy}`));
  await page.evaluateOnNewDocument(() => {
    addEventListener("securitypolicyviolation", (event) => window.violated(event.violatedDirective));
  });
  await page.setViewport({ width: 1280, height: 900 });
  await open();
});

// whatever a test did, the page has nothing to complain about
afterEach(async () => {
  await page.close();
  assert.deepEqual(complaints, []);
});

async function open() {
  await page.goto(server.url);
  await page.waitForFunction(() => document.documentElement.dataset.state !== "loading");
}

const state = () => page.evaluate(() => document.documentElement.dataset.state);
const text = (selector) => page.$eval(selector, (element) => element.textContent.trim());
const texts = (selector) => page.$$eval(selector, (elements) => elements.map((element) => element.textContent.trim()));
const choosePreset = (id) => page.click(`input[name=preset][value=${id}]`);

/** The fate of each identity, for each ClientHello. */
const fates = () =>
  page.$$eval(".offer", (offers) =>
    offers.map((offer) => [...offer.querySelectorAll(".psk")].map(({ dataset }) => [dataset.identity, dataset.fate])),
  );

/** The messages in their order: who sent what. */
const messages = () =>
  page.$$eval(".flights [data-name]", (entries) => entries.map(({ dataset }) => `${dataset.from}: ${dataset.name}`));

/** What both sides report of what was agreed. */
const agreed = () =>
  page.$$eval("#negotiated tr", (rows) =>
    Object.fromEntries(rows.map((row) => [row.dataset.row, [...row.cells].slice(1).map((cell) => cell.textContent)])),
  );

const hexOf = (selector) => page.$$eval(selector, (cells) => cells.map((cell) => cell.textContent).join(""));

async function retype(selector, value) {
  await page.click(selector, { count: 3 });
  await page.keyboard.press("Backspace");
  await page.type(selector, value);
}

const HANDSHAKE = [
  "client: client_hello",
  "server: server_hello",
  "server: encrypted_extensions",
  "server: finished",
  "client: finished",
];
const ECHO = ["client: application_data", "server: application_data"];

describe("when it is opened", () => {
  test("two endpoints have agreed, and report the same", async () => {
    assert.equal(await state(), "connected");
    assert.deepEqual([await text("#client-state"), await text("#server-state")], ["CONNECTED", "CONNECTED"]);
    assert.deepEqual(await messages(), [...HANDSHAKE, ...ECHO]);
    const agreement = await agreed();
    assert.deepEqual(agreement["PSK identity"], ["lamp-7", "lamp-7"]);
    assert.deepEqual(agreement.Mode, ["psk_dhe_ke", "psk_dhe_ke"]);
    for (const [name, [client, ofServer]] of Object.entries(agreement)) assert.equal(client, ofServer, name);
  });

  test("what is protected is told from what is not, in words", async () => {
    const covers = await texts(".flights .cover");
    assert.deepEqual(covers, ["in clear", "in clear", ...Array(5).fill("protected")]);
  });

  test("application data has gone there and back", async () => {
    assert.deepEqual(await texts("#echo-log li"), [
      "The server receivedIs the gate shut?",
      "The client receivedIs the gate shut?",
    ]);
  });

  test("the halves are joined, and cut by what both sides exported", async () => {
    assert.equal(await page.$eval("#endpoints", ({ dataset }) => dataset.joined), "true");
    const seams = await page.$$eval("#endpoints > .half > .edge path", (paths) =>
      paths.map((path) => path.getAttribute("d")),
    );
    const points = seams.map((seam) => seam.split("L").slice(1, -1));
    assert.equal(points[0].length, 64);
    assert.deepEqual(points[0], points[1]);
  });
});

describe("the presets", () => {
  const cases = {
    one: { state: "connected", fates: [[["lamp-7", "verified"]]], messages: [...HANDSHAKE, ...ECHO] },
    several: {
      state: "connected",
      fates: [
        [
          ["lamp-7", "unknown"],
          ["gate-2", "verified"],
          ["valve-31", "notPreferred"],
        ],
      ],
      messages: [...HANDSHAKE, ...ECHO],
    },
    retry: {
      state: "connected",
      fates: [
        [
          ["gate-2", "verified"],
          ["vault-384", "unknown"],
        ],
        [["gate-2", "verified"]],
      ],
      messages: ["client: client_hello", "server: hello_retry_request", ...HANDSHAKE, ...ECHO],
    },
    "wrong-secret": {
      state: "failed",
      fates: [[["lamp-7", "failed"]]],
      messages: ["client: client_hello", "server: decrypt_error"],
    },
    unknown: {
      state: "failed",
      fates: [[["mast-9", "unknown"]]],
      messages: ["client: client_hello", "server: decrypt_error"],
    },
    waiting: {
      state: "waiting",
      fates: [
        [
          ["mast-9", "waiting"],
          ["lamp-7", "waiting"],
          ["gate-2", "waiting"],
        ],
      ],
      messages: ["client: client_hello"],
    },
  };

  test("are all tested", async () => {
    const offered = await page.$$eval("input[name=preset]", (radios) => radios.map(({ value }) => value));
    assert.deepEqual(offered, Object.keys(cases));
  });

  for (const [id, expected] of Object.entries(cases)) {
    test(id, async () => {
      await choosePreset(id);
      assert.equal(await state(), expected.state);
      assert.deepEqual(await fates(), expected.fates);
      assert.deepEqual(await messages(), expected.messages);
    });
  }
});

test("a failure names its cause, and who sent the alert", async () => {
  await choosePreset("wrong-secret");
  const [ofServer, ofClient] = await texts("#reasons p");
  assert.match(ofServer, /^Server: .*binder.*sent the alert decrypt_error.*ERR_TLS_DECRYPT$/);
  assert.match(ofClient, /^Client: .*ERR_TLS_ALERT_RECEIVED$/);
  assert.match(await text("#between"), /decrypt_error.*sent by the server/);
  assert.equal(await page.$eval("#agreement", ({ hidden }) => hidden), true);
  assert.equal(await page.$eval("#echo-controls", ({ disabled }) => disabled), true);
});

describe("while the server waits", () => {
  beforeEach(() => choosePreset("waiting"));

  const choose = (index) => page.click(`.psk[data-index="${index}"] .fate button`);
  const clickAnswer = (name) => page.click(`#selection ::-p-text(${name})`);

  test("the visitor's choice is what becomes of it", async () => {
    assert.equal(await text("#server-state"), "SELECTING_PSK");
    await choose(2);
    assert.equal(await state(), "connected");
    assert.equal((await fates())[0][2][1], "verified");
    assert.deepEqual((await agreed())["PSK identity"], ["gate-2", "gate-2"]);
    assert.equal(await page.evaluate(() => document.activeElement.id), "headline");
  });

  test("a key that the server lacks cannot be chosen, and the server goes on waiting", async () => {
    await choose(0);
    assert.equal(await state(), "waiting");
    assert.match(await text("#selection .problem"), /no PSK for this identity/);
    await choose(1);
    assert.equal(await state(), "connected");
  });

  test("the server can choose for itself", async () => {
    await clickAnswer("Let the server choose");
    assert.deepEqual((await agreed())["PSK identity"], ["lamp-7", "lamp-7"]);
  });

  test("choosing none ends it", async () => {
    await clickAnswer("Choose none");
    assert.equal(await state(), "failed");
    assert.deepEqual(await messages(), ["client: client_hello", "server: decrypt_error"]);
  });
});

describe("the bytes", () => {
  test("of a binder are those that its half shows", async () => {
    await choosePreset("several");
    const binder = '.psk[data-index="1"] .lower .part';
    const shown = (await text(`${binder} code`)).replaceAll(" ", "");
    await page.click(binder);
    assert.match(await text("#trail"), /pre_shared_key › .*PskBinderEntry\[1\]: bytes \d+ to \d+$/);
    assert.equal(await hexOf(".byte.selected"), `20${shown}`);
  });

  test("of each field lie within those of the field around it, and a message is covered whole", async () => {
    const lengths = (await texts(".flights .entry .size")).map((size) => Number.parseInt(size, 10));
    const entries = await page.$$(".flights .entry");
    for (const [at, entry] of entries.slice(0, HANDSHAKE.length).entries()) {
      await entry.click();
      assert.equal((await page.$$(".byte")).length, lengths[at]);
      assert.equal(await text("#fields > [role=treeitem] > .label .span"), `0–${lengths[at] - 1}`);
    }
  });

  test("and fields are linked by pointer, and by click", async () => {
    const first = await page.$(".byte");
    await first.hover();
    assert.equal(await text(".fields .pointed .name"), "msg_type");
    assert.equal(await hexOf(".byte.pointed"), "01");
    await page.hover("#message-name");
    assert.equal(await page.$(".byte.pointed"), null);
    await first.click();
    assert.equal(await text(".fields .selected .name"), "msg_type");
    assert.equal(await text("#trail"), "Handshake › msg_type: byte 0");
  });

  test("and fields can be walked through with the keyboard", async () => {
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const selectedBytes = () =>
      page.$$eval(".byte.selected", (cells) => cells.map(({ dataset }) => Number(dataset.at)));
    await page.focus("#fields [role=treeitem]");
    await press("ArrowDown", "ArrowDown", "ArrowDown");
    assert.equal(await text("#trail"), "Handshake › ClientHello › length: bytes 1 to 3");
    assert.deepEqual(await selectedBytes(), [1, 2, 3]);
    await press("ArrowLeft", "ArrowLeft");
    assert.equal(await page.$eval(".fields .selected", (item) => item.ariaExpanded), "false");
    await press("ArrowDown");
    assert.match(await text("#trail"), /^Handshake › ClientHello: /);
    await press("ArrowRight", "End");
    assert.match(await text("#trail"), /^Handshake › ClientHello › extensions › Extension pre_shared_key: /);

    await page.focus(".byte[tabindex='0']");
    await press("Home", "ArrowRight", "ArrowRight");
    assert.deepEqual(await selectedBytes(), [1, 2, 3]);
    await press("ArrowDown");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.at), "10");
    assert.match(await text("#trail"), /› random: bytes 6 to 37$/);
  });
});

describe("the scene", () => {
  test("plays to the same bytes each time, and to others with another seed", async () => {
    const first = await hexOf(".byte");
    await open();
    assert.equal(await hexOf(".byte"), first);
    await retype("#seed", "2");
    assert.equal(await state(), "connected");
    assert.notEqual(await hexOf(".byte"), first);
  });

  test("is played again with each edit", async () => {
    await retype("#server-0-identity", "lamp-8");
    assert.deepEqual([await state(), await fates()], ["failed", [[["lamp-7", "unknown"]]]]);
    await retype("#client-0-identity", "lamp-8");
    assert.deepEqual([await state(), await fates()], ["connected", [[["lamp-8", "verified"]]]]);
    assert.equal(await text("#about"), "A scene of your own.");
  });

  test("shows why the core refuses a key", async () => {
    await retype("#client-0-secret", "0123");
    assert.equal(await state(), "refused");
    assert.match(await text("#reasons"), /^Client: .*ERR_TLS_PSK$/);
  });

  test("shows why a client without keys does not start", async () => {
    await page.click("#client-keys [aria-label^=Remove]");
    assert.equal(await state(), "refused");
    assert.match(await text("#reasons"), /^Client: .*at least one PSK.*ERR_TLS_USAGE$/);
    assert.deepEqual(await messages(), []);
  });

  test("shows an identity as the text that it is", async () => {
    const markup = "<img src=x onerror=alert(1)>";
    await retype("#client-0-identity", markup);
    assert.deepEqual(await fates(), [[[markup, "unknown"]]]);
    assert.equal(await text(".psk .upper code"), markup);
    assert.equal(await page.$("#stage img"), null);
  });

  test("says which secret it cannot read, and keeps what was played", async () => {
    await page.type("#client-0-secret", "x");
    assert.equal(await page.$eval("#client-0-secret", (input) => input.ariaInvalid), "true");
    assert.match(await text("#client-0-problem"), /hexadecimal/);
    assert.equal(await state(), "connected");
  });

  test("takes more keys, fewer, and another order", async () => {
    await page.click("#client-add");
    assert.deepEqual(await fates(), [
      [
        ["lamp-7", "verified"],
        ["key-1", "unknown"],
      ],
    ]);
    await page.click("#client-keys li:nth-child(2) [aria-label^=Prefer]");
    assert.deepEqual(await fates(), [
      [
        ["key-1", "unknown"],
        ["lamp-7", "verified"],
      ],
    ]);
    await page.click("#client-keys li:nth-child(2) [aria-label^=Remove]");
    assert.deepEqual([await state(), await fates()], ["failed", [[["key-1", "unknown"]]]]);
  });

  test("has settings for both sides", async () => {
    await page.select("#client-modes", "psk_ke");
    assert.equal(await state(), "failed");
    await page.select("#server-modes", "psk_dhe_ke, psk_ke");
    assert.equal(await state(), "connected");
    const agreement = await agreed();
    assert.deepEqual(agreement.Mode, ["psk_ke", "psk_ke"]);
    assert.deepEqual(agreement.Group, ["none", "none"]);
  });
});

test("the visitor can talk through the connection, and close it", async () => {
  await retype("#echo-text", "naïve ≠ plain");
  await page.keyboard.press("Enter");
  assert.deepEqual((await texts("#echo-log li")).slice(2), [
    "The server receivednaïve ≠ plain",
    "The client receivednaïve ≠ plain",
  ]);
  await page.click("#close");
  assert.equal(await state(), "closed");
  assert.deepEqual((await messages()).slice(-2), ["client: close_notify", "server: close_notify"]);
});

test("a message that is opened comes into sight, also where the bytes are beneath", async () => {
  await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
  const top = () => page.$eval("#bytes", (panel) => panel.getBoundingClientRect().top);
  await page.click(".flights [data-name=encrypted_extensions] button");
  assert.equal(await text("#message-name"), "encrypted_extensions");
  await page.setViewport({ width: 360, height: 800 });
  await page.click(".flights [data-name=server_hello] button");
  assert.equal(await text("#message-name"), "server_hello");
  assert.ok((await top()) >= 0 && (await top()) < 400, `${await top()} pixels from the top`);
});

describe("everyone can use it:", () => {
  const CONTROLS = ["button", "combobox", "link", "radio", "spinbutton", "textbox", "grid", "tree"];

  test("each control has a name", async () => {
    await choosePreset("waiting");
    const found = (node) => [node, ...(node.children ?? []).flatMap(found)];
    const controls = found(await page.accessibility.snapshot({ interestingOnly: false })).filter(({ role }) =>
      CONTROLS.includes(role),
    );
    assert.deepEqual([...new Set(controls.map(({ role }) => role))].sort(), [...CONTROLS].sort());
    assert.deepEqual(
      controls.filter(({ name }) => !name),
      [],
    );
  });

  test("the presets and the choice need no pointer", async () => {
    await page.focus("input[name=preset]:checked");
    await page.keyboard.press("ArrowUp");
    assert.equal(await state(), "waiting");
    await page.focus('.psk[data-index="1"] .fate button');
    await page.keyboard.press("Enter");
    assert.equal(await state(), "connected");
  });

  test("nothing moves for those who asked for stillness", async () => {
    const moving = () => page.evaluate(() => document.getAnimations().length);
    const replay = async () => {
      await choosePreset("wrong-secret");
      await choosePreset("several");
      return moving();
    };
    assert.notEqual(await replay(), 0);
    await page.emulateMediaFeatures([{ name: "prefers-reduced-motion", value: "reduce" }]);
    assert.equal(await replay(), 0);
  });

  for (const scheme of ["light", "dark"]) {
    test(`text has the contrast of WCAG AA when it is ${scheme}`, async () => {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      for (const id of ["several", "wrong-secret", "waiting"]) {
        await choosePreset(id);
        assert.deepEqual(await page.evaluate(tooFaint), [], id);
      }
    });
  }
});

test("what could not be loaded is said", async () => {
  await page.setRequestInterception(true);
  page.on("request", (request) => (request.url().endsWith(".wasm") ? request.abort() : request.continue()));
  await open();
  assert.equal(await state(), "unavailable");
  assert.match(await text("#unavailable"), /^The endpoints could not be loaded\. ./);
  assert.equal(await page.$eval("#stage", ({ hidden }) => hidden), true);
  // the browser's own words on the request that was to fail
  complaints = complaints.filter((complaint) => !/wasm failed$|ERR_FAILED/.test(complaint));
});

test("nothing runs out of the page, on any screen, in any preset", async () => {
  for (const width of [360, 768, 1280, 2560, 3840]) {
    await page.setViewport({ width, height: 900 });
    for (const id of await page.$$eval("input[name=preset]", (radios) => radios.map(({ value }) => value))) {
      await choosePreset(id);
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${id} is ${excess} pixels too wide for ${width}`);
    }
  }
});

/** In the page: the texts that stand out too little from what is behind them. */
function tooFaint() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    const { backgroundColor, backgroundImage } = getComputedStyle(element);
    const gradient = backgroundImage.match(/rgb\([^)]*\)/g);
    if (gradient) return gradient.at(-1);
    return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor;
  };
  const contrast = (element) => {
    const pair = [getComputedStyle(element).color, behind(element)].map(luminance).sort((a, b) => a - b);
    return (pair[1] + 0.05) / (pair[0] + 0.05);
  };
  const hasText = (element) => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
  return [...document.querySelectorAll("body *")]
    .filter((element) => hasText(element) && element.checkVisibility() && !element.closest(":disabled, noscript"))
    .filter((element) => contrast(element) < 4.5)
    .map((element) => `${element.className} ${element.textContent}: ${contrast(element).toFixed(2)}`);
}
