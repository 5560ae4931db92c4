import { randomBytes } from "node:crypto";
import type { KeygenArguments } from "./arguments.js";
import { parsePsk } from "./psk-lines.js";

/** Runs `tls-psk keygen`: prints a line of a psk file, or a key. Throws {@link UsageError} for an invalid line. */
export function keygen({ identity, bytes, hash }: KeygenArguments): void {
  const key = randomBytes(bytes).toString("hex");
  const line = identity === undefined ? key : `${identity}:${key}${hash === "SHA-384" ? ":SHA-384" : ""}`;
  if (identity !== undefined) parsePsk(line, "IDENTITY");
  process.stdout.write(`${line}\n`);
}
