// The notices of all code that is compiled into the WebAssembly, as their licences require.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inRoot, root } from "./paths.mjs";
import { Failure, run } from "./run.mjs";
import { TARGET } from "./toolchain.mjs";

/** Files that hold a licence or a notice. */
const NOTICE = /^(licen[sc]e|copying|copyright|notice)/i;

/** The notices of the compiler's own code: included here, because not every toolchain has the texts. */
const STANDARD_LIBRARY = {
  names: ["Rust's standard library (core, alloc, std) and compiler-builtins: MIT OR Apache-2.0"],
  text: "Copyright (c) The Rust Project Contributors",
};

/**
 * Writes the file of notices for a module with these features.
 *
 * For a crate under the MIT licence or another, the file has the text of the MIT licence; for other crates, all texts.
 * Crates with the same text are listed together, in alphabetical order.
 */
export async function writeThirdPartyLicenses(path, features) {
  writeFileSync(inRoot(path), render(await compiledPackages(features)));
}

/** What cargo says of the crates that end up in a module with these features. */
export async function compiledPackages(features) {
  const selection = ["--locked", "--no-default-features", "--features", features.join(",")];
  const wanted = await compiledCrates(selection);
  const metadata = ["metadata", "--quiet", "--format-version", "1", "--filter-platform", TARGET, ...selection];
  const { packages } = JSON.parse(await run("cargo", metadata, { cwd: root }));
  const crates = packages.filter(({ name, version }) => wanted.delete(`${name} v${version}`) && name !== "tls-psk");
  if (wanted.size > 0) throw new Failure(`cargo does not say where these crates are: ${[...wanted].join(", ")}.`);
  return crates;
}

/** The crates that end up in the module: neither procedural macros nor what only a build script needs. */
async function compiledCrates(selection) {
  const edges = ["--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"];
  const tree = await run("cargo", ["tree", "--quiet", "--target", TARGET, ...edges, ...selection], { cwd: root });
  return new Set(tree.split("\n").flatMap((line) => line.match(/^\S+ v\S+/)?.[0] ?? []));
}

function render(crates) {
  const byText = new Map();
  for (const { name, version, license, manifest_path } of crates) {
    const text = notices(name, license ?? "", dirname(manifest_path));
    byText.set(text, [...(byText.get(text) ?? []), `${name} ${version}: ${license}`]);
  }
  const sections = [STANDARD_LIBRARY, ...[...byText].map(([text, names]) => ({ names: names.toSorted(), text }))];
  const ordered = sections.toSorted((a, b) => (a.names[0] < b.names[0] ? -1 : 1));
  const line = "-".repeat(80);
  return [
    "The WebAssembly of this package has code of the crates below compiled into it, under these licences.",
    ...ordered.map(({ names, text }) => `${line}\n${names.join("\n")}\n\n${text}`),
    "",
  ].join("\n\n");
}

function notices(name, license, directory) {
  const files = readdirSync(directory).filter((file) => NOTICE.test(file));
  const isChoice = license.split(/ OR |\//).includes("MIT");
  const mit = isChoice ? files.filter((file) => /mit/i.test(file)) : [];
  const chosen = mit.length > 0 ? [...mit, ...files.filter((file) => /^notice/i.test(file))] : files;
  if (chosen.length === 0) throw new Failure(`The crate ${name} (${license}) has no file with its licence.`);
  const read = (file) => readFileSync(join(directory, file), "utf8").replaceAll("\r\n", "\n").trim();
  return chosen.toSorted().map(read).join("\n\n");
}
