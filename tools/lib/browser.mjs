// The browsers that tests drive: Debian's Chromium, or any Chrome on this machine; Firefox and WebKit.

import { aptInstall } from "./apt.mjs";
import { which } from "./run.mjs";

export const chromium = () => which("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");
export const firefox = () => which("firefox-esr");

/** The flags that every headless Chromium is started with. */
export const chromiumFlags = () => [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/** Installs Firefox unless it is there. */
export async function setUpFirefox() {
  if (!firefox()) await aptInstall(["firefox-esr"], "to test in Firefox");
}

/** Installs Chromium unless there is one. */
export async function setUpBrowser() {
  if (!chromium()) await aptInstall(["chromium"], "to test in a browser");
}
