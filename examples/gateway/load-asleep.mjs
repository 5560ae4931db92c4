// Holds the WebSockets of many devices in one object of the gateway whose devices sleep, and prints what they cost the
// runtime (on Linux), awake and asleep: node load-asleep.mjs [--devices 10000]. The worker runs in workerd without the
// proxies of `wrangler dev`, which would cost more than the worker. With --plain, the object sends messages back without
// TLS: that is what the runtime needs for the WebSockets alone.

import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { init, MessageConnection } from "tls-psk/full/hibernation";
import { WebSocket } from "ws";

const { values } = parseArgs({
  options: { devices: { type: "string", default: "10000" }, plain: { type: "boolean", default: false } },
});
/** How many handshakes run at a time. */
const AT_A_TIME = 20;
/** After how much silence the runtime puts an object away, in milliseconds, and some more. */
const EVICTION = 15_000;
/** How many answers are timed. */
const ANSWERS = 200;

const identity = "lamp/1";
const secret = crypto.getRandomValues(new Uint8Array(32));
const psks = [{ identity, secret }];
const stateKeys = [crypto.getRandomValues(new Uint8Array(32))];
const hex = (bytes) => Buffer.from(bytes).toString("hex");
await init();

// The origin answers what it is sent; it also acts as Workers KV, which workerd reads by GET.
const entry = JSON.stringify({ secret: hex(secret) });
const origin = createServer((request, response) => {
  if (request.method === "GET") response.end(entry);
  else request.pipe(response);
});
origin.listen(0, "127.0.0.1");
await once(origin, "listening");
const { port: originPort } = origin.address();

const bundle = mkdtempSync(join(tmpdir(), "tls-psk-asleep-"));
execFileSync("npx", ["wrangler", "deploy", "--dry-run", "--config", "asleep.jsonc", "--outdir", bundle]);
const PLAIN = `import { DurableObject } from "cloudflare:workers";
export default { fetch: (request, env) => env.SLEEPERS.get(env.SLEEPERS.idFromName("0")).fetch(request) };
export class Sleepers extends DurableObject {
  fetch() {
    const [client, server] = Object.values(new WebSocketPair());
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }
  webSocketMessage(webSocket, message) {
    webSocket.send(message);
  }
}
`;
if (values.plain) writeFileSync(join(bundle, "asleep.js"), PLAIN);
const [wasm] = readdirSync(bundle).filter((name) => name.endsWith(".wasm"));
writeFileSync(
  join(bundle, "config.capnp"),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "gateway", worker = .gateway),
    (name = "kv", external = (address = "127.0.0.1:${originPort}")),
    (name = "internet", network = (allow = ["local"])),
    (name = "disk", disk = (path = "${bundle}", writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "gateway")],
);
const gateway :Workerd.Worker = (
  modules = [(name = "asleep.js", esModule = embed "asleep.js"), (name = "./${wasm}", wasm = embed "${wasm}")],
  compatibilityDate = "2026-11-01",
  durableObjectNamespaces = [(className = "Sleepers", uniqueKey = "sleepers", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    (name = "SLEEPERS", durableObjectNamespace = "Sleepers"),
    (name = "DEVICES", kvNamespace = "kv"),
    (name = "ORIGIN", text = "http://127.0.0.1:${originPort}/"),
    (name = "SHARDS", text = "1"),
  ],
);
`,
);
const workerd = spawn("node_modules/.bin/workerd", ["serve", join(bundle, "config.capnp"), "--control-fd=3"], {
  stdio: ["ignore", "inherit", "inherit", "pipe"],
});
process.on("exit", () => {
  workerd.kill();
  rmSync(bundle, { recursive: true });
});
const [ready] = await once(workerd.stdio[3], "data");
const gateway = `127.0.0.1:${JSON.parse(String(ready).split("\n")[0]).port}`;

/** The memory of the process that runs the worker, in bytes. */
function memory() {
  let bytes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      if (/^Name:\tworkerd$/m.test(status)) bytes += Number(status.match(/VmRSS:\s+(\d+)/)[1]) * 1_024;
    } catch {} // the process has ended meanwhile
  }
  return bytes;
}

class Device {
  #answered = () => {};
  #failed = () => {};

  async connect() {
    // Compression would cost the runtime 300 KiB for each WebSocket, and encrypted data does not compress.
    const address = `ws://${gateway}/${encodeURIComponent(identity)}`;
    const socket = new WebSocket(address, { perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = ({ message }) => reject(new Error(message));
    });
    socket.onclose = ({ code }) => this.#failed(new Error(`the gateway closed the WebSocket: ${code}`));
    this.socket = socket;
    if (values.plain) {
      socket.onmessage = () => this.#answered();
      return this;
    }
    const done = this.#next();
    socket.onmessage = ({ data }) => {
      if (this.tls.receive(data).length > 0 || (!this.open && this.tls.isOpen)) this.#answered();
      this.open = this.tls.isOpen;
    };
    this.tls = MessageConnection.connect({ psks, stateKeys, transmit: (bytes) => socket.send(bytes) });
    await done;
    return this;
  }

  /** One line there and back; the time that it takes, in milliseconds. */
  async echo() {
    const start = performance.now();
    const answer = this.#next();
    (this.tls ?? this.socket).send("21.5 degrees\n");
    await answer;
    return performance.now() - start;
  }

  #next() {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
    });
  }
}

const perDevice = (bytes) => `${((bytes - base) / devices.length / 1_024).toFixed(1)} KiB`;
const median = (times) => `${times.sort((a, b) => a - b)[times.length >> 1].toFixed(2)} ms`;

// The cost of the first connections includes starting everything.
const first = await Promise.all(Array.from({ length: AT_A_TIME }, () => new Device().connect()));
for (const device of first) device.socket.close();
await wait(EVICTION);

const base = memory();
const devices = [];
const count = Number(values.devices);
while (devices.length < count) {
  const more = Math.min(AT_A_TIME, count - devices.length);
  devices.push(...(await Promise.all(Array.from({ length: more }, () => new Device().connect()))));
}
console.log(`${count} devices, just connected        ${perDevice(memory())} each`);
await wait(EVICTION);
console.log(`asleep, the object put away          ${perDevice(memory())} each`);
const woken = await devices[0].echo();
const times = [];
for (let index = 1; index <= ANSWERS; index++) times.push(await devices[index % count].echo());
console.log(`a message that wakes the object      ${woken.toFixed(2)} ms to its answer`);
console.log(`a message while it is in memory      ${median(times)}`);
await wait(EVICTION);
console.log(`asleep again                         ${perDevice(memory())} each`);

if (values.plain) process.exit();
const sleeps = [];
const { tls } = devices[0];
const options = { stateKeys, transmit() {} };
let asleep = tls.sleep();
for (let round = 0; round < 20; round++) {
  const start = performance.now();
  for (let nap = 0; nap < 100; nap++) asleep = MessageConnection.wake("client", asleep, options).sleep();
  sleeps.push((performance.now() - start) / 100);
}
console.log(`the state of a connection            ${asleep.state.length} bytes`);
console.log(`waking and sleeping, in this process ${median(sleeps)}`);
process.exit();
