// Pages in Debian's browsers, over a WebSocket: without a bundler, from each bundler, and under a policy.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
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
      if (show === developed) await reloaded({ matrix, peer, url });
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

/**
 * Visits a page of a development server until it stays. Vite reloads a page once it has bundled a dependency that it did
 * not know, such as that of a worker, and this ends the connection of the first load.
 */
async function reloaded({ matrix, peer, url }) {
  const { visit } = await browser(matrix, BROWSER_NAMES[0]);
  const { text, complaints } = await visit(`${url}#${peer.secret}`);
  assert.equal(text, LINE.trim(), `the first visit: ${text}\n${complaints.join("\n")}`);
  await delay(1_000);
  peer.forget();
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
    await project.run("sh", ["-e", "-c", text], { NEXT_TELEMETRY_DISABLED: "1" });
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

/** Serves the package on an origin of its own, as a network for content delivery does. */
async function fromElsewhere({ t, project }) {
  const modules = await serveSite(t, join(project.root, "node_modules"), { "Access-Control-Allow-Origin": "*" });
  const html = join(project.root, "index.html");
  writeFileSync(html, readFileSync(html, "utf8").replaceAll("/node_modules/", modules));
  return serveSite(t, project.root);
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

const RSPACK = {
  ...WEBPACK,
  what: "Rspack",
  version: versionOf("@rspack/core"),
  tools: ["@rspack/core", "@rspack/cli"],
  show: built("rspack.sh"),
};

const PARCEL = {
  what: "Parcel",
  version: versionOf("parcel"),
  tools: ["parcel"],
  html: { "index.html": "parcel.html", "package.json": "parcel.package.json" },
  show: built("parcel.sh"),
};

const SVELTEKIT = {
  what: "SvelteKit",
  version: versionOf("@sveltejs/kit"),
  tools: ["@sveltejs/kit", "@sveltejs/adapter-static", "@sveltejs/vite-plugin-svelte", "svelte", "vite"],
  html: {
    "svelte.config.js": "sveltekit.config.js",
    "vite.config.js": "sveltekit.vite.js",
    "src/app.html": "sveltekit.html",
    "src/routes/+layout.js": "sveltekit.layout.js",
    "src/routes/+page.svelte": "sveltekit.svelte",
  },
  show: built("vite-build.sh"),
};

const NEXT = {
  what: "Next",
  version: versionOf("next"),
  tools: ["next", "react", "react-dom"],
  html: { "next.config.mjs": "next.config.mjs", "app/layout.js": "next.layout.js", "app/page.js": "next.page.js" },
  async show(context) {
    const config = join(context.project.root, "next.config.mjs");
    // the packages of the project are links out of it here, which Turbopack does not follow otherwise
    const text = readFileSync(config, "utf8").replace("{ ", '{ turbopack: { root: "/" }, ');
    writeFileSync(config, text);
    return built("next.sh")(context);
  },
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
  page({
    what: "module script",
    how: "the package on another origin, which allows all origins",
    html: { "index.html": "plain.html" },
    show: fromElsewhere,
  }),
  ...vite("vite"),
  ...vite("vite7"),
  page({ ...WEBPACK, how: "no configuration" }),
  page({ ...WEBPACK, ...IN_WORKER, how: "no configuration, a web worker" }),
  page({ ...RSPACK, how: "no configuration" }),
  page({ ...RSPACK, ...IN_WORKER, how: "no configuration, a web worker" }),
  page({ ...PARCEL, how: "`packageExports` in package.json" }),
  page({ ...SVELTEKIT, how: "a page that is prerendered" }),
  page({ ...NEXT, how: "Turbopack, `next build`" }),
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
