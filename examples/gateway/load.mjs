// Holds the connections of many devices to the gateway of `npm start`, and prints what they cost it (on Linux): node
// load.mjs IDENTITY:SECRET [--connections 1000] [--port 8883]. It also acts as the origin, on port 1883.

import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { connect } from "node:tls";
import { parseArgs } from "node:util";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { connections: { type: "string", default: "1000" }, port: { type: "string", default: "8883" } },
});
const [, identity, secret] = positionals[0]?.match(/^(.*):([0-9a-f]+)$/) ?? [];
if (!secret) {
  console.error("usage: node load.mjs IDENTITY:SECRET [--connections 1000] [--port 8883]");
  process.exit(2);
}
/** How many handshakes run at a time: devices that connect one by one seldom cause more. */
const AT_A_TIME = 20;
/** The ticks per second in which Linux counts the time of processes. */
const TICKS = 100;

const origin = createServer((tcp) => tcp.on("error", () => {}).pipe(tcp)).listen(1883, "127.0.0.1");
await once(origin, "listening");

/** The memory (in bytes) and the processor time (in milliseconds) of the process that runs the worker. */
function usage() {
  const used = { memory: 0, time: 0 };
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const [, name, rest] = readFileSync(`/proc/${pid}/stat`, "utf8").match(/\((.*)\) (.*)/);
      if (name !== "workerd") continue;
      const fields = rest.split(" ");
      used.time += ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS;
      used.memory += Number(readFileSync(`/proc/${pid}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) * 1_024;
    } catch {} // the process has ended meanwhile
  }
  return used;
}

/** A device with Node's own TLS. */
async function device() {
  const tls = connect({
    host: "127.0.0.1",
    port: Number(values.port),
    minVersion: "TLSv1.3",
    ciphers: "TLS_CHACHA20_POLY1305_SHA256",
    pskCallback: () => ({ identity, psk: Buffer.from(secret, "hex") }),
    checkServerIdentity: () => undefined,
  });
  await once(tls, "secureConnect");
  return tls;
}

/** One line there and back. */
async function echo(tls) {
  tls.write("21.5 degrees\n");
  await once(tls, "data");
}

function report(what, count, before) {
  const { memory, time } = usage();
  const [kilobytes, milliseconds] = [(memory - before.memory) / 1_024 / count, (time - before.time) / count];
  console.log(`${what.padEnd(42)} ${kilobytes.toFixed(1).padStart(8)} KiB ${milliseconds.toFixed(2).padStart(8)} ms`);
}

// the cost of the first connections includes starting everything
await Promise.all(Array.from({ length: AT_A_TIME }, async () => (await device()).end()));

const count = Number(values.connections);
const devices = [];
console.log(`${"for each connection".padEnd(42)} ${"memory".padStart(12)} ${"processor".padStart(11)}`);
let before = usage();
while (devices.length < count) {
  const more = Math.min(AT_A_TIME, count - devices.length);
  devices.push(...(await Promise.all(Array.from({ length: more }, device))));
}
report(`${count} handshakes, and holding them`, count, before);
before = usage();
await Promise.all(devices.map(echo));
report("a line to the origin and back, on all", count, before);
before = usage();
await Promise.all(
  devices.map((tls) => {
    tls.end();
    return once(tls, "close");
  }),
);
report("closing them", count, before);
origin.close();
