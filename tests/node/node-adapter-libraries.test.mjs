// tls-psk/node among Node's own modules and others: what is written for sockets takes its sockets.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import { test } from "node:test";
import { connect } from "tls-psk/node";
import { WebSocket, WebSocketServer } from "ws";
import { CLIENT, listen } from "./support/duplexes.mjs";
import { readAll } from "./support/streams.mjs";

test("http.request takes a socket, and http.createServer serves one", async (t) => {
  const web = http.createServer((request, response) => {
    request.pipe(response);
    assert.equal(request.socket.encrypted, true);
  });
  const { port } = await listen(t, {}, (socket) => web.emit("connection", socket));
  const createConnection = () => connect({ ...CLIENT, port });
  for (const body of ["hello", "x".repeat(300_000)]) {
    const request = http.request({ createConnection, method: "POST", host: "device.example" });
    request.end(body);
    const [response] = await once(request, "response");
    assert.equal(response.statusCode, 200);
    assert.equal(String(await readAll(response)), body);
  }
});

test("the agent of http keeps a connection, and the server lets it go", async (t) => {
  const web = http.createServer((_request, response) => response.end("answer"));
  let connections = 0;
  const { port } = await listen(t, {}, (socket) => {
    connections += 1;
    web.emit("connection", socket);
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => connect({ ...CLIENT, port });
  t.after(() => agent.destroy());
  for (let request = 0; request < 3; request++) {
    const [response] = await once(http.get({ agent, host: "device.example" }), "response");
    assert.equal(String(await readAll(response)), "answer");
  }
  assert.equal(connections, 1);
});

test("http2 multiplexes over the socket", async (t) => {
  const web = http2.createServer();
  web.on("stream", (stream) => {
    stream.respond({ ":status": 200 });
    stream.pipe(stream);
  });
  const alpn = { ALPNProtocols: ["h2"] };
  const { port } = await listen(t, alpn, (socket) => web.emit("connection", socket));
  const createConnection = () => connect({ ...CLIENT, ...alpn, port });
  const session = http2.connect("http://device.example", { createConnection });
  const bodies = ["first", "second"].map((text) => Buffer.alloc(500_000, text));
  const answers = bodies.map((body) => {
    const stream = session.request({ ":method": "POST" });
    stream.end(body);
    return readAll(stream);
  });
  for (const [index, answer] of (await Promise.all(answers)).entries()) assert.ok(answer.equals(bodies[index]));
  session.close();
  await once(session, "close");
});

test("ws talks through the socket", async (t) => {
  const web = http.createServer();
  const sockets = new WebSocketServer({ server: web });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  const { port } = await listen(t, {}, (socket) => web.emit("connection", socket));
  const client = new WebSocket("ws://device.example/", { createConnection: () => connect({ ...CLIENT, port }) });
  await once(client, "open");
  client.send("through TLS");
  assert.equal(String((await once(client, "message"))[0]), "through TLS");
  client.close();
  await once(client, "close");
});
