import { readFileSync } from "node:fs";
import type { Psk } from "../node.js";
import type { CommonArguments } from "./arguments.js";
import { type FoundPsk, parsePsk, parsePskLines, textOf } from "./psk-lines.js";
import { say } from "./report.js";
import { UsageError } from "./usage-error.js";

/** A PSK of the command line. */
export type CollectedPsk = FoundPsk["psk"];

/** The PSKs of the command line, its files, or else the environment, in that order. Throws {@link UsageError}. */
export function collectPsks(
  { psks, pskFiles, certificates, context }: Pick<CommonArguments, "psks" | "pskFiles" | "certificates" | "context">,
  environment = process.env,
): (CollectedPsk & Psk)[] {
  const found: FoundPsk[] = psks.map((text) => ({ psk: parsePsk(text, "--psk"), source: "--psk" }));
  for (const file of pskFiles) {
    const source = file === "-" ? "standard input" : file;
    const lines = parsePskLines(textOf(read(file), source), source, say);
    if (lines.length === 0) throw new UsageError(`${source} has no PSK: write lines of IDENTITY:HEX`);
    found.push(...lines);
  }
  const fallback = environment.TLS_PSK;
  if (found.length === 0 && fallback !== undefined) found.push(...parsePskLines(fallback, "TLS_PSK", say));
  if (found.length === 0 && certificates === undefined) {
    throw new UsageError("a PSK is needed: --psk, --psk-file or TLS_PSK; or certificates");
  }
  refuseDuplicates(found);
  return found.map(({ psk }) => (context === undefined ? psk : { ...psk, context: Buffer.from(context) }));
}

function refuseDuplicates(found: readonly FoundPsk[]): void {
  const seen = new Map<string, string>();
  for (const { psk, source } of found) {
    const key = Buffer.from(psk.identity).toString("latin1");
    const before = seen.get(key);
    if (before !== undefined) throw new UsageError(`${source}: repeats the identity of ${before}`);
    seen.set(key, source);
  }
}

/** The bytes of a file that an option names; `-` is standard input. Throws {@link UsageError}. */
export function read(file: string): Buffer {
  try {
    return readFileSync(file === "-" ? process.stdin.fd : file);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
