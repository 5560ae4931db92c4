// The demo page in Chromium: how soon it is interactive, and how long a keystroke takes to be painted.

import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags } from "../tools/lib/browser.mjs";
import { serve } from "../tools/serve.mjs";

const ROUNDS = 15;

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

const server = await serve({ port: 0 });
const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? chromium(), args: chromiumFlags() });
try {
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 800 });
  const opened = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.goto(server.url);
    await page.waitForFunction(() => document.documentElement.dataset.state === "connected");
    opened.push(await page.evaluate(() => performance.getEntriesByName("ready")[0].startTime));
  }
  console.log(`interactive after ${Math.round(median(opened))} ms (to be within 1000)`);
  for (const [name, selector, text] of [
    ["the checker's key, right at first", "#checker-key", "0123456789abcdef"],
    ["the checker's ClientHello", "#checker-text", "0123456789abcdef"],
    ["an identity of the handshake", "#client-0-identity", "lamp-number-seven"],
  ]) {
    await page.focus(selector);
    const painted = [];
    for (const letter of text) {
      await page.evaluate((selector) => {
        const input = document.querySelector(selector);
        window.painted = new Promise((resolve) => {
          const began = (event) => {
            const start = performance.now();
            // the frame after the one in which everything was done
            requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
            event.currentTarget.removeEventListener("beforeinput", began);
          };
          input.addEventListener("beforeinput", began);
        });
      }, selector);
      await page.keyboard.type(letter);
      painted.push(await page.evaluate(() => window.painted));
    }
    console.log(`${name}: ${median(painted).toFixed(1)} ms from a keystroke to its paint (to be within 50)`);
  }
} finally {
  await browser.close();
  await server.close();
}
