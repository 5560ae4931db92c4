// Debian's browsers, each as something that visits a page and says what stands in it.

import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags, firefox } from "../../../tools/lib/browser.mjs";
import { startWebKit } from "./webkit.mjs";

/** The milliseconds that a page may take to say something. */
const PATIENCE = 60_000;

/** How each browser is started; resolves to `{ version, visit(url) }`, and is ended with `t`. */
const BROWSERS = {
  Chromium: (t) => drive(t, { executablePath: chromium(), args: chromiumFlags() }),
  Firefox: (t) => drive(t, { browser: "firefox", executablePath: firefox(), args: ["-headless"] }),
  WebKit: startWebKit,
};

export const BROWSER_NAMES = Object.keys(BROWSERS);

const running = new Map();

/** A browser by its name, started when it is first asked for and kept for the other rows. */
export function browser(t, name) {
  if (!running.has(name)) running.set(name, BROWSERS[name](t));
  return running.get(name);
}

/** The browsers that were started, with their versions. */
export async function browsersUsed() {
  const used = [...running].map(async ([name, starting]) => `${name} ${(await starting).version}`);
  return (await Promise.allSettled(used)).map(({ value, reason }) => value ?? `${reason}`);
}

async function drive(t, options) {
  const instance = await puppeteer.launch({ ...options, headless: true });
  t.after(() => instance.close());
  return {
    version: (await instance.version()).replace(/^.*\//, ""),
    /** Opens a page, waits until there is text in it, and resolves to that and to the complaints of the browser. */
    async visit(url) {
      const page = await instance.newPage();
      const complaints = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(`${error}`));
      try {
        await page.goto(url);
        await page
          // biome-ignore lint/performance/useDomNodeTextContent: what visitors see, which scripts are not
          .waitForFunction(() => document.body?.innerText.trim(), { timeout: PATIENCE })
          .catch((cause) => {
            throw new Error(`the page said nothing: ${complaints.join("; ")}`, { cause });
          });
        // biome-ignore lint/performance/useDomNodeTextContent: as above
        return { text: await page.evaluate(() => document.body.innerText.trim()), complaints };
      } finally {
        await page.close();
      }
    },
  };
}
