// The browsers that tests drive: Debian's Chromium, or any Chrome on this machine; Firefox and WebKit.

import { readFileSync } from "node:fs";
import { aptInstall } from "./apt.mjs";
import { inRoot } from "./paths.mjs";
import { which } from "./run.mjs";

export const chromium = () => which("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
export const chromedriver = () => which("chromedriver");
export const firefox = () => which("firefox-esr");

/** The flags that a headless Chromium is started with, the same whether wasm-pack or a test of a page starts it. */
export function chromiumFlags() {
  const capabilities = JSON.parse(readFileSync(inRoot("webdriver.json"), "utf8"));
  return capabilities["goog:chromeOptions"].args;
}

/** Installs a browser and its driver unless both are there. */
export async function setUpBrowser() {
  if (!chromium() || !chromedriver()) await aptInstall(["chromium", "chromium-driver"], "to test in a browser");
}
