import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as tls from "tls-psk/slim";
import { pipe, psk, rejection } from "./support/streams.mjs";

const wasm = fileURLToPath(import.meta.resolve("tls-psk/wasm"));

// The tests of this file follow one after the other, from nothing loaded to everything there.

test("the classes ask for init when they are used before it", () => {
  const [identity, secret] = [new Uint8Array(1), new Uint8Array(16)];
  for (const use of [
    () => new tls.Config("client"),
    () => new tls.ExternalPsk(identity, secret),
    () => tls.ExternalPsk.unsafeShort(identity, secret),
    () => new tls.Connection({}),
    () => tls.inspect(new Uint8Array(4)),
  ]) {
    assert.throws(use, (error) => {
      assert.ok(error instanceof tls.TlsError);
      assert.equal(error.code, "ERR_TLS_NOT_INITIALISED");
      assert.match(error.message, /await init\(\)/);
      return true;
    });
  }
});

test("tls-psk/slim says that it has no WebAssembly of its own", async () => {
  const [end] = pipe();
  const error = await rejection(tls.startTls(end, { psks: [psk()] }).opened);
  assert.equal(error.code, "ERR_TLS_NOT_INITIALISED");
  assert.match(error.message, /tls-psk\/slim/);
});

test("a WebAssembly that cannot be loaded has its reason as the cause", async () => {
  const missing = await rejection(tls.init(new Response("", { status: 404 })));
  assert.equal(missing.code, "ERR_TLS_NOT_INITIALISED");
  assert.match(missing.cause.message, /404/);
  const broken = await rejection(tls.init(new Uint8Array(8)));
  assert.equal(broken.code, "ERR_TLS_NOT_INITIALISED");
  assert.ok(broken.cause instanceof WebAssembly.CompileError);
});

test("init takes a response without the right content type, after earlier failures", async () => {
  await tls.init(new Response(await readFile(wasm)));
  new tls.Config("client").free();
});

test("initialising again, in whichever way, changes nothing", async () => {
  await Promise.all([tls.init(), tls.init()]);
  tls.initSync(await WebAssembly.compile(await readFile(wasm)));
  const [clientEnd, serverEnd] = pipe();
  const client = tls.startTls(clientEnd, { psks: [psk()], allowBothRoles: true });
  const server = tls.acceptTls(serverEnd, { psks: [psk()], allowBothRoles: true });
  await Promise.all([client.opened, server.opened]);
});

test("tls-psk and tls-psk/slim share one WebAssembly", async () => {
  const node = await import("tls-psk");
  new node.Config("server").free();
});
