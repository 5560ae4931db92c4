// The pages of examples/pages in Chromium, from the development server that their users start.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags } from "../../tools/lib/browser.mjs";

const root = fileURLToPath(new URL("../../examples/pages/", import.meta.url));
// what the example itself is made with
const require = createRequire(new URL("../../examples/pages/package.json", import.meta.url));
const jsQR = require("jsqr");
const { createServer } = await import(pathToFileURL(require.resolve("vite")));

let vite;
let browser;
let url;
/** What went through the relay, in both directions. */
const relayed = [];

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
  browser = await puppeteer.launch({ executablePath: chromium(), args: chromiumFlags() });
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

const text = (page, id) => page.$eval(`#${id}`, (element) => element.textContent);
const shows = (page, id, wanted) =>
  page.waitForFunction((id, wanted) => document.getElementById(id).textContent.includes(wanted), {}, id, wanted);

async function type(page, line) {
  await page.waitForSelector("#line:enabled");
  await page.type("#line", line);
  await page.keyboard.press("Enter");
}

test("two pages are paired by a QR code, and the relay learns nothing of what they say", async () => {
  const shower = await open("pairing/");
  await shower.waitForSelector("#invitation:not([hidden])");
  const image = await shower.$eval("#code", (canvas) => {
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return { data: [...data], width, height };
  });
  const code = jsQR(Uint8ClampedArray.from(image.data), image.width, image.height);
  assert.ok(code, "the canvas has a QR code");
  assert.equal(code.data, await shower.$eval("#link", ({ href }) => href));

  const scanner = await open(code.data);
  await shows(scanner, "status", "Paired");
  await shows(shower, "status", "Paired");
  assert.equal(await scanner.evaluate(() => location.hash), "", "the key is not left in the address bar");
  await type(scanner, "is it you?");
  await shows(shower, "log", "is it you?");
  await type(shower, "it is me");
  await shows(scanner, "log", "it is me");

  const seen = Buffer.concat(relayed).toString("latin1");
  const key = code.data.split("#")[1];
  assert.ok(seen.includes(`/relay/${key.slice(0, 16)}`), "the relay was used");
  for (const secret of ["is it you?", "it is me", key.slice(16)]) assert.ok(!seen.includes(secret), secret);

  await scanner.close();
  await shows(shower, "status", "ERR_TLS_TRUNCATED");
  await shower.close();
});

test("a page with another key is turned away", async () => {
  const shower = await open("pairing/");
  await shower.waitForSelector("#invitation:not([hidden])");
  const link = await shower.$eval("#link", ({ href }) => href);
  const scanner = await open(`${link.slice(0, -8)}AAAAAAAA`);
  await shows(scanner, "status", "ERR_TLS_ALERT_RECEIVED: ");
  await shows(shower, "status", "ERR_TLS_DECRYPT: ");
  await Promise.all([scanner.close(), shower.close()]);
});

test("a console speaks to a device on a serial port that delivers a few bytes at a time", async () => {
  const secret = "5e".repeat(32);
  const page = await open("serial/", () => {
    // the port: two ends of a line, on which bytes come in threes
    const line = () => {
      let controller;
      const readable = new ReadableStream({
        start(its) {
          controller = its;
        },
      });
      const writable = new WritableStream({
        write(bytes) {
          for (let at = 0; at < bytes.length; at += 3) controller.enqueue(bytes.slice(at, at + 3));
        },
        close: () => controller.close(),
        abort: () => controller.close(),
      });
      return { readable, writable };
    };
    const [up, down] = [line(), line()];
    window.device = { readable: up.readable, writable: down.writable };
    const opened = [];
    const port = {
      ...{ readable: down.readable, writable: up.writable },
      open: async (options) => opened.push(options),
      close: async () => opened.push("closed"),
    };
    window.opened = opened;
    Object.defineProperty(navigator, "serial", { value: { requestPort: async () => port } });
  });
  // the device is the package itself, as the server
  await page.evaluate(async (secret) => {
    const { acceptTls } = await import("/@id/tls-psk");
    const bytes = Uint8Array.from(secret.match(/../g), (pair) => Number.parseInt(pair, 16));
    const socket = acceptTls(window.device, { psks: [{ identity: "console", secret: bytes }], allowBothRoles: true });
    const writer = socket.writable.getWriter();
    void (async () => {
      for await (const command of socket.readable.pipeThrough(new TextDecoderStream())) {
        await writer.write(new TextEncoder().encode(command === "uptime\n" ? "41 days\n" : "what?\n"));
        if (command === "exit\n") await socket.close();
      }
    })();
  }, secret);
  await page.type("#key", secret);
  await page.keyboard.press("Enter");
  await shows(page, "status", "Connected.");
  assert.equal(await page.$eval("#key", ({ value }) => value), "", "the key is not left in the page");
  await type(page, "uptime");
  await shows(page, "log", "41 days");
  await type(page, "exit");
  await shows(page, "status", "Closed.");
  await page.waitForFunction(() => window.opened.includes("closed"));
  assert.deepEqual(await page.evaluate(() => window.opened[0]), { baudRate: 115_200 });
  await page.close();
});

test("TLS runs in a data channel of WebRTC, there, back and to a clean end", async () => {
  const page = await open("webrtc/");
  await shows(page, "status", "Closed in good order");
  assert.equal(await text(page, "log"), "hello over a data channel\n");
  await page.close();
});
