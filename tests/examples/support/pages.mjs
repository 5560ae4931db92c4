// The pages of examples/pages in Chromium, from the development server that their users start.

import { createRequire } from "node:module";
import { after, before } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags } from "../../../tools/lib/browser.mjs";

const root = fileURLToPath(new URL("../../../examples/pages/", import.meta.url));

/** What the example itself is made with. */
export const requireOfPages = createRequire(new URL("../../../examples/pages/package.json", import.meta.url));
const { createServer } = await import(pathToFileURL(requireOfPages.resolve("vite")));

/** Starts server and browser before the tests of the file; `relayed` is what the server heard and said. */
export function usePages() {
  const relayed = [];
  let vite;
  let browser;
  let url;

  before(async () => {
    vite = await createServer({ root, logLevel: "error", server: { host: "127.0.0.1", port: 0 } });
    await vite.listen();
    const { port } = vite.httpServer.address();
    url = `http://127.0.0.1:${port}/`;
    vite.httpServer.on("connection", (socket) => {
      socket.on("data", (bytes) => relayed.push(bytes));
      const { write } = socket;
      socket.write = (bytes, ...rest) => {
        relayed.push(Buffer.from(bytes));
        return write.call(socket, bytes, ...rest);
      };
    });
    // WebTransport runs over QUIC
    const args = chromiumFlags().filter((flag) => flag !== "--disable-quic");
    browser = await puppeteer.launch({ executablePath: chromium(), args });
  });
  after(async () => {
    await browser?.close();
    await vite?.close();
  });

  async function open(path, prepare) {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    if (prepare) await page.evaluateOnNewDocument(prepare);
    await page.goto(new URL(path, url).href);
    return page;
  }
  return { open, relayed };
}

export const text = (page, id) => page.$eval(`#${id}`, (element) => element.textContent);

export const shows = (page, id, wanted) =>
  page.waitForFunction((id, wanted) => document.getElementById(id).textContent.includes(wanted), {}, id, wanted);

export async function type(page, line) {
  await page.waitForSelector("#line:enabled");
  await page.type("#line", line);
  await page.keyboard.press("Enter");
}
