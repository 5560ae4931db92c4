// Where things are: the checkout, and the cache of tools that are too slow to build for every checkout.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

export const cache =
  process.env.TLS_PSK_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tls-psk");

export const inRoot = (...parts) => join(root, ...parts);
export const inCache = (...parts) => join(cache, ...parts);

/** A program that `npm ci` installed. */
export const npmBin = (name) => inRoot("node_modules", ".bin", name);

/** The version of a crate in Cargo.lock; the command line tools must match it to the digit. */
export function lockedVersion(crate) {
  const lock = readFileSync(inRoot("Cargo.lock"), "utf8");
  return lock.match(new RegExp(`name = "${crate}"\\nversion = "([^"]+)"`))?.[1];
}

/** The oldest compiler the crate accepts, from Cargo.toml, as [major, minor]. */
export function minimumRust() {
  const manifest = readFileSync(inRoot("Cargo.toml"), "utf8");
  return manifest
    .match(/^rust-version = "(\d+)\.(\d+)/m)
    .slice(1)
    .map(Number);
}
