// npm run docs: the reference of the package, generated from its types, and that of the crate. A warning is an error.
// With --write, docs/crate-api.txt becomes what the crate has now.

import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkCrateApi } from "./lib/crate-api.mjs";
import { inRoot, root } from "./lib/paths.mjs";
import { Failure, isEntry, main, run, step } from "./lib/run.mjs";
import { setUpNative, setUpNpm } from "./setup.mjs";

const DIRECTORY = "tools/docs";

/** Writes the package's reference to target/api. */
export async function packageDocs() {
  await setUpNpm();
  await setUpNpm(DIRECTORY);
  const cwd = inRoot(DIRECTORY);
  await step("reference of the package", () => run(inRoot(DIRECTORY, "node_modules", ".bin", "typedoc"), [], { cwd }));
}

/** Writes the crate's reference to target/doc, and compares its public API with the committed one. */
export async function crateDocs({ write = false } = {}) {
  const args = ["doc", "--quiet", "--no-deps", "--locked", "--features", "certificates,tokio"];
  const env = { RUSTDOCFLAGS: "-D warnings" };
  // pages that were made with other features would stay
  rmSync(inRoot("target", "doc", "tls_psk"), { recursive: true, force: true });
  await step("reference of the crate", () => run("cargo", args, { cwd: root, env }));
  await step("links to RFCs", checkLinks);
  await step("public API of the crate", () => checkCrateApi({ write }));
}

/** A section of an RFC, outside of links, code and the tables of summaries, which have no links. */
const SECTION = /(?:RFC \d+,? )?(?:section|appendix) (?:\d|[A-F]\b)[\d.]*/g;
const ELSEWHERE = /<(a|pre|code|dl)\b.*?<\/\1>/gs;

/** Throws if the crate's reference names a section of an RFC without a link to it. */
function checkLinks() {
  const directory = inRoot("target", "doc", "tls_psk");
  const pages = readdirSync(directory, { recursive: true }).filter((name) => name.endsWith(".html"));
  const found = pages.flatMap((name) => {
    const page = readFileSync(join(directory, name), "utf8")
      .replaceAll(ELSEWHERE, "")
      .replaceAll(/<[^>]*>/g, "");
    return (page.match(SECTION) ?? []).map((section) => `${name}: ${section}`);
  });
  if (found.length > 0) throw new Failure("The crate's reference names sections without a link.", found.join("\n"));
}

if (isEntry(import.meta)) {
  await main(async () => {
    await setUpNative();
    await packageDocs();
    await crateDocs({ write: process.argv.includes("--write") });
    console.log("\n  target/api/index.html\n  target/doc/tls_psk/index.html");
  });
}
