// Steps that are skipped while their inputs are unchanged, so that the second `npm start` is fast.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "./paths.mjs";
import { step } from "./run.mjs";

const SKIPPED = new Set(["node_modules", "dist", "target"]);

/** Every file at or under a path of the checkout, sorted; a path that does not exist has none. */
export function files(path) {
  const full = inRoot(path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full)
    .sort()
    .flatMap((name) => (SKIPPED.has(name) ? [] : files(join(path, name))));
}

/** A digest of the content of files and directories of the checkout, and of `settings`. */
export function fingerprint(inputs, settings = null) {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const path of inputs.flatMap(files)) hash.update(`\0${path}\0`).update(readFileSync(inRoot(path)));
  return hash.digest("hex");
}

/**
 * Does `work` as a step, unless its outputs exist and neither the content of its inputs (files and directories of the
 * checkout) nor `settings` (any JSON value) has changed since it last made them.
 */
export async function incrementally(label, { name, inputs, outputs, settings = null }, work) {
  const stamp = inRoot("target", "steps", name);
  const wanted = fingerprint(inputs, settings);
  const done = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  if (done && outputs.every((path) => existsSync(inRoot(path)))) return;
  rmSync(stamp, { force: true });
  await step(label, work);
  mkdirSync(inRoot("target", "steps"), { recursive: true });
  writeFileSync(stamp, wanted);
}
