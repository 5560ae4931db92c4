// The relay of `npm start` and its server: no request, however wrong, ends them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import WebSocket from "ws";
import { serve } from "../../tools/serve.mjs";

/** Request targets that are no address, or none that can be read. */
const TARGETS = [
  "//",
  "///",
  "//:1",
  "//[",
  "/\\\\",
  "http://",
  "http://[/relay",
  "*",
  "/%",
  "/%ff%fe",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/../../etc/passwd",
  "/relay?port=%",
  "/relay#port=1",
  "?port=1",
  `/${"a".repeat(8_000)}`,
  "/relay\0",
  "/\u00ff",
];

/** Sends a request and resolves to the status line, or to nothing if the connection just ended. */
async function request(port, target, headers) {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => {});
  const received = [];
  socket.on("data", (chunk) => received.push(chunk));
  socket.write(`GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n${headers}\r\n`);
  await once(socket, "close");
  return Buffer.concat(received).toString("latin1").split("\r\n")[0];
}

/** A server of a page, with the relay. */
async function served(t) {
  const dir = mkdtempSync(join(tmpdir(), "tls-psk-page-"));
  writeFileSync(join(dir, "index.html"), "the page");
  t.after(() => rmSync(dir, { recursive: true }));
  const server = await serve({ port: 0, dir });
  t.after(() => server.close());
  return server;
}

test("no request, however wrong, ends the server of the demo page", async (t) => {
  const server = await served(t);
  const { port, origin } = new URL(server.url);
  const upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  const key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
  for (const target of TARGETS) {
    for (const [headers, expected] of [
      ["", /^HTTP\/1\.1 (200|400|404) |^$/],
      [upgrade + key, /^HTTP\/1\.1 (400|403) |^$/],
      [`${upgrade}${key}Origin: http://evil.example\r\n`, /^HTTP\/1\.1 (400|403) |^$/],
      [`${upgrade}${key}Origin: ${origin}\r\n`, /^HTTP\/1\.1 (400|404) |^$/],
      [`${upgrade}Origin: ${origin}\r\n`, /^HTTP\/1\.1 (400|404) |^$/],
    ]) {
      assert.match(await request(port, target, headers), expected, `${target} ${headers}`);
    }
  }
  assert.equal(await request(port, "/", ""), "HTTP/1.1 200 OK");
});

/** What becomes of a WebSocket to a path of the server, from a page of an origin. */
const opened = (server, path, origin) =>
  new Promise((resolve) => {
    const socket = new WebSocket(
      new URL(path, server.url.replace("http", "ws")),
      origin === undefined ? {} : { origin },
    );
    socket.on("unexpected-response", (_, { statusCode }) => {
      resolve(statusCode);
      socket.terminate();
    });
    socket.on("error", () => {});
    socket.on("open", () => {
      resolve("open");
      socket.close();
    });
  });

test("the relay serves its own page alone, and ports of this machine alone", async (t) => {
  const page = await served(t);
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const path = `relay?port=${server.address().port}`;
  const origin = new URL(page.url).origin;
  assert.equal(await opened(page, path, origin), "open");
  assert.equal(await opened(page, path, "http://evil.example"), 403);
  assert.equal(await opened(page, path, origin.replace("127.0.0.1", "localhost")), 403);
  assert.equal(await opened(page, path), 403);
  assert.equal(await opened(page, "other?port=80", origin), 404);
  for (const port of ["0", "65536", "80.5", "evil.example:80", ""]) {
    assert.equal(await opened(page, `relay?port=${port}`, origin), 400, port);
  }
  // nor is it to be had from another machine
  const { port } = new URL(page.url);
  const elsewhere = connect({ host: "127.0.0.2", port: Number(port) });
  const [error] = await once(elsewhere, "error");
  assert.equal(error.code, "ECONNREFUSED");
});

test("the relay makes both sides wait, and loses nothing", async (t) => {
  const page = await served(t);
  const size = 8 * 2 ** 20;
  // what comes is sent back, to one who does not read for a while
  const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const url = new URL(`relay?port=${server.address().port}`, page.url.replace("http", "ws"));
  const socket = new WebSocket(url, { origin: new URL(page.url).origin });
  await once(socket, "open");
  socket.pause();
  for (let sent = 0; sent < size; sent += 2 ** 16) socket.send(Buffer.alloc(2 ** 16, sent / 2 ** 16));
  await new Promise((resolve) => setTimeout(resolve, 200));
  const received = [];
  let length = 0;
  const done = new Promise((resolve) => {
    socket.on("message", (bytes) => {
      received.push(bytes);
      length += bytes.length;
      if (length === size) resolve();
    });
  });
  socket.resume();
  await done;
  const all = Buffer.concat(received);
  for (let at = 0; at < size; at += 2 ** 16) assert.equal(all[at], (at / 2 ** 16) & 255);
  socket.close();
  await once(socket, "close");
});
