// node tools/section-index.mjs: writes docs/sections.md, which links each section of an RFC to the code and its tests.
//
// The index is made from the sections that comments in the code name, and from the rows of docs/conformance.md. A test
// fails if the document is out of date. `npm run fmt` writes it, too.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "./lib/paths.mjs";
import { TITLES } from "./lib/rfc-titles.mjs";
import { isEntry } from "./lib/run.mjs";

export const INDEX = "docs/sections.md";

/** The rooms of the core from the bottom up, then the package: the order in the index. */
const ROOMS = [
  "src/wire",
  "src/crypto",
  "src/keys",
  "src/certificates",
  "src/record",
  "src/psk",
  "src/endpoint",
  "src/client",
  "src/server",
  "src/connection",
  "src",
  "src/dissect",
  "src/wasm",
  "pkg/src",
];

const NUMBER = String.raw`[A-F\d]\d*(?:\.\d+)*`;
const REFERENCE = new RegExp(
  String.raw`(?<document>(?:RFC|FIPS|SEC|X\.)\s?\d+,? )?(?:sections?|appendix|appendices) (?<list>${NUMBER}(?:(?:, | and |, and )${NUMBER})*)`,
  "g",
);
/** The pattern of items that contain code, and of values. */
const ITEM =
  /^\s*(?:(?:pub(?:\([^)]*\))?|export|default|async|const|unsafe|abstract|private|static) )*(?:fn|struct|enum|trait|type|mod|union|class|interface|function) (\w+)/;
const VALUE = /^\s*(?:(?:pub(?:\([^)]*\))?|export) )*(?:const|static) (\w+)/;

/** The sections that a text names, as [document, section]. A section without a document is of RFC 9846. */
export function sectionsIn(text) {
  return [...text.matchAll(REFERENCE)].flatMap(({ groups: { document, list } }) =>
    [...list.matchAll(new RegExp(NUMBER, "g"))].map(([section]) => [
      document?.replace(/,? $/, "") ?? "RFC 9846",
      section,
    ]),
  );
}

/** The sections that the comments of a source name, each with the item of the comment. */
function citationsIn(source) {
  const lines = source.split("\n");
  const found = [];
  for (let at = 0; at < lines.length; at++) {
    const start = at;
    const isComment = (line) => /^\s*(\/\/|\/\*\*|\*)/.test(line ?? "");
    while (isComment(lines[at])) at++;
    const inline = at === start ? lines[at].match(/ \/\/ .*$/)?.[0] : undefined;
    if (at === start && inline === undefined) continue;
    const text =
      inline ??
      lines
        .slice(start, at)
        .map((line) => line.replace(/^\s*(\/\/[/!]?|\/\*\*|\*\/?)/, "").trim())
        .join(" ");
    const sections = sectionsIn(text);
    if (sections.length === 0) continue;
    const ofFile = /^\/\/!|^\/\/ /.test(lines[start]) && start === 0;
    const item = ofFile ? "" : (itemAfter(lines, at) ?? itemAround(lines, start));
    for (const section of sections) found.push([...section, item]);
  }
  return found;
}

/** The name of what is declared at a line, past its attributes. */
function itemAfter(lines, at) {
  while (/^\s*(#\[|@)/.test(lines[at] ?? "")) at++;
  return (lines[at]?.match(ITEM) ?? lines[at]?.match(VALUE))?.[1];
}

/** The name of the item that a line is inside of. */
function itemAround(lines, at) {
  for (let above = at; above >= 0; above--) {
    const name = lines[above].match(ITEM)?.[1];
    if (name) return name;
  }
  return "";
}

function sourcesOf(room) {
  const deep = room !== "src" && room !== "pkg/src";
  return readdirSync(inRoot(room), { recursive: deep || room === "pkg/src", withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(rs|ts)$/.test(entry.name) && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(inRoot().length + 1))
    .sort();
}

/** The tests of each section, by the rows of docs/conformance.md. */
function testsBySection() {
  const tests = new Map();
  for (const line of readFileSync(inRoot("docs/conformance.md"), "utf8").split("\n")) {
    if (!/^\| \d/.test(line)) continue;
    const [, , section, , named] = line.split(" | ");
    for (const part of section.split(/[;]/)) {
      const document = part.match(/RFC \d+/)?.[0] ?? "RFC 9846";
      for (const [number] of part.replace(/RFC \d+/, "").matchAll(new RegExp(`\\b${NUMBER}\\b`, "g"))) {
        const key = `${document} ${number}`;
        const files = tests.get(key) ?? new Map();
        for (const [, file, test] of named.matchAll(/`([^`]+?): ([^`]+)`/g)) {
          files.set(file, (files.get(file) ?? new Set()).add(test));
        }
        tests.set(key, files);
      }
    }
  }
  return tests;
}

/** Numbers by value, then appendices. */
function compareSections(a, b) {
  const parts = (section) =>
    section.split(".").map((part) => (/\d/.test(part) ? Number(part) : 1000 + part.charCodeAt(0)));
  const [one, other] = [parts(a), parts(b)];
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const order = (one[at] ?? -1) - (other[at] ?? -1);
    if (order !== 0) return order;
  }
  return 0;
}

const link = (path, text) => `[${text}](../${path})`;

/** The document. */
export function sectionIndex() {
  const places = new Map();
  for (const path of ROOMS.flatMap(sourcesOf)) {
    for (const [document, section, item] of citationsIn(readFileSync(inRoot(path), "utf8"))) {
      if (!document.startsWith("RFC")) continue;
      const key = `${document} ${section}`;
      const files = places.get(key) ?? new Map();
      const items = files.get(path) ?? new Set();
      if (item) items.add(item);
      places.set(key, files.set(path, items));
    }
  }
  const tests = testsBySection();
  const documents = new Map();
  for (const key of new Set([...places.keys(), ...tests.keys()])) {
    const [, document, section] = key.match(/^(RFC \d+) (.*)$/);
    documents.set(document, [...(documents.get(document) ?? []), section]);
  }
  const first = (document) => (document === "RFC 9846" ? "" : document);
  const chapters = [...documents].sort(([a], [b]) => first(a).localeCompare(first(b), "en", { numeric: true }));
  const text = [
    "# From a section of an RFC to the code and its tests",
    "",
    "The code of a section stands in the order of the layers of [ARCHITECTURE.md](../ARCHITECTURE.md), from the bottom up;",
    "the names in parentheses are the items whose comments cite the section. The tests are those of",
    "[conformance.md](conformance.md), counted by file. `npm run fmt` writes this document, and a test fails if it is out of",
    "date.",
  ];
  for (const [document, sections] of chapters) {
    text.push("", `## ${document}`, "", "| section | code | tests |", "|---|---|---|");
    for (const section of sections.sort(compareSections)) {
      const key = `${document} ${section}`;
      const code = [...(places.get(key) ?? [])].map(([path, items]) => {
        const name = path.replace(/^src\//, "");
        return items.size === 0
          ? link(path, name)
          : `${link(path, name)} (${[...items].map((item) => `\`${item}\``).join(", ")})`;
      });
      const proofs = [...(tests.get(key) ?? [])].map(
        ([path, names]) => `${link(path, path.replace(/^tests\//, ""))} (${names.size})`,
      );
      const title = document === "RFC 9846" && TITLES[section] ? ` ${TITLES[section]}` : "";
      text.push(`| ${section}${title} | ${code.join(", ")} | ${proofs.join(", ")} |`);
    }
  }
  return `${text.join("\n")}\n`;
}

/** Writes the document. */
export function writeSectionIndex() {
  writeFileSync(inRoot(INDEX), sectionIndex());
}

if (isEntry(import.meta)) writeSectionIndex();
