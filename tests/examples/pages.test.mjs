import assert from "node:assert/strict";
import { test } from "node:test";
import { requireOfPages, shows, text, type, usePages } from "./support/pages.mjs";

const jsQR = requireOfPages("jsqr");
const { open, relayed } = usePages();

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
