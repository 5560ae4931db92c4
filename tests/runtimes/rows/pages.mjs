// Pages in Debian's browsers, over a WebSocket: without a bundler, from each bundler, and under a policy.

import assert from "node:assert/strict";
import { join } from "node:path";
import { BROWSER_NAMES, browser } from "../lib/browsers.mjs";
import { program, versionOf } from "../lib/paths.mjs";
import { LINE, startPeer } from "../lib/peer.mjs";
import { serveSite } from "../lib/site.mjs";

const BOTH = ["tls-psk", "tls-psk/full"];

/** The page's scripts: all in one, or in a web worker. For slim, the head brings the WebAssembly. */
function scripts(entry, { slim, inWorker }) {
  if (inWorker) return { "src/index.js": "page-with-worker.js", "src/worker.js": "page-worker.js" };
  const source = program("page.js");
  const isSlim = entry === "tls-psk/slim";
  return { "src/index.js": isSlim ? program(slim) + source.replace('"tls-psk"', '"tls-psk/slim"') : source };
}

/**
 * A row that visits one page in each browser. `show` builds and serves it, and resolves to its address; `html` goes to
 * where the tool wants it.
 */
function page({ what, how, entries = BOTH, tools = [], html, show, version, quick = false, check = hears, ...kind }) {
  return {
    what,
    where: BROWSER_NAMES.join(", "),
    version,
    how,
    over: check === hears ? "WebSocket" : "none",
    entries,
    quick,
    async run(context) {
      const { t, matrix, packed, entry } = context;
      const peer = await startPeer(t);
      peer.gateway = await startGateway(t, packed, peer);
      const files = { ...html, ...scripts(entry, kind) };
      const full = entry === "tls-psk/full";
      const project = packed.newProject(t, { files, peer, tools, full });
      const url = await show({ t, project, peer, entry });
      for (const name of context.quick ? BROWSER_NAMES.slice(0, 1) : BROWSER_NAMES) {
        const { visit } = await browser(matrix, name);
        await check({ name, peer, ...(await visit(`${url}#${peer.secret}`)) });
      }
    },
  };
}

/** The gateway of the guide, from WebSockets to the peer's port; resolves to its own. */
async function startGateway(t, packed, peer) {
  const project = packed.newProject(t, { files: { "gateway.mjs": "gateway.mjs" }, peer, tools: ["ws"] });
  const gateway = project.start(process.execPath, ["gateway.mjs"]);
  const [, port] = await gateway.printed(/listening on port (\d+)/);
  return port;
}

/** The page shows what Node's server has sent back. */
async function hears({ name, peer, text, complaints }) {
  assert.equal(text, LINE.trim(), `${name}: ${text}\n${complaints.join("\n")}`);
  await peer.met();
}

/** The page shows an error that says what its policy lacks. */
function isRefused({ name, text }) {
  assert.match(text, /^TlsError: the WebAssembly could not be loaded: .* needs 'wasm-unsafe-eval'/s, name);
}

/** The page shows an error that says how to bundle. */
function isNoModule({ name, text }) {
  assert.match(text, /^TlsError: the WebAssembly could not be loaded: .*: bundle as an ES module/s, name);
}

/** Runs the commands of the guide, then serves what they have made. */
function built(commands, { slim = commands, policy } = {}) {
  return async ({ t, project, peer, entry }) => {
    let text = program(entry === "tls-psk/slim" ? slim : commands);
    if (entry === "tls-psk/full") text = text.replaceAll("tls-psk/dist/", "tls-psk/dist/full/");
    await project.run("sh", ["-e", "-c", text]);
    const headers = policy ? { "Content-Security-Policy": policy(peer) } : {};
    return serveSite(t, join(project.root, "dist"), headers);
  };
}

/** Runs the development server of Vite. */
async function developed({ project }) {
  const server = project.start("sh", ["-c", program("vite-dev.sh")], { FORCE_COLOR: "0", NO_COLOR: "1" });
  const [, url] = await server.printed(/Local:\s+(http:\S+)/);
  return url;
}

const VITE = { entries: [...BOTH, "tls-psk/slim"], slim: "slim-vite.js", html: { "index.html": "page.html" } };
const IN_WORKER = { entries: BOTH, inWorker: true, quick: false };
const vite = (name) => {
  const version = versionOf(name);
  const what = `Vite ${version.split(".")[0]}`;
  const row = { ...VITE, what, version, tools: [name], quick: name === "vite" };
  return [
    page({ ...row, how: "development server", show: developed }),
    page({ ...row, ...IN_WORKER, how: "development server, a web worker", show: developed }),
    page({ ...row, how: "build", show: built("vite-build.sh") }),
    page({ ...row, ...IN_WORKER, how: "build, a web worker", show: built("vite-build.sh") }),
  ];
};

const WEBPACK = {
  what: "webpack",
  version: versionOf("webpack"),
  tools: ["webpack", "webpack-cli"],
  html: { "dist/index.html": "webpack.html" },
  show: built("webpack.sh"),
};

const BUNDLED = { html: { "dist/index.html": "bundle.html" } };

const POLICED = { html: { "index.html": "page.html" }, tools: ["vite"] };
const policy =
  (scripts) =>
  ({ gateway }) =>
    `default-src 'self'; script-src ${scripts}; connect-src 'self' ws://127.0.0.1:${gateway}`;

export const pages = [
  page({
    what: "module script",
    how: "no bundler, an import map",
    html: { "index.html": "plain.html" },
    show: ({ t, project }) => serveSite(t, project.root),
  }),
  ...vite("vite"),
  ...vite("vite7"),
  page({ ...WEBPACK, how: "no configuration" }),
  page({ ...WEBPACK, ...IN_WORKER, how: "no configuration, a web worker" }),
  page({
    ...BUNDLED,
    what: "esbuild",
    version: versionOf("esbuild"),
    how: "the WebAssembly copied, or in the bundle with `slim`",
    tools: ["esbuild"],
    entries: [...BOTH, "tls-psk/slim"],
    slim: "slim-esbuild.js",
    show: built("esbuild.sh", { slim: "esbuild-slim.sh" }),
  }),
  page({
    what: "esbuild",
    version: versionOf("esbuild"),
    how: "a classic script: an error that says what to do",
    tools: ["esbuild"],
    html: { "dist/index.html": "webpack.html" },
    async show({ t, project }) {
      await project.run("npx", ["esbuild", "src/index.js", "--bundle", "--outfile=dist/main.js"]);
      return serveSite(t, join(project.root, "dist"));
    },
    check: isNoModule,
  }),
  page({
    ...BUNDLED,
    what: "Rollup",
    version: versionOf("rollup"),
    how: "node-resolve, the WebAssembly copied",
    tools: ["rollup", "@rollup/plugin-node-resolve"],
    show: built("rollup.sh"),
  }),
  page({
    ...POLICED,
    what: "Content-Security-Policy",
    how: "`script-src 'self' 'wasm-unsafe-eval'`, without `unsafe-eval`",
    show: built("vite-build.sh", { policy: policy("'self' 'wasm-unsafe-eval'") }),
  }),
  page({
    ...POLICED,
    what: "Content-Security-Policy",
    how: "`script-src 'self'`: an error that says what is missing",
    show: built("vite-build.sh", { policy: policy("'self'") }),
    check: isRefused,
  }),
];
