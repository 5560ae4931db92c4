// Cloudflare's own tooling, which runs the workers of examples/gateway in workerd, with all of the platform on this
// machine.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NODE24 } from "../../interop/support/node24.mjs";
import { freePort } from "../../node/support/ports.mjs";
import { start } from "../../node/support/process.mjs";

const DIRECTORY = fileURLToPath(new URL("../../../examples/gateway/", import.meta.url));
const WRANGLER = join(DIRECTORY, "node_modules", "wrangler", "bin", "wrangler.js");

/** It asks nobody outside, and prints without colours. */
const ENVIRONMENT = { CLOUDFLARE_CF_FETCH_ENABLED: "false", NO_COLOR: "1", WRANGLER_SEND_METRICS: "false" };

/** The workers, as wrangler's configuration files name them. */
export const GATEWAY = { config: "wrangler.jsonc", binding: "DEVICES" };
export const ASLEEP = { config: "asleep.jsonc", binding: "DEVICES" };
export const DIALER = { config: "dialer.jsonc", binding: "SERVERS" };

/** Where KV and Durable Objects are kept, until the test is over. */
export function newState(t) {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-gateway-"));
  t.after(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** Puts keys into the worker's KV, as for provisioning devices: `{ identity: entry }`. */
export async function provision(t, state, { config, binding }, keys) {
  const entries = Object.entries(keys).map(([identity, entry]) => ({
    key: Buffer.from(identity).toString("hex"),
    value: JSON.stringify(entry),
  }));
  const file = join(newState(t), "keys.json");
  writeFileSync(file, JSON.stringify(entries));
  const namespace = ["--binding", binding, "--config", join(DIRECTORY, config), "--local", "--persist-to", state];
  const run = wrangler(t, ["kv", "bulk", "put", file, ...namespace]);
  if ((await run.ended) !== 0) throw new Error(`wrangler could not write to KV:\n${run.stdout}${run.stderr}`);
}

/** Starts a worker, and adds the ports of its HTTP and, for the gateway, of its TCP. */
export async function startWorker(t, state, { config }, variables = {}) {
  const [port, tcpPort] = [await freePort(), await freePort()];
  const configuration = configure(t, config, tcpPort);
  const listen = ["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
  const vars = Object.entries(variables).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const quiet = "--show-interactive-dev-session=false";
  const worker = wrangler(t, ["dev", ...listen, "--config", configuration, "--persist-to", state, quiet, ...vars]);
  await worker.printed(/Ready on /);
  return Object.assign(worker, { port, tcpPort });
}

/** The configuration as it is, but for the TCP port, which others on this machine may have taken. */
function configure(t, config, tcpPort) {
  const text = readFileSync(join(DIRECTORY, config), "utf8");
  const file = join(newState(t), config);
  writeFileSync(file, text.replace(/("port": )\d+/, `$1${tcpPort}`).replace('"src/', `"${DIRECTORY}src/`));
  return file;
}

function wrangler(t, args) {
  return start(t, NODE24, [WRANGLER, ...args], { env: ENVIRONMENT, group: true });
}
