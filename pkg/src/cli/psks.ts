import { readFileSync } from "node:fs";
import type { Psk } from "../node.js";
import type { CommonArguments } from "./arguments.js";
import { UsageError } from "./usage-error.js";

/** The PSKs of the command line, its files, or else the environment, in that order. Throws {@link UsageError}. */
export function collectPsks({ psks, pskFiles, certificates }: CommonArguments, environment = process.env): Psk[] {
  const collected = psks.map((text) => parsePsk(text, "--psk"));
  for (const file of pskFiles) collected.push(...parsePskLines(read(file), file));
  const fallback = environment.TLS_PSK;
  if (collected.length === 0 && fallback !== undefined) collected.push(...parsePskLines(fallback, "TLS_PSK"));
  if (collected.length === 0 && certificates === undefined)
    throw new UsageError("a PSK is needed: --psk, --psk-file or TLS_PSK; or certificates");
  return collected;
}

/** The text of a file that an option names. Throws {@link UsageError}. */
export function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parsePskLines(text: string, source: string): Psk[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), source: `${source}, line ${index + 1}` }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"))
    .map(({ line, source }) => parsePsk(line, source));
}

/** `IDENTITY:HEX[:HASH]`, where the identity may contain colons. The secret stays out of every message. */
function parsePsk(text: string, source: string): Psk {
  const match = /^(.+?):((?:[0-9a-f]{2})+)(?::(SHA-256|SHA-384))?$/i.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new UsageError(`${source}: not IDENTITY:HEX[:SHA-256 or :SHA-384]`);
  }
  return {
    identity: match[1],
    secret: Buffer.from(match[2], "hex"),
    hmac: match[3]?.toUpperCase() === "SHA-384" ? "SHA-384" : "SHA-256",
  };
}
