// workerd, bare and through wrangler, and Vercel's edge runtime. None of them has Node's modules here.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { installed, versionOf } from "../lib/paths.mjs";
import { LINE, startPeer } from "../lib/peer.mjs";
import { bundleForVercel } from "../lib/vercel.mjs";

const ENTRIES = ["tls-psk", "tls-psk/full", "tls-psk/slim"];
const COMPATIBILITY_DATE = "2026-04-01";

/** A project with a worker in it. */
async function workerProject(packed, t, entry) {
  const peer = await startPeer(t);
  const source = entry === "tls-psk/slim" ? "worker-slim.js" : "worker.js";
  const files = { "worker.js": source, "wrangler.jsonc": "wrangler.jsonc", ".dev.vars": `PSK=${peer.secret}\n` };
  return { peer, project: packed.newProject(t, { files, peer, full: entry === "tls-psk/full", tools: ["wrangler"] }) };
}

/** What the worker answers: the line that the peer has sent back. */
async function assertAnswers(url, peer) {
  const response = await fetch(url);
  assert.equal(await response.text(), LINE);
  assert.equal(response.status, 200);
  await peer.met();
}

const bare = {
  what: "workerd",
  version: versionOf("workerd"),
  how: "modules as they are in the package, no bundler",
  over: "TCP, `connect()`",
  entries: ENTRIES,
  quick: true,
  async run({ t, packed, entry }) {
    const { peer, project } = await workerProject(packed, t, entry);
    writeFileSync(join(project.root, "config.capnp"), configure(project.root, entry, peer.secret));
    const workerd = project.start(installed("workerd", "bin", "workerd"), ["serve", "config.capnp", "--control-fd=1"]);
    const [, port] = await workerd.printed(/"event":"listen".*?"port":(\d+)/);
    await assertAnswers(`http://127.0.0.1:${port}/`, peer);
  },
};

/** workerd's configuration for the worker of a project: each file of the package is a module under its own name. */
function configure(root, entry, secret) {
  const dist = join(root, "node_modules", "tls-psk", "dist");
  const scripts = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".js"));
  const binaries = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".wasm"));
  const module = (kind, path) => {
    const name = relative(root, join(dist, path));
    return `(name = "${name}", ${kind} = embed "${name}")`;
  };
  const { exports } = JSON.parse(readFileSync(join(root, "node_modules", "tls-psk", "package.json"), "utf8"));
  const alias = (name) => {
    const target = exports[name.replace("tls-psk", ".")];
    const path = relative(dirname(name), join("node_modules", "tls-psk", target.workerd ?? target.default));
    const text = `export * from '${path}'; ${path.endsWith(".wasm") ? `export { default } from '${path}';` : ""}`;
    return `(name = "${name}", esModule = "${text}")`;
  };
  const names = [entry, "tls-psk/encoding", ...(entry === "tls-psk/slim" ? ["tls-psk/tls-psk.wasm"] : [])];
  const modules = [
    '(name = "worker.js", esModule = embed "worker.js")',
    ...names.map(alias),
    ...scripts.map((path) => module("esModule", path)),
    ...binaries.map((path) => module("wasm", path)),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [(name = "PSK", text = "${secret}")],
  modules = [
    ${modules.join(",\n    ")}
  ],
);
`;
}

const wrangler = {
  what: "Cloudflare Workers",
  version: versionOf("wrangler"),
  how: "`wrangler dev`",
  over: "TCP, `connect()`",
  entries: ENTRIES,
  async run({ t, packed, entry }) {
    const { peer, project } = await workerProject(packed, t, entry);
    const env = { WRANGLER_SEND_METRICS: "false", CI: "1" };
    const server = project.start("npx", ["wrangler", "dev", "--port", "0"], env);
    const [, url] = await server.printed(/Ready on (http:\S+)/);
    await assertAnswers(url, peer);
  },
};

const edge = {
  what: "Vercel Edge",
  version: versionOf("edge-runtime"),
  how: "a function, bundled as Vercel does",
  over: "request and response bodies",
  entries: ENTRIES.slice(0, 2),
  quick: true,
  async run({ t, packed, entry }) {
    const { EdgeRuntime, runServer } = await import("edge-runtime");
    const peer = await startPeer(t);
    const files = { "api/hello.js": "edge.js" };
    const project = packed.newProject(t, { files, peer, full: entry === "tls-psk/full" });
    const { initialCode, extend } = await bundleForVercel(join(project.root, "api", "hello.js"), { PSK: peer.secret });
    // Next.js fails the build for the first and warns of the second, wherever they stand
    assert.doesNotMatch(initialCode, /WebAssembly\.compile\(|ByteLengthQueuingStrategy/);
    const server = await runServer({ runtime: new EdgeRuntime({ initialCode, extend }), port: 0 });
    t.after(() => server.close());
    await assertAnswers(server.url, peer);
  },
};

export const workers = [bare, wrangler, edge];
