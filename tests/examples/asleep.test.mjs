// The gateway whose devices sleep, in workerd: the runtime really puts the object away, and its constructor runs again.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { Transform } from "node:stream";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createWebSocketStream, WebSocket } from "ws";
import { startSClient } from "../interop/support/openssl.mjs";
import { HEX, PSK, WRONG_HEX } from "../interop/support/peers.mjs";
import { ASLEEP, newState, provision, startWorker } from "./support/wrangler.mjs";

/** After how much silence the runtime puts an object away, in milliseconds, and some more. */
const EVICTION = 12_000;

async function listening(t, server) {
  server.listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return server.address().port;
}

/** An origin that answers each message, and remembers from which device it was. */
async function startOrigin(t) {
  const heard = [];
  const server = createHttpServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    heard.push([request.headers["x-device"], body]);
    response.end(`heard ${body}`);
  });
  return { heard, address: `http://127.0.0.1:${await listening(t, server)}/` };
}

/** Cuts what a device sends into messages that end within records. */
const cut = () =>
  new Transform({
    transform(chunk, _encoding, done) {
      for (let at = 0; at < chunk.length; at += 1_000) this.push(chunk.subarray(at, at + 1_000));
      done();
    },
  });

/** A port that leads TCP into the WebSocket of a device. */
function startBridge(t, port, identity) {
  const server = createServer((tcp) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/${encodeURIComponent(identity)}`);
    t.after(() => socket.terminate());
    tcp.on("error", () => socket.terminate());
    const stream = createWebSocketStream(socket);
    stream.on("error", () => tcp.destroy());
    tcp.pipe(cut()).pipe(stream).pipe(tcp);
  });
  return listening(t, server);
}

test("a Durable Object with sleeping devices", async (t) => {
  const [origin, state] = [await startOrigin(t), newState(t)];
  const identities = [PSK.identity, "lamp/2"];
  await provision(t, state, ASLEEP, Object.fromEntries(identities.map((identity) => [identity, { secret: HEX }])));
  const worker = await startWorker(t, state, ASLEEP, { ORIGIN: origin.address, SHARDS: "1" });
  const starts = () => [...`${worker.stdout}${worker.stderr}`.matchAll(/in memory again, with (\d) devices/g)];

  const devices = [];
  for (const identity of identities) {
    const device = startSClient(
      t,
      await startBridge(t, worker.port, identity),
      [],
      [...["-psk_identity", identity, "-psk", HEX]],
    );
    device.write("21.5 degrees\n");
    await device.printed(/^heard 21\.5 degrees$/m);
    devices.push(device);
  }
  assert.deepEqual(
    origin.heard,
    identities.map((identity) => [identity, "21.5 degrees\n"]),
  );
  assert.deepEqual(
    starts().map(([, count]) => count),
    ["0"],
  );

  await t.test("the devices go on when the object was put away meanwhile", async () => {
    await wait(EVICTION);
    for (const device of devices) {
      device.write("still here\n");
      await device.printed(/^heard still here$/m);
    }
    assert.deepEqual(
      starts().map(([, count]) => count),
      ["0", "2"],
    );
  });

  await t.test("a record may be longer than an attachment, and arrive in parts", async () => {
    const line = "long ".repeat(1_200);
    for (const device of devices) {
      device.write(`${line}\n`);
      await device.printed(new RegExp(`^heard .*${line}$`, "m"));
    }
  });

  await t.test("a wrong key, and the key of another device, are turned away", async (t) => {
    const before = origin.heard.length;
    for (const [name, secret] of [
      [PSK.identity, WRONG_HEX],
      ["another", HEX],
    ]) {
      const bridge = await startBridge(t, worker.port, PSK.identity);
      const stranger = startSClient(t, bridge, [], ["-psk_identity", name, "-psk", secret]);
      await stranger.printed(/alert decrypt error/);
      assert.notEqual(await stranger.ended, 0);
    }
    assert.equal(origin.heard.length, before);
    assert.doesNotMatch(worker.stdout + worker.stderr, new RegExp(`${HEX}|${WRONG_HEX}`));
  });

  await t.test("a device that says goodbye is answered", async () => {
    for (const device of devices) assert.equal(await device.finish(), 0);
  });
});
