// Where the other runtimes are: what package-lock.json of this directory has.

import { readFileSync } from "node:fs";
import { inRoot } from "../../../tools/lib/paths.mjs";

export const here = (...parts) => inRoot("tests", "runtimes", ...parts);

/** A file of an installed package. */
export const installed = (...parts) => here("node_modules", ...parts);

/** The version of an installed package. */
export function versionOf(name) {
  return JSON.parse(readFileSync(installed(name, "package.json"), "utf8")).version;
}

/** A test program, as it stands in the guide. */
export const program = (name) => readFileSync(here("programs", name), "utf8");
