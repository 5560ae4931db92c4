// tls-psk/websocket with a browser's own WebSocket, and the package ws at the other end.

import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { acceptTls } from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";
import { WebSocketServer } from "ws";
import { psk } from "../node/support/streams.mjs";
import { usePage } from "./support/page.mjs";

const page = usePage({ otherServers: true });

/** What the server does with each connection: by the path. */
const SERVICES = {
  async "/echo"(socket) {
    const tls = acceptTls(webSocketTransport(socket), { psks: [psk()] });
    await tls.readable.pipeTo(tls.writable);
  },
  "/deaf"(socket) {
    socket.pause();
    socket.once("close", () => {});
  },
  "/flood"(socket) {
    for (let message = 0; message < 100; message++) socket.send(Buffer.alloc(65_536));
  },
  "/text"(socket) {
    socket.send("hello");
  },
  "/failure"(socket) {
    socket.send(Buffer.from("first"));
    socket.close(1011, "out of order");
  },
};

let server;
let url;
before(async () => {
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket, { url }) => SERVICES[url](socket));
  await once(server, "listening");
  url = `ws://127.0.0.1:${server.address().port}`;
});
after(() => {
  for (const socket of server.clients) socket.terminate();
  server.close();
});

/** What becomes of reading, in the page. */
const read = (path, options) =>
  page.evaluate(
    async (url, options) => {
      const { webSocketTransport } = await import("/tls-psk/adapters/websocket.js");
      const socket = new WebSocket(url);
      const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
      const transport = webSocketTransport(socket, options);
      const chunks = [];
      if (options.late) await closed;
      try {
        for await (const chunk of transport.readable) chunks.push(new TextDecoder().decode(chunk));
      } catch ({ name, message }) {
        return { chunks, name, message };
      }
      return { chunks };
    },
    `${url}${path}`,
    options ?? {},
  );

test("a page speaks TLS over its WebSocket, megabytes there and back, and closes in good order", async () => {
  const seen = await page.evaluate(
    async (url, { identity, secret }) => {
      const [{ startTls }, { webSocketTransport }] = await Promise.all([
        import("/tls-psk/index.js"),
        import("/tls-psk/adapters/websocket.js"),
      ]);
      const socket = new WebSocket(url);
      const tls = startTls(webSocketTransport(socket), { psks: [{ identity, secret: Uint8Array.from(secret) }] });
      const { cipherSuite } = await tls.opened;
      const sent = new Uint8Array(3_000_000).map((_, index) => index);
      const received = new Response(tls.readable).arrayBuffer();
      const writer = tls.writable.getWriter();
      await writer.write(sent);
      await writer.close();
      const back = new Uint8Array(await received);
      await tls.closed;
      return { cipherSuite, same: back.length === sent.length && back.every((byte, at) => byte === sent[at]) };
    },
    `${url}/echo`,
    { ...psk(), secret: [...psk().secret] },
  );
  assert.deepEqual(seen, { cipherSuite: "TLS_CHACHA20_POLY1305_SHA256", same: true });
});

test("a writer waits while the browser has more to send than it should", async () => {
  const { written, bufferedAmount } = await page.evaluate(async (url) => {
    const { webSocketTransport } = await import("/tls-psk/adapters/websocket.js");
    const socket = new WebSocket(url);
    const writer = webSocketTransport(socket).writable.getWriter();
    let written = 0;
    for (;;) {
      const done = writer.write(new Uint8Array(65_536)).then(() => "written");
      written += 65_536;
      const late = new Promise((resolve) => setTimeout(resolve, 500, "late"));
      if ((await Promise.race([done, late])) === "late" || written > 500_000_000) break;
    }
    const { bufferedAmount } = socket;
    writer.abort().catch(() => {});
    return { written, bufferedAmount };
  }, `${url}/deaf`);
  assert.ok(written < 100_000_000, `${written} bytes were taken`);
  assert.ok(bufferedAmount > 0 && bufferedAmount <= 2 ** 18 + 2 * 65_536, `${bufferedAmount} bytes wait`);
});

test("more than may be kept is an error, and nothing is kept", async () => {
  const { chunks, name, message } = await read("/flood", { maxBuffered: 1_000_000, late: true });
  assert.deepEqual([chunks, name], [[], "RangeError"]);
  assert.match(message, /1000000/);
});

test("a text message is an error, and so is a code that means a failure, behind what had arrived", async () => {
  assert.match((await read("/text")).message, /text message/);
  const { chunks, message } = await read("/failure");
  assert.deepEqual(chunks, ["first"]);
  assert.match(message, /1011 out of order/);
});
