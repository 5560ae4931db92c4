// The table of results, as the terminal and README.md show it.

import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../../../tools/lib/paths.mjs";
import { program } from "./paths.mjs";

const COLUMNS = ["runtime", "how", "bytes over", "entries"];

/** One line for each row that runs the package, in Markdown. */
export function markdown(rows) {
  const lines = rows
    .filter(({ entries }) => entries)
    .map(({ what, how, over, entries }) => [what, how, over, entries.map((entry) => `\`${entry}\``).join(", ")]);
  return [COLUMNS, COLUMNS.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Every result with its version and time, for people at a terminal. */
export function report(results) {
  const lines = results.map(({ what, version = "", how, entry = "", failure, time }) => [
    failure ? "FAILED" : "ok",
    what,
    version,
    entry,
    how,
    time,
  ]);
  const widths = lines[0].map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The documents with parts that are made here: the table between its markers, and the programs of the guide. */
const DOCUMENTS = {
  "README.md": (text, rows) =>
    text.replace(
      /(<!-- runtimes: .*?-->\n)[^]*?(<!-- end of runtimes -->)/,
      (_, head, end) => `${head}\n${markdown(rows)}\n\n${end}`,
    ),
  "docs/runtimes.md": (text) =>
    text.replaceAll(
      /(<!-- tests\/runtimes\/programs\/(\S+) -->\n```\w*\n)[^]*?```/g,
      (_, head, name) => `${head}${program(name)}\`\`\``,
    ),
};

/** The documents that differ from what they should be; with `write` they are mended instead. */
export function outdated(rows, { write = false } = {}) {
  return Object.entries(DOCUMENTS).flatMap(([path, make]) => {
    const text = readFileSync(inRoot(path), "utf8");
    const wanted = make(text, rows);
    if (wanted === text) return [];
    if (write) writeFileSync(inRoot(path), wanted);
    return [path];
  });
}
