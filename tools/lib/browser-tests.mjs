// The core's tests in browsers, as WebAssembly. wasm-bindgen-test-runner serves them as a page, and puppeteer visits it:
// a WebDriver gives up on a page that computes for half a minute.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags, firefox } from "./browser.mjs";
import { root } from "./paths.mjs";
import { Failure, run } from "./run.mjs";
import { TARGET } from "./toolchain.mjs";

/** The milliseconds after which the tests of a program that do not end have failed. */
const TIMEOUT = 600_000;

/** Runs the test programs that cargo makes of a selection in each browser; resolves to what each says, by its name. */
export async function testInBrowsers(selection, env) {
  const programs = await testPrograms(selection, env);
  const options = { headless: true, protocolTimeout: TIMEOUT };
  const browsers = await Promise.all([
    puppeteer.launch({ ...options, executablePath: chromium(), args: chromiumFlags() }),
    puppeteer.launch({ ...options, browser: "firefox", executablePath: firefox() }),
  ]);
  try {
    const outputs = browsers.map(() => "");
    for (const program of programs) {
      const results = await served(program, env, (address) =>
        Promise.all(browsers.map((browser) => visit(browser, address))),
      );
      for (const [at, result] of results.entries()) outputs[at] += result;
    }
    return outputs;
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()));
  }
}

async function testPrograms(selection, env) {
  const args = ["test", "--no-run", "--message-format=json", "--target", TARGET, ...selection];
  const stdout = await run("cargo", args, { cwd: root, env });
  const lines = stdout.split("\n").filter(Boolean);
  const messages = lines.map((line) => JSON.parse(line));
  return messages.filter((message) => message.profile?.test && message.executable).map((message) => message.executable);
}

/** Does `work` with the address at which a test program is served as a page. */
async function served(program, env, work) {
  const place = { NO_HEADLESS: "1", WASM_BINDGEN_USE_BROWSER: "1", WASM_BINDGEN_TEST_ADDRESS: "127.0.0.1:0" };
  const server = spawn("wasm-bindgen-test-runner", [program], {
    env: { ...process.env, ...env, ...place },
    stdio: ["ignore", "pipe", "inherit"],
  });
  server.on("error", (error) => server.stdout.destroy(error));
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      const address = line.match(/available at (http:\S+)/)?.[1];
      if (address) return await work(address);
    }
    throw new Failure("wasm-bindgen-test-runner served no page.");
  } finally {
    server.kill();
  }
}

/** What the tests on a page say once they have run. */
async function visit(browser, address) {
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT);
  await page.goto(address);
  const isDone = () => document.querySelector("#output")?.textContent.includes("test result: ");
  const ended = await page.waitForFunction(isDone, { polling: 200 }).catch(() => null);
  const output = await page.$eval("#output", (element) => element.textContent);
  if (!ended) throw new Failure(`Tests did not end in ${await browser.version()}.`, output);
  console.log(`\nin ${await browser.version()}:\n${output}`);
  await page.close();
  return `${output}\n`;
}
