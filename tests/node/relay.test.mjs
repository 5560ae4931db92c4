// What the relay of `npm start` and the server beside it make of requests: no request, however wrong, ends them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
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

test("no request, however wrong, ends the server of the demo page", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "tls-psk-page-"));
  writeFileSync(join(dir, "index.html"), "the page");
  t.after(() => rmSync(dir, { recursive: true }));
  const server = await serve({ port: 0, dir });
  t.after(() => server.close());
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
