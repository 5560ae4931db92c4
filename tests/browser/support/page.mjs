// A page with the package, for each test of a file.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import puppeteer from "puppeteer-core";
import { chromium, chromiumFlags } from "../../../tools/lib/browser.mjs";
import { inRoot } from "../../../tools/lib/paths.mjs";
import { serve } from "../../../tools/serve.mjs";

/**
 * Opens the page before each test of the file, and says how to `evaluate` there. Complaints of the page fail the test.
 * By default, the site's policy blocks other servers.
 */
export function usePage({ otherServers = false } = {}) {
  let site;
  let server;
  let browser;
  let page;
  let complaints;

  before(async () => {
    site = mkdtempSync(join(tmpdir(), "tls-psk-page-"));
    cpSync(inRoot("pkg", "dist"), join(site, "tls-psk"), { recursive: true });
    cpSync(inRoot("tests", "browser", "support", "page.html"), join(site, "index.html"));
    cpSync(inRoot("tests", "browser", "support", "page.js"), join(site, "page.js"));
    server = await serve({ port: 0, dir: site });
    browser = await puppeteer.launch({ executablePath: process.env.CHROMIUM ?? chromium(), args: chromiumFlags() });
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    rmSync(site, { recursive: true, force: true });
  });

  beforeEach(async () => {
    complaints = [];
    page = await browser.newPage();
    await page.setBypassCSP(otherServers);
    page.on("console", (message) => complaints.push(message.text()));
    // An unhandled rejection is one of these.
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(server.url);
    await page.waitForSelector("html[data-state=ready]");
  });

  afterEach(async () => {
    await page.close();
    assert.deepEqual(complaints, []);
  });

  return { evaluate: (...args) => page.evaluate(...args) };
}
