// tls-psk/websocket over real WebSockets, those of the package ws.

import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { after, test } from "node:test";
import { acceptTls, startTls } from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";
import { WebSocket, WebSocketServer } from "ws";
import { freePort } from "./support/ports.mjs";
import { psk, readAll, rejection, settled, write } from "./support/streams.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

const OPTIONS = { psks: [psk()], allowBothRoles: true };

/** A server of WebSockets and the address of it, until the test is over. */
async function listen(t) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, "listening");
  return { server, url: `ws://127.0.0.1:${server.address().port}` };
}

/** A WebSocket of each side; the client's is still connecting unless `open`. */
async function sockets(t, { open = true } = {}) {
  const { server, url } = await listen(t);
  const connected = once(server, "connection");
  const client = new WebSocket(url);
  const opened = once(client, "open");
  const [theirs] = open ? (await Promise.all([connected, opened]))[0] : [connected.then(([socket]) => socket)];
  return [client, theirs];
}

/** Bytes through one WebSocket, with nothing of TLS. */
const plain = (options) => async (t) => {
  const [ours, theirs] = await sockets(t);
  return { ours, theirs, transport: webSocketTransport(ours, options) };
};

for (const open of [false, true]) {
  test(`TLS over a WebSocket that is ${open ? "open" : "still connecting"}`, async (t) => {
    const [ours, theirs] = await sockets(t, { open });
    const client = startTls(webSocketTransport(ours), OPTIONS);
    const server = acceptTls(webSocketTransport(await theirs), OPTIONS);
    const echoed = server.readable.pipeTo(server.writable);
    const data = Buffer.alloc(3_000_000, "0123456789-");
    const writer = client.writable.getWriter();
    const received = readAll(client.readable);
    await writer.write(data);
    await writer.close();
    assert.ok((await received).equals(data));
    await Promise.all([echoed, client.closed, server.closed]);
    assert.equal(ours.readyState, WebSocket.CLOSED);
    for (const type of ["open", "message", "error", "close"]) assert.equal(ours.listenerCount(type), 0, type);
  });
}

test("a failure of TLS reaches the peer as its alert before the WebSocket is closed", async (t) => {
  const [ours, theirs] = await sockets(t);
  const client = startTls(webSocketTransport(ours), { ...OPTIONS, psks: [psk("nobody")] });
  const server = acceptTls(webSocketTransport(theirs), OPTIONS);
  assert.equal((await rejection(server.closed)).code, "ERR_TLS_DECRYPT");
  assert.equal((await rejection(client.closed)).alert, "decrypt_error");
});

test("an ordinary close of the WebSocket in the handshake is no close of TLS", async (t) => {
  const [ours, theirs] = await sockets(t);
  const client = startTls(webSocketTransport(ours), OPTIONS);
  theirs.close(1000);
  assert.equal((await rejection(client.opened)).code, "ERR_TLS_HANDSHAKE_FAILURE");
});

test("an end by failure is an error that names the code, behind what had arrived", async (t) => {
  const { theirs, transport } = await plain()(t);
  theirs.send(Buffer.from("first"));
  theirs.close(1011, "out of order");
  const reader = transport.readable.getReader();
  assert.equal(String(Buffer.from((await reader.read()).value)), "first");
  const error = await rejection(reader.read());
  assert.match(error.message, /1011 out of order/);
  assert.equal(await rejection(transport.writable.getWriter().closed), error);
});

test("a text message is an error that says so, and closes the WebSocket", async (t) => {
  const [ours, theirs] = await sockets(t);
  const client = startTls(webSocketTransport(ours), OPTIONS);
  theirs.send("hello");
  const error = await rejection(client.opened);
  assert.equal(error.code, "ERR_TLS_TRANSPORT");
  assert.ok(error.cause instanceof TypeError);
  assert.match(error.cause.message, /text message/);
  await once(theirs, "close");
});

test("a WebSocket that does not open is an error", async () => {
  const port = await freePort();
  const error = await rejection(startTls(webSocketTransport(new WebSocket(`ws://127.0.0.1:${port}`)), OPTIONS).opened);
  assert.equal(error.code, "ERR_TLS_TRANSPORT");
  assert.equal(error.cause.cause.code, "ECONNREFUSED");
});

test("a signal and a deadline end a connection whose WebSocket never opens", async (t) => {
  const mute = net.createServer((socket) => t.after(() => socket.destroy())).listen(0, "127.0.0.1");
  t.after(() => mute.close());
  await once(mute, "listening");
  const controller = new AbortController();
  for (const [options, code] of [
    [{ signal: controller.signal }, "ERR_TLS_ABORTED"],
    [{ handshakeTimeout: 20 }, "ERR_TLS_TIMEOUT"],
  ]) {
    const socket = new WebSocket(`ws://127.0.0.1:${mute.address().port}`);
    const tls = startTls(webSocketTransport(socket), { ...OPTIONS, ...options });
    await settled();
    controller.abort();
    assert.equal((await rejection(tls.opened)).code, code);
    if (socket.readyState !== WebSocket.CLOSED)
      await new Promise((resolve) => socket.addEventListener("close", resolve));
  }
});

test("a WebSocket that is already closed is an error", async (t) => {
  const [ours] = await sockets(t);
  ours.terminate();
  await once(ours, "close");
  assert.match((await rejection(webSocketTransport(ours).readable.getReader().read())).message, /already closed/);
});

test("a writer waits for a peer that does not read", async (t) => {
  const { ours, theirs, transport } = await plain()(t);
  theirs.pause();
  const writer = transport.writable.getWriter();
  const chunk = new Uint8Array(64 * 1024);
  let [written, stalled] = [0, false];
  // The two kernels buffer some data; beyond that, nothing is buffered.
  while (!stalled && written < 1e9) {
    const done = writer.write(chunk).then(() => "written");
    const late = new Promise((resolve) => setTimeout(resolve, 300, "late"));
    stalled = (await Promise.race([done, late])) === "late";
    written += chunk.length;
    assert.ok(ours.bufferedAmount <= 2 ** 18 + 2 * chunk.length, `${ours.bufferedAmount} bytes wait`);
  }
  assert.ok(written < 64e6, `${written} bytes were written`);
  let received = 0;
  theirs.on("message", (data) => {
    received += data.length;
  });
  theirs.resume();
  await writer.close();
  assert.equal(received, written);
});

test("a WebSocket of ws is told to wait while the reader stalls", async (t) => {
  const { ours, theirs, transport } = await plain({ highWaterMark: 100_000, maxBuffered: 10_000_000 })(t);
  const reader = transport.readable.getReader();
  theirs.send(Buffer.alloc(100_000));
  await settled();
  while (!ours.isPaused) await settled();
  for (let message = 0; message < 300; message++) theirs.send(Buffer.alloc(65_536));
  theirs.close();
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    received += value.length;
  }
  assert.equal(received, 100_000 + 300 * 65_536);
});

test("a WebSocket that cannot wait fails when more arrives than may be kept", async (t) => {
  const [ours, theirs] = await sockets(t);
  // As browsers' are.
  ours.pause = ours.resume = undefined;
  const { readable, writable } = webSocketTransport(ours, { maxBuffered: 1_000_000 });
  const reader = readable.getReader();
  const closed = once(theirs, "close");
  for (let message = 0; message < 20; message++) theirs.send(Buffer.alloc(65_536));
  const [code] = await closed;
  assert.equal(code, 4000);
  const error = await rejection(reader.read());
  assert.ok(error instanceof RangeError);
  assert.match(error.message, /1000000/);
  assert.equal(await rejection(writable.getWriter().closed), error);
});

test("small messages count for what they cost, and are read together", async (t) => {
  const [ours, theirs] = await sockets(t);
  ours.pause = ours.resume = undefined;
  const reader = webSocketTransport(ours, { maxBuffered: 1_000_000 }).readable.getReader();
  const all = Array.from({ length: 5_000 }, (_, index) => index % 256);
  for (const byte of all) theirs.send(Uint8Array.of(byte));
  theirs.close();
  const chunks = [];
  await new Promise((resolve) => ours.addEventListener("close", resolve));
  for (let result = await reader.read(); !result.done; result = await reader.read()) chunks.push(result.value);
  assert.deepEqual([...Buffer.concat(chunks)], all);
  assert.ok(chunks.length < 10, `${chunks.length} chunks`);

  const [more, others] = await sockets(t);
  more.pause = more.resume = undefined;
  const { readable } = webSocketTransport(more, { maxBuffered: 1_000_000 });
  for (let message = 0; message < 10_000; message++) others.send(Uint8Array.of(1));
  await once(others, "close");
  assert.ok((await rejection(readable.getReader().read())) instanceof RangeError);
});

test("only bytes can be written", async (t) => {
  const { transport } = await plain()(t);
  assert.ok((await rejection(write(transport.writable, new Date()))) instanceof TypeError);
});

test("cancelling and aborting close the WebSocket", async (t) => {
  for (const [end, expected] of [
    [({ readable }) => readable.cancel(), 1000],
    [({ writable }) => writable.abort(new Error("enough")), 4000],
    [({ writable }) => writable.close(), 1000],
  ]) {
    const { theirs, transport } = await plain()(t);
    const closed = once(theirs, "close");
    await end(transport);
    assert.equal((await closed)[0], expected);
  }
});
