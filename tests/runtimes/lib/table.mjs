// The results as the terminal and README.md show them, and the programs as the guide does.

import { readFileSync, writeFileSync } from "node:fs";
import { inRoot } from "../../../tools/lib/paths.mjs";
import { program } from "./paths.mjs";

const COLUMNS = ["where", "how", "tested with", "bytes over", "entries"];

/** One line for each row that runs the package, in Markdown. */
export function markdown(rows) {
  const lines = rows
    .filter(({ entries }) => entries)
    .map(({ what, where, how, version = "", over, entries }) => [
      where ?? what,
      where ? `${what}: ${how}` : how,
      version,
      over,
      entries.map((entry) => `\`${entry}\``).join(", "),
    ]);
  return [COLUMNS, COLUMNS.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** Every result with its version and time, for the terminal. */
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
  const padded = lines.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column])).join("  "));
  return padded.map((line) => line.trimEnd()).join("\n");
}

const DOCUMENTS = ["README.md", "docs/runtimes.md"];
const TABLE = /(<!-- the table of npm run test:runtimes -->\n)[\s\S]*?(<!-- end -->)/;
const PROGRAM = /(<!-- tests\/runtimes\/programs\/(\S+) -->\n```\w*\n)[\s\S]*?```/g;

/** A document with the table in the place that is marked for it. */
const withTable = (text, rows) => text.replace(TABLE, (_, head, end) => `${head}\n${markdown(rows)}\n\n${end}`);

/** A document with the programs in the places that are marked for them. */
export const withPrograms = (text) => text.replaceAll(PROGRAM, (_, head, name) => `${head}${program(name)}\`\`\``);

/** The documents that are out of date; with `write`, they are updated instead. */
export function outdated(rows, { write = false } = {}) {
  return DOCUMENTS.filter((path) => {
    const text = readFileSync(inRoot(path), "utf8");
    const wanted = withPrograms(withTable(text, rows));
    if (wanted !== text && write) writeFileSync(inRoot(path), wanted);
    return wanted !== text;
  });
}
