// The built page on any static host, under any path: nothing in it depends on its address.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { test } from "node:test";
import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags } from "../../../tools/lib/browser.mjs";
import { inRoot } from "../../../tools/lib/paths.mjs";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};
const PATH = "/some/where/";

/** A plain server of files, which knows nothing of the page. */
async function staticHost(t) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    asked.push(pathname);
    const name = pathname.slice(PATH.length) || "index.html";
    const body = pathname.startsWith(PATH)
      ? await readFile(join(inRoot("www", "dist"), name)).catch(() => undefined)
      : undefined;
    response.writeHead(body ? 200 : 404, { "Content-Type": TYPES[extname(name)] ?? "application/octet-stream" });
    response.end(body);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.2");
  await once(server, "listening");
  return { url: `http://127.0.0.2:${server.address().port}${PATH}`, asked };
}

test("the page works from a static host, under a path, without its console", async (t) => {
  const { url, asked } = await staticHost(t);
  const browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? chromium(), args: chromiumFlags() });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const complaints = [];
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  await page.waitForFunction(() => document.documentElement.dataset.state === "connected");
  assert.equal(await page.$eval("#checker", ({ dataset }) => dataset.verdict), "verified");
  assert.match(
    await page.$eval("#console-absent", (it) => (it.hidden ? "" : it.textContent)),
    /needs the relay.*npm start/,
  );
  assert.equal(await page.$eval("#console-form", (form) => form.checkVisibility()), false);
  assert.deepEqual(complaints, []);
  assert.deepEqual(
    asked.filter((path) => !path.startsWith(PATH)),
    [],
  );
});

test("what links to the page can show: a title, a description and a picture that is there", async () => {
  const html = await readFile(inRoot("www", "dist", "index.html"), "utf8");
  for (const property of ["og:title", "og:description", "og:image", "og:url"]) {
    assert.match(html, new RegExp(`<meta property="${property}" content="[^"]+">`));
  }
  const [, picture] = /og:image" content="https:\/\/[^"]*\/([^"/]+)"/.exec(html);
  const bytes = await readFile(inRoot("www", "dist", picture));
  assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [1200, 630]);
  for (const link of ["github.com/tls-psk/tls-psk", "npmjs.com/package/tls-psk", "rfc-editor.org/rfc/rfc9846"]) {
    assert.ok(html.includes(link), link);
  }
});
