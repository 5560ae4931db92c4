// The place of each value in the diagram: stages down the stem of the schedule, and branches that leave it.

import { mainInput, type Value } from "./graph.js";

/** A stage of the key schedule: a secret of its left-hand side, its inputs and its branches. */
export interface Stage {
  /** The salt that the previous secret gives to the extraction; absent for the first. */
  salt: Value | undefined;
  /** The input of the extraction, with its own inputs: a PSK and its import, the key exchange, zeros. */
  material: Value[];
  secret: Value;
  branches: Branch[];
}

/** A value and the values derived from it. */
export interface Branch {
  value: Value;
  next: Branch[];
}

const STEM = ["Early Secret", "Handshake Secret", "Main Secret"];

/** The stages, in the order in which they were reached: an Early Secret for each PSK, then the others. */
export function stagesOf(values: readonly Value[]): Stage[] {
  const grow = (value: Value): Branch[] =>
    values
      .filter((other) => mainInput(other) === value && other.name !== "derived" && !STEM.includes(other.name))
      .map((next) => ({ value: next, next: grow(next) }));
  return STEM.flatMap((name) =>
    values
      .filter((value) => value.name === name)
      .map((secret) => ({
        salt: secret.inputs.find((input) => input.name === "salt" && input.value.step)?.value,
        material: materialOf(secret),
        secret,
        branches: grow(secret),
      })),
  );
}

/** The input of a secret of the stem, back to its origin. */
function materialOf(secret: Value): Value[] {
  const line: Value[] = [];
  const first = secret.inputs.find(({ name }) => name === "IKM")?.value;
  for (let value = first; value; value = value.step?.operation === "agree" ? undefined : mainInput(value)) {
    line.unshift(value);
  }
  return line;
}
