// npm run constant-time: whether times depend on secrets, natively, in V8 (Node) and in SpiderMonkey (Firefox). It has a
// clock, so it is not a test: it prints what it finds, and fails only if it does not find what is planted for it.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { difference } from "../benches/lib/welch.mjs";
import { build } from "./build.mjs";
import { firefox, setUpFirefox } from "./lib/browser.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { Failure, heading, main, run } from "./lib/run.mjs";
import { serve } from "./serve.mjs";
import { setUpNative } from "./setup.mjs";

/** Above it, the authors of the method say that times differ. */
const THRESHOLD = 4.5;
/** Samples of both kinds, in an engine of JavaScript. */
const SAMPLES = 20_000;

function report(place, results) {
  heading(place);
  for (const [name, first, second] of results) {
    const { t, share } = difference(first, second);
    const verdict = t > THRESHOLD ? "times differ" : "no difference";
    console.log(`  t ${t.toFixed(1).padStart(8)}, ${(100 * share).toFixed(2).padStart(6)} %: ${verdict}: ${name}`);
    if (name.startsWith("control") && t <= THRESHOLD) throw new Failure(`${place}: the control was not found.`);
  }
}

/** Samples of `benches/constant_time.rs`, in nanoseconds. */
async function native() {
  const args = ["bench", "--quiet", "--locked", "--bench", "constant_time"];
  const lines = (await run("cargo", args, { cwd: root })).trim().split("\n");
  return lines.map((line) => {
    const [name, ...kinds] = line.split("\t");
    return [name, ...kinds.map((samples) => samples.split(",").map(Number))];
  });
}

async function inNode() {
  const [core, { takeSamples }] = await Promise.all([import("tls-psk"), import("../benches/lib/constant-time.mjs")]);
  await core.init();
  return takeSamples(core, SAMPLES, 1);
}

const PAGE = `
  import * as core from "./tls-psk/index.js";
  import { takeSamples } from "./constant-time.mjs";
  await core.init();
  window.take = (samples) => takeSamples(core, samples, 1);
  document.documentElement.dataset.state = "ready";
`;

async function inFirefox() {
  const { default: puppeteer } = await import("puppeteer-core");
  const site = mkdtempSync(join(tmpdir(), "tls-psk-constant-time-"));
  cpSync(inRoot("pkg", "dist"), join(site, "tls-psk"), { recursive: true });
  cpSync(inRoot("benches", "lib", "constant-time.mjs"), join(site, "constant-time.mjs"));
  writeFileSync(join(site, "index.html"), '<!doctype html><script type="module" src="page.js"></script>');
  writeFileSync(join(site, "page.js"), PAGE);
  const server = await serve({ port: 0, dir: site });
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: process.env.FIREFOX ?? firefox(),
    headless: true,
    protocolTimeout: 600_000,
    // a clock that is as fine as the machine's
    extraPrefsFirefox: { "privacy.reduceTimerPrecision": false },
  });
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.waitForSelector("html[data-state=ready]");
    return await page.evaluate((samples) => window.take(samples), SAMPLES);
  } finally {
    await browser.close();
    await server.close();
    rmSync(site, { recursive: true, force: true });
  }
}

await main(async () => {
  await setUpNative();
  await build("package");
  await setUpFirefox();
  report("native", await native());
  report(`V8 ${process.versions.v8}, in Node`, await inNode());
  report("SpiderMonkey, in Firefox", await inFirefox());
});
