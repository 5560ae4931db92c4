// The demo page in a browser, for each test of a file, asserted from the page itself, as its visitors have it.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe } from "node:test";
import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags, firefox } from "../../../tools/lib/browser.mjs";
import { serve } from "../../../tools/serve.mjs";

const LAUNCH = {
  Chromium: () => puppeteer.launch({ executablePath: process.env.CHROMIUM ?? chromium(), args: chromiumFlags() }),
  Firefox: () =>
    puppeteer.launch({ browser: "firefox", executablePath: process.env.FIREFOX ?? firefox(), headless: true }),
};

/**
 * Runs tests in both browsers, each on its own page. They get the page's driver, and the page must report no errors
 * when they end.
 */
export function onThePage(name, tests, { browsers = Object.keys(LAUNCH) } = {}) {
  for (const browser of browsers) describe(`${name}, in ${browser}`, () => tests(driver(browser)));
}

/** The browsers of this process, each started once. */
const launched = new Map();

function started(name) {
  if (!launched.has(name)) launched.set(name, LAUNCH[name]());
  return launched.get(name);
}

after(async () => {
  for (const browser of launched.values()) await (await browser).close();
});

function driver(name) {
  const demo = { name, complaints: [] };
  let server;
  let browser;

  before(async () => {
    server = await serve({ port: 0 });
    browser = await started(name);
    demo.url = server.url;
  });

  after(() => server?.close());

  beforeEach(async () => {
    demo.complaints = [];
    demo.page = await browser.newPage();
    await watch(demo);
    await demo.page.setViewport({ width: 1280, height: 900 });
    await demo.load();
  });

  afterEach(async () => {
    const { page } = demo;
    demo.complaints.push(...(await page.evaluate(() => window.violations ?? [])));
    await page.close();
    assert.deepEqual(demo.complaints, []);
  });

  return Object.assign(demo, helpers(demo), { stopServing: () => server.close(), server: () => server });
}

async function watch(demo) {
  const { page } = demo;
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) demo.complaints.push(message.text());
  });
  page.on("pageerror", (error) => demo.complaints.push(error.message));
  page.on("requestfailed", (request) => demo.complaints.push(`${request.url()} failed`));
  page.on("request", (request) => {
    if (!request.url().startsWith(demo.url) && !request.url().startsWith("data:"))
      demo.complaints.push(`${request.url()} is not of this page`);
  });
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    addEventListener("securitypolicyviolation", (event) =>
      window.violations.push(`violates ${event.violatedDirective}`),
    );
  });
}

function helpers(demo) {
  const evaluate = (...args) => demo.page.evaluate(...args);
  const all = (selector, read) => demo.page.$$eval(selector, read);
  const texts = (selector) => all(selector, (elements) => elements.map((element) => element.textContent.trim()));
  const ready = () => demo.page.waitForFunction(() => document.documentElement.dataset.state !== "loading");
  return {
    async load(hash = "") {
      await demo.page.goto(demo.url + hash);
      await ready();
    },
    async open(hash) {
      // an address that differs in its fragment alone would not load the page again
      await demo.page.goto("about:blank");
      await demo.load(hash);
    },
    ready,
    evaluate,
    texts,
    text: async (selector) => (await texts(selector))[0],
    state: () => evaluate(() => document.documentElement.dataset.state),
    click: (selector) => demo.page.$eval(selector, (element) => element.click()),
    choosePreset: (id) => demo.page.$eval(`input[name=preset][value=${id}]`, (radio) => radio.click()),
    presets: () => all("input[name=preset]", (radios) => radios.map(({ value }) => value)),
    /** The fate of each identity, for each ClientHello. */
    fates: () =>
      all(".offer", (offers) =>
        offers.map((offer) =>
          [...offer.querySelectorAll(".psk")].map(({ dataset }) => [dataset.identity, dataset.fate]),
        ),
      ),
    /** The messages in their order: who sent what. */
    messages: () =>
      all(".flights [data-name]", (entries) => entries.map(({ dataset }) => `${dataset.from}: ${dataset.name}`)),
    /** What both sides report of what was agreed. */
    agreed: () =>
      all("#negotiated tr", (rows) =>
        Object.fromEntries(
          rows.map((row) => [row.dataset.row, [...row.cells].slice(1).map((cell) => cell.textContent)]),
        ),
      ),
    hexOf: (selector) => all(selector, (cells) => cells.map((cell) => cell.textContent).join("")),
    /** Types over what is there, a letter at a time. */
    async typeOver(selector, value) {
      await demo.page.focus(selector);
      await demo.page.$eval(selector, (input) => input.select());
      await demo.page.keyboard.press("Backspace");
      await demo.page.type(selector, value);
    },
    /** Puts a text in the place of what is there, at once, as a paste does. */
    retype: (selector, value) =>
      demo.page.$eval(
        selector,
        (input, value) => {
          input.focus();
          input.select();
          document.execCommand("insertText", false, value);
        },
        value,
      ),
    select: (selector, label) =>
      demo.page.$eval(
        selector,
        (select, label) => {
          select.selectedIndex = [...select.options].findIndex(({ text }) => text === label);
          select.dispatchEvent(new Event("change", { bubbles: true }));
        },
        label,
      ),
  };
}

export const HANDSHAKE = [
  "client: client_hello",
  "server: server_hello",
  "server: encrypted_extensions",
  "server: finished",
  "client: finished",
];
export const ECHO = ["client: application_data", "server: application_data"];

/** Runs every attack and chooses every state that adds elements, so that all of them are there. */
export async function showEverything(demo) {
  await demo.page.$$eval("#attack-list .actions button", (buttons) => {
    for (const button of buttons) button.click();
  });
  await demo.page.$$eval("details", (all) => {
    for (const details of all) details.open = true;
  });
  await demo.click("#hex .byte");
  for (const heading of await demo.page.$$(".fold-part[aria-expanded=false]"))
    await heading.evaluate((it) => it.click());
  // the offer of the handshake with a key that is none of its own, and a connection that cannot be
  await demo.click("#checker-scene");
  await demo.page.type("#checker-key", "0");
  await demo.retype("#console-port", "0");
  await demo.click("#console-form button");
}
