// The public API of the crate as text, read from the pages of rustdoc: a change of what users see is a change of
// docs/crate-api.txt.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "./paths.mjs";
import { Failure } from "./run.mjs";

const LISTING = "docs/crate-api.txt";
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": '"', "&#39;": "'", "&nbsp;": " " };

/** What a page shows, without its markup. */
const text = (html) =>
  html
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&[a-z#0-9]+;/g, (entity) => ENTITIES[entity] ?? entity)
    .replaceAll(/\s+/g, " ")
    .replace(/ Show \d+ (fields|variants)/, "")
    .trim();

/** The part of a page from the heading with this id to that of the next section. */
function section(page, id) {
  const [, rest = ""] = page.split(`<h2 id="${id}"`);
  return rest.split(/<h2 id="[a-z-]+" class="section-header"/)[0];
}

const headers = (html, level) =>
  [...html.matchAll(new RegExp(`<h${level} class="code-header">(.*?)</h${level}>`, "gs"))].map(([, header]) =>
    text(header),
  );

/** The declaration on a page, its own methods and constants, and what it implements, but for what all types implement. */
function item(page) {
  const [, declaration] = page.match(/<pre class="rust item-decl"><code>(.*?)<\/code><\/pre>/s);
  const threads = headers(section(page, "synthetic-implementations"), 3).filter((impl) =>
    / (Send|Sync) for /.test(impl),
  );
  return [
    text(declaration),
    ...headers(section(page, "implementations"), 4),
    ...headers(section(page, "trait-implementations"), 3).sort(),
    ...threads.sort(),
  ].join("\n    ");
}

/** The listing, from the pages of target/doc. */
function listing() {
  const directory = inRoot("target", "doc", "tls_psk");
  const all = readFileSync(join(directory, "all.html"), "utf8");
  const pages = [...all.matchAll(/<li><a href="([^"]+)">/g)].map(([, page]) => page).sort();
  const items = pages.map((page) => {
    const path = ["tls_psk", ...page.split("/").slice(0, -1)].join("::");
    return `${path}: ${item(readFileSync(join(directory, page), "utf8"))}`;
  });
  return `${items.join("\n\n")}\n`;
}

/** Compares the listing with the committed one, or writes it. */
export function checkCrateApi({ write = false } = {}) {
  const now = listing();
  if (write) {
    writeFileSync(inRoot(LISTING), now);
    return;
  }
  const committed = readFileSync(inRoot(LISTING), "utf8");
  if (now === committed) return;
  const [before, after] = [committed, now].map((lines) => new Set(lines.split("\n")));
  const missing = [...before].filter((line) => !after.has(line)).map((line) => `- ${line.trim()}`);
  const added = [...after].filter((line) => !before.has(line)).map((line) => `+ ${line.trim()}`);
  throw new Failure(
    `The public API of the crate is not that of ${LISTING}. If that is meant, run: npm run docs -- --write`,
    [...missing, ...added].join("\n"),
  );
}
