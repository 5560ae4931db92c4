// The command line over WebSockets: as a listener, as a target of ws: and wss:, with the package ws and with the
// WebSocket of Node 24.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { acceptTls, startTls } from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";
import { WebSocket, WebSocketServer } from "ws";
import { start, startCli } from "../node/support/process.mjs";
import { readAll } from "../node/support/streams.mjs";
import { NODE24 } from "./support/node24.mjs";
import { HEX, PSK, temporaryFile, WRONG_HEX } from "./support/peers.mjs";

const KEY = ["--psk", `${PSK.identity}:${HEX}`];
const PSKS = [{ identity: PSK.identity, secret: PSK.secret }];
const CLI = fileURLToPath(new URL("./bin/tls-psk.mjs", import.meta.resolve("tls-psk/package.json")));

async function startListener(t, args) {
  const server = startCli(t, [...args, ...KEY]);
  const [, url] = await server.printed(/^listening on (wss?:\S+)$/m);
  return Object.assign(server, { url });
}

test("serve listens for WebSockets at its path, and connect reaches it", async (t) => {
  const server = await startListener(t, ["serve", "--listen", "ws://127.0.0.1:0/tls", "--echo"]);
  assert.match(server.url, /^ws:\/\/127\.0\.0\.1:\d+\/tls$/);
  const clients = [
    startCli(t, ["connect", server.url, ...KEY]),
    start(t, NODE24, [CLI, "connect", server.url, ...KEY]),
  ];
  for (const client of clients) {
    assert.equal(await client.finish("over a WebSocket\n"), 0, client.stderr);
    assert.equal(client.stdout, "over a WebSocket\n");
  }

  const tls = startTls(webSocketTransport(new WebSocket(server.url)), { psks: PSKS });
  const data = Buffer.alloc(1_000_000, "gate ");
  const received = readAll(tls.readable);
  const writer = tls.writable.getWriter();
  await writer.write(data);
  await writer.close();
  assert.ok((await received).equals(data));

  const stranger = startCli(t, ["connect", server.url, "--psk", `${PSK.identity}:${WRONG_HEX}`]);
  assert.equal(await stranger.finish(""), 1);
  const [error] = await once(new WebSocket(server.url.replace("/tls", "/other")), "error");
  assert.match(error.message, /400/);
  const { statusCode } = await new Promise((resolve) => http.get(server.url.replace("ws:", "http:"), resolve));
  assert.equal(statusCode, 426);

  server.child.kill("SIGTERM");
  assert.equal(await server.ended, 0, server.stderr);
});

test("an open WebSocket is drained on SIGTERM, and cut on SIGINT", async (t) => {
  for (const [signal, status] of [
    ["SIGTERM", 0],
    ["SIGINT", 1],
  ]) {
    const server = await startListener(t, ["serve", "--listen", "ws://127.0.0.1:0", "--echo"]);
    const client = startCli(t, ["connect", server.url, ...KEY]);
    client.write("one\n");
    await client.printed(/^one$/m);
    server.child.kill(signal);
    if (signal === "SIGTERM") await server.printed(/1 connections are still open/);
    else await server.ended;
    assert.equal(await client.finish("two\n"), status, client.stderr);
    assert.equal(await server.ended, 0);
  }
});

test("tunnel takes plaintext from WebSockets, and TLS goes on over another one", async (t) => {
  const server = await startListener(t, ["serve", "--listen", "ws://127.0.0.1:0", "--echo"]);
  const tunnel = await startListener(t, ["tunnel", "--listen", "ws://127.0.0.1:0/plain", server.url]);
  const socket = new WebSocket(tunnel.url);
  await once(socket, "open");
  socket.send(Buffer.from("through both"));
  const [message] = await once(socket, "message");
  assert.equal(String(message), "through both");
  socket.close();
});

/** A certificate for 127.0.0.1, which signs itself. */
function certificate(t) {
  const [key, cert] = [temporaryFile(t), temporaryFile(t)];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1"];
  const out = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert];
  execFileSync("openssl", ["req", ...kind, ...out], { stdio: "ignore" });
  return { key, cert };
}

test("connect reaches a server over wss:, if its certificate is trusted", async (t) => {
  const { key, cert } = certificate(t);
  const web = https.createServer({ key: readFileSync(key), cert: readFileSync(cert) }).listen(0, "127.0.0.1");
  t.after(() => {
    web.close();
    web.closeAllConnections();
  });
  await once(web, "listening");
  new WebSocketServer({ server: web }).on("connection", (socket) => {
    // the process was a client with this key before
    const tls = acceptTls(webSocketTransport(socket), { psks: PSKS, allowBothRoles: true });
    tls.readable.pipeTo(tls.writable).catch(() => {});
  });
  const args = ["connect", `wss://127.0.0.1:${web.address().port}/`, ...KEY];
  const trusted = startCli(t, args, { env: { NODE_EXTRA_CA_CERTS: cert } });
  assert.equal(await trusted.finish("inside of two\n"), 0, trusted.stderr);
  assert.equal(trusted.stdout, "inside of two\n");
  const distrusting = startCli(t, args);
  assert.equal(await distrusting.finish(""), 1);
  assert.match(distrusting.stderr, /ERR_TLS_TRANSPORT|WebSocket/);
});

test("serve listens for wss: with a certificate, which SIGHUP reloads", async (t) => {
  const [old, renewed] = [certificate(t), certificate(t)];
  const [cert, key] = [temporaryFile(t), temporaryFile(t)];
  copyFileSync(old.cert, cert);
  copyFileSync(old.key, key);
  const files = ["--listen-cert", cert, "--listen-key", key];
  const server = await startListener(t, ["serve", "--listen", "wss://127.0.0.1:0/tls", "--echo", ...files]);
  assert.match(server.url, /^wss:\/\/127\.0\.0\.1:\d+\/tls$/);
  const connect = async (trusted) => {
    const client = startCli(t, ["connect", server.url, ...KEY], { env: { NODE_EXTRA_CA_CERTS: trusted.cert } });
    const status = await client.finish("inside of two\n");
    return status === 0 ? client.stdout : status;
  };
  assert.equal(await connect(old), "inside of two\n");
  assert.equal(await connect(renewed), 1);

  // a key without its certificate is not taken
  copyFileSync(renewed.key, key);
  server.child.kill("SIGHUP");
  await server.printed(/certificate of the web server was not reloaded: .*key/);
  assert.equal(await connect(old), "inside of two\n");
  copyFileSync(renewed.cert, cert);
  server.child.kill("SIGHUP");
  await server.printed(/keys and certificates were reloaded(.|\n)*keys and certificates were reloaded/);
  assert.equal(await connect(renewed), "inside of two\n");
  assert.equal(await connect(old), 1);
});

test("tunnel takes plaintext from WebSockets over HTTPS", async (t) => {
  const { key, cert } = certificate(t);
  const server = await startListener(t, ["serve", "--listen", "ws://127.0.0.1:0", "--echo"]);
  const files = ["--listen-cert", cert, "--listen-key", key];
  const tunnel = await startListener(t, ["tunnel", "--listen", "wss://127.0.0.1:0/plain", ...files, server.url]);
  const socket = new WebSocket(tunnel.url, { ca: readFileSync(cert) });
  await once(socket, "open");
  socket.send(Buffer.from("through three"));
  const [message] = await once(socket, "message");
  assert.equal(String(message), "through three");
  socket.close();
});

test("what cannot be listened on is refused by name", async (t) => {
  const [one, other] = [certificate(t), certificate(t)];
  const WSS = "wss://127.0.0.1:0";
  for (const [args, status, why] of [
    [[WSS], 2, /--listen wss: needs the web server's --listen-cert and --listen-key/],
    [[WSS, "--listen-cert", one.cert], 2, /needs the web server's --listen-cert and --listen-key/],
    [["ws://127.0.0.1:0", "--listen-cert", one.cert, "--listen-key", one.key], 2, /are for --listen wss:/],
    [["127.0.0.1:0", "--listen-key", one.key], 2, /are for --listen wss:/],
    [[WSS, "--listen-cert", "/missing.pem", "--listen-key", one.key], 2, /\/missing\.pem/],
    [[WSS, "--listen-cert", one.cert, "--listen-key", other.key], 2, /certificate.*key|key.*mismatch/i],
    [["ws://"], 2, /not a WebSocket URL/],
  ]) {
    const server = startCli(t, ["serve", "--listen", ...args, ...KEY]);
    assert.equal(await server.finish(), status, server.stderr);
    assert.match(server.stderr, why);
  }
});
