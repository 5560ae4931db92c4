import type { CipherSuite, Group, HashName, PskMode } from "../node.js";
import { CIPHER_SUITES, GROUPS, groupOf, HASHES, hashOf, PSK_MODES, spelled } from "../vocabulary.js";
import { UsageError } from "./usage-error.js";

/** The values of a list, each in any usual spelling. Throws {@link UsageError} with the unknown value. */
export const groups = (list: string): Group[] => listed(list, (name) => known("--groups", name, GROUPS, groupOf));
/** As {@link groups}. */
export const suites = (list: string): CipherSuite[] =>
  listed(list, (name) => known("--ciphersuites", name, CIPHER_SUITES));
/** As {@link groups}. */
export const modes = (list: string): PskMode[] => listed(list, (name) => known("--modes", name, PSK_MODES));
/** As {@link groups}, for one value. */
export const hash = (name: string): HashName => known("--hash", name, HASHES, hashOf);

function listed<T>(list: string, one: (name: string) => T): T[] {
  return list.split(/[,:]/).map((name) => one(name.trim()));
}

function known<T extends string>(
  option: string,
  name: string,
  names: readonly T[],
  find: (name: string) => T | undefined = (text) => spelled(names, text),
): T {
  const found = find(name);
  if (found !== undefined) return found;
  throw new UsageError(`${option}: ${JSON.stringify(name)} is unknown; use ${names.join(", ")}`);
}
