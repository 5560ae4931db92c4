import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { test } from "node:test";
import { createWebSocketStream, WebSocket } from "ws";
import { pskSession, startSClient } from "../interop/support/openssl.mjs";
import { HEX, PSK, temporaryFile, WRONG_HEX } from "../interop/support/peers.mjs";
import { GATEWAY, newState, provision, startWorker } from "./support/wrangler.mjs";

const EARLY = { maxSize: 1_000, cipherSuite: "TLS_CHACHA20_POLY1305_SHA256" };

/** Listens on a free port of 127.0.0.1, which it returns. */
async function listen(t, onConnection, options = {}) {
  const server = createServer(options, (tcp) => {
    t.after(() => tcp.destroy());
    tcp.on("error", () => {}); // the other side tells, too
    onConnection(tcp);
  });
  server.listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  return server.address().port;
}

/** A server that sends back what it is told, remembers it, and says goodbye when the other side has ended. */
async function startOrigin(t) {
  const heard = [];
  const port = await listen(
    t,
    (tcp) => {
      const index = heard.push("") - 1;
      tcp.on("data", (data) => {
        heard[index] += data;
        tcp.write(`heard ${data}`);
      });
      tcp.on("end", () => tcp.end("goodbye\n"));
    },
    { allowHalfOpen: true },
  );
  return { address: `127.0.0.1:${port}`, takeHeard: () => heard.splice(0) };
}

/** A port that leads TCP into the gateway's WebSocket, for programs that know only TCP. */
function startBridge(t, port) {
  return listen(t, (tcp) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    t.after(() => socket.terminate());
    const stream = createWebSocketStream(socket);
    stream.on("error", () => tcp.destroy());
    tcp.pipe(stream).pipe(tcp);
  });
}

/** A port that passes TCP on to another, and what the first connection to it said in its first flight. */
async function startRecorder(t, target) {
  const recorder = { flight: undefined, port: undefined };
  recorder.port = await listen(t, (tcp) => {
    const onwards = createConnection({ host: "127.0.0.1", port: target });
    onwards.on("error", () => tcp.destroy());
    onwards.once("data", () => {
      recorder.complete = true;
    });
    tcp.on("data", (chunk) => {
      if (!recorder.complete) recorder.flight = Buffer.concat([recorder.flight ?? Buffer.alloc(0), chunk]);
    });
    tcp.pipe(onwards).pipe(tcp);
  });
  return recorder;
}

/** Sends a recorded first flight, and waits for the end of the connection. */
async function replay(port, flight) {
  const attacker = createConnection({ host: "127.0.0.1", port });
  attacker.on("error", () => {});
  attacker.write(flight);
  // The server takes the ClientHello, which is as good as it was. What it must not take is the early data behind it.
  const [answer] = await once(attacker, "data");
  assert.equal(answer.readUInt8(5), 2, "it is a ServerHello");
  attacker.end();
  await once(attacker, "close");
}

test("a gateway in workerd, with keys in KV and a Durable Object that remembers early data", async (t) => {
  const [origin, state] = [await startOrigin(t), newState(t)];
  const start = () => startWorker(t, state, GATEWAY, { ORIGIN: origin.address });
  await provision(t, state, GATEWAY, {
    [PSK.identity]: { secret: HEX },
    "door/1": { secret: HEX, earlyData: EARLY },
  });
  const worker = await start();

  /** What `s_client` and the origin say to each other through the gateway. */
  async function converse(client) {
    client.write("21.5 degrees\n");
    await client.printed(/^heard 21\.5 degrees$/m);
    assert.equal(await client.finish(), 0);
    assert.deepEqual(origin.takeHeard(), ["21.5 degrees\n"]);
  }

  await t.test("a device reaches the origin over TCP", async (t) => {
    await converse(startSClient(t, worker.tcpPort));
  });

  await t.test("a device reaches the origin over a WebSocket", async (t) => {
    await converse(startSClient(t, await startBridge(t, worker.port)));
  });

  await t.test("whoever has no key is turned away, and the origin hears nothing of it", async (t) => {
    for (const [identity, secret] of [
      ["stranger", HEX],
      [PSK.identity, WRONG_HEX],
    ]) {
      const client = startSClient(t, worker.tcpPort, [], ["-psk_identity", identity, "-psk", secret]);
      await client.printed(/alert decrypt error/);
      assert.notEqual(await client.ended, 0);
    }
    assert.deepEqual(origin.takeHeard(), []);
    await worker.printed(/ERR_TLS_DECRYPT/);
    assert.doesNotMatch(worker.stdout + worker.stderr, new RegExp(`${HEX}|${WRONG_HEX}`));
  });

  await t.test("a request without a WebSocket is told what is missing", async () => {
    const response = await fetch(`http://127.0.0.1:${worker.port}/`);
    assert.equal(response.status, 426);
    await response.text();
  });

  await t.test("early data reaches the origin once: its copy does not, not even after a restart", async (t) => {
    const recorder = await startRecorder(t, worker.tcpPort);
    const session = pskSession(t, { secret: PSK.secret, cipherSuite: EARLY.cipherSuite, maxEarlyData: EARLY.maxSize });
    const early = temporaryFile(t);
    writeFileSync(early, "door opened\n");
    const key = ["-psk_identity", "door/1", "-psk_session", session];
    const client = startSClient(t, recorder.port, ["-early_data", early], key);
    await client.printed(/^heard door opened$/m);
    await client.printed(/Early data was accepted/);
    assert.equal(await client.finish(), 0);
    assert.deepEqual(origin.takeHeard(), ["door opened\n"]);

    await replay(worker.tcpPort, recorder.flight);
    worker.child.kill("SIGINT");
    await worker.ended;
    await replay((await start()).tcpPort, recorder.flight);
    assert.deepEqual(origin.takeHeard(), []);
  });
});
