// The examples of the crate against programs that know nothing of it: OpenSSL, mosquitto, curl's kind of client.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { REVERSE, startSClient, startSServer } from "../interop/support/openssl.mjs";
import { HEX, PSK, temporaryFile, WRONG_HEX } from "../interop/support/peers.mjs";
import { start } from "../node/support/process.mjs";
import { startMosquitto } from "./support/mosquitto.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

before(() => {
  execFileSync("cargo", ["build", "--quiet", "--locked", "--examples"], { cwd: ROOT, stdio: "inherit" });
});

/** Starts an example with the key of all tests, or another one. */
function run(t, example, args, key = HEX) {
  return start(t, `${ROOT}target/debug/examples/${example}`, args, { env: { TLS_PSK_KEY: key } });
}

/** Starts an example that listens, on a free port. */
async function listen(t, example, args, key) {
  const server = run(t, example, ["127.0.0.1:0", ...args], key);
  const [, port] = await server.printed(/^listening on 127\.0\.0\.1:(\d+)$/m);
  return Object.assign(server, { port });
}

function pskFile(t, key = HEX) {
  const path = temporaryFile(t);
  writeFileSync(path, `other:${WRONG_HEX}\n${PSK.identity}:${key}\n`, { mode: 0o644 });
  return path;
}

test("client.rs talks to OpenSSL's server", async (t) => {
  const server = await startSServer(t, [REVERSE]);
  const client = run(t, "client", [`127.0.0.1:${server.port}`, PSK.identity]);
  assert.equal(await client.ended, 0, client.stderr);
  assert.equal(client.stdout, "olleh\n");
});

test("client.rs with another key is told so by OpenSSL's server", async (t) => {
  const server = await startSServer(t);
  const client = run(t, "client", [`127.0.0.1:${server.port}`, PSK.identity], WRONG_HEX);
  assert.equal(await client.ended, 1);
  assert.match(client.stderr, /AlertReceived\((decrypt_error|illegal_parameter)\)/);
});

test("server.rs finds the key of OpenSSL's client in its file", async (t) => {
  const server = await listen(t, "server", [pskFile(t)]);
  const client = startSClient(t, server.port);
  client.child.stdin.write("hello there\n");
  await client.printed(/^hello there$/m);
  await server.printed(/^client1 is connected$/m);
});

test("server.rs refuses OpenSSL's client with another key, and one that it does not know", async (t) => {
  const wrong = await listen(t, "server", [pskFile(t, WRONG_HEX)]);
  const client = startSClient(t, wrong.port);
  assert.equal(await client.ended, 1);
  assert.match(client.stderr, /alert decrypt error/);
  await wrong.printed(/a PSK binder does not verify/);

  const stranger = startSClient(t, wrong.port, [], ["-psk_identity", "stranger", "-psk", HEX]);
  assert.equal(await stranger.ended, 1);
  assert.match(stranger.stderr, /alert decrypt error/);
  await wrong.printed(/no PSK was accepted/);
});

test("mqtt.rs publishes to mosquitto", async (t) => {
  const port = await startMosquitto(t, [`psk_file ${pskFile(t)}`, "psk_hint any"]);
  const client = run(t, "mqtt", [`127.0.0.1:${port}`, PSK.identity]);
  assert.equal(await client.ended, 0, client.stderr);
  assert.equal(client.stdout, `temperature/${PSK.identity}: 21.5\n`);
});

test("mqtt.rs with another key is told so by mosquitto", async (t) => {
  const port = await startMosquitto(t, [`psk_file ${pskFile(t, WRONG_HEX)}`, "psk_hint any"]);
  const client = run(t, "mqtt", [`127.0.0.1:${port}`, PSK.identity]);
  assert.equal(await client.ended, 1);
  assert.match(client.stderr, /AlertReceived/);
});

test("hyper_client.rs and hyper_server.rs understand each other", async (t) => {
  const server = await listen(t, "hyper_server", [PSK.identity]);
  const client = run(t, "hyper_client", [`127.0.0.1:${server.port}`, PSK.identity, "/"]);
  assert.equal(await client.ended, 0, client.stderr);
  assert.equal(client.stdout, `200 OK\nyou are ${PSK.identity}\n`);
});

test("hyper_server.rs answers OpenSSL's client", async (t) => {
  const server = await listen(t, "hyper_server", [PSK.identity]);
  const client = startSClient(t, server.port, ["-quiet", "-alpn", "http/1.1"]);
  client.child.stdin.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  await client.printed(/you are client1/);
});

test("hyper_client.rs reads a page of OpenSSL's server", async (t) => {
  const server = await startSServer(t, ["-www", "-alpn", "http/1.1"]);
  const client = run(t, "hyper_client", [`127.0.0.1:${server.port}`, PSK.identity, "/"]);
  await client.ended;
  assert.match(client.stdout, /^200 OK\n[\s\S]*s_server/, client.stderr);
});
