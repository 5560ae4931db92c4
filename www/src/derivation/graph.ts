// The key schedule as the core computed it: values, each with the step that made it and its inputs. The bytes show the
// dependencies: an input that equals the output of an earlier step is that step's value.

import type { Step } from "page-core";
import { sameBytes, toHex } from "../page/bytes.js";

/** A value of the key schedule. */
export interface Value {
  /** Identifies a value of one side, and stays the same when the scene is played again. */
  id: string;
  name: string;
  bytes: Uint8Array;
  /** How it was computed; absent for initial values: a PSK, zeros. */
  step: Step | undefined;
  inputs: Input[];
}

export interface Input {
  /** The parameter, as the specification calls it. */
  name: string;
  value: Value;
}

export interface Given {
  name: string;
  bytes: Uint8Array;
}

/** The initial values of a side, for recognising inputs. */
export interface Beginnings {
  /** The secrets of its keys. */
  secrets: readonly Given[];
  /** The handshake messages as it saw them. */
  messages: readonly Given[];
}

/** Of an expansion with this label, by what it is expanded from; RFC 9846 section 7.1, RFC 9258 section 5. */
const EXPANSIONS: Record<string, string> = {
  "ext binder": "binder_key",
  "res binder": "binder_key",
  "imp binder": "binder_key",
  "c e traffic": "client_early_traffic_secret",
  "e exp master": "early_exporter_secret",
  "c hs traffic": "client_handshake_traffic_secret",
  "s hs traffic": "server_handshake_traffic_secret",
  "c ap traffic": "client_application_traffic_secret_0",
  "s ap traffic": "server_application_traffic_secret_0",
  "exp master": "exporter_secret",
  "res master": "resumption_secret",
  "derived psk": "ipskx",
  derived: "derived",
  finished: "finished_key",
  key: "write_key",
  iv: "write_iv",
  exporter: "exported bytes",
  resumption: "PSK of a ticket",
};

/** The values that these steps made, in order, each once. */
export function valuesOf(steps: readonly Step[], beginnings: Beginnings): Value[] {
  const made = new Map<string, Value>();
  const names = new Map<string, number>();
  const givens = new Map<string, Value>();
  const given = (bytes: Uint8Array, parameter: string, step: Step): Value => {
    const [id, name] = identify(bytes, parameter, step, beginnings);
    const value = givens.get(id) ?? { id, name, bytes, step: undefined, inputs: [] };
    givens.set(id, value);
    return value;
  };

  for (const step of steps) {
    // records that were sealed or opened with the keys are shown elsewhere
    if (step.operation === "open" || step.operation === "seal") continue;
    const key = toHex(step.output);
    if (made.has(key)) continue;
    const inputs = Object.entries(step.inputs)
      .filter(([name]) => name !== "message" || step.operation === "hmac")
      .map(([name, bytes]) => ({ name, value: made.get(toHex(bytes)) ?? given(bytes, name, step) }));
    const name = nameOf(step, inputs, steps, beginnings);
    const base = `${name}<${mainInput({ inputs })?.id ?? ""}`;
    const count = (names.get(base) ?? 0) + 1;
    names.set(base, count);
    made.set(key, { id: count === 1 ? base : `${base}#${count}`, name, bytes: step.output, step, inputs });
  }
  return [...made.values()];
}

/** The identifier and name of an input that no step made. */
function identify(
  bytes: Uint8Array,
  parameter: string,
  { label }: Step,
  { secrets }: Beginnings,
): [id: string, name: string] {
  if (bytes.length === 0) return ["empty", '""'];
  if (parameter === "Context" && label === "resumption") return [`nonce:${toHex(bytes)}`, "ticket_nonce"];
  const known = secrets.find((secret) => sameBytes(secret.bytes, bytes));
  if (known) return [`secret:${known.name}`, known.name];
  if (bytes.length > 0 && bytes.every((byte) => byte === 0)) return [`zeros:${bytes.length}`, "0"];
  // without a PSK the core computes with a dummy key, so that every refusal takes the same time
  if (parameter === "IKM") return ["stand-in", "stand-in key"];
  return [`given:${parameter}:${toHex(bytes)}`, parameter];
}

/** The main input of a value: the secret, not the salt, the label or the transcript. */
export function mainInput({ inputs }: Pick<Value, "inputs">): Value | undefined {
  const of = (...names: string[]) => inputs.find(({ name }) => names.includes(name))?.value;
  const salt = of("salt");
  return salt?.step ? salt : of("IKM", "Secret", "key");
}

/** Everything that a value depends on, itself included. */
export function ancestry(value: Value): Set<Value> {
  const found = new Set<Value>();
  const visit = (one: Value) => {
    if (found.has(one)) return;
    for (const { name, value } of one.inputs) {
      // a salt that no step made is the zeros that replace an absent one
      if (name !== "salt" || value.step) visit(value);
    }
    found.add(one);
  };
  visit(value);
  return found;
}

function nameOf(step: Step, inputs: Input[], steps: readonly Step[], { messages }: Beginnings): string {
  const from = mainInput({ inputs });
  switch (step.operation) {
    case "agree":
      return `${step.algorithm} shared secret`;
    case "hash":
      if (steps.some(imports("Context", step.output))) return "Hash(ImportedIdentity)";
      return hashName(step.inputs.message ?? new Uint8Array(), messages);
    case "extract": {
      if (from?.name === "derived") return from.inputs[0]?.value.name === "Early Secret" ? HANDSHAKE : MAIN;
      return steps.some(imports("Secret", step.output)) ? "epskx" : "Early Secret";
    }
    case "hmac":
      return from && mainInput(from)?.name === "binder_key" ? "binder" : "verify_data";
    default:
      return EXPANSIONS[step.label] ?? `Derive-Secret(., "${step.label}", "")`;
  }
}

/** Whether a step imports a PSK (RFC 9258) with this value as an input. */
const imports =
  (input: string, value: Uint8Array) =>
  ({ label, inputs }: Step) =>
    label === "derived psk" && sameBytes(inputs[input] ?? new Uint8Array(), value);

const HANDSHAKE = "Handshake Secret";
const MAIN = "Main Secret";

/** The hashed messages, from the first on; the last may be truncated. */
function hashName(hashed: Uint8Array, messages: readonly Given[]): string {
  if (hashed.length === 0) return 'Hash("")';
  let rest = hashed;
  let first = "";
  let from = 0;
  if (rest[0] === MESSAGE_HASH) {
    first = "message_hash";
    rest = rest.subarray(4 + (rest[3] ?? 0));
    from = 1;
  }
  for (const [place, { name, bytes }] of messages.entries()) {
    if (place < from) continue;
    const last = messageName(name, messages.slice(0, place));
    const so = first ? `${first}…${last}` : last;
    if (rest.length < bytes.length) {
      const truncated = rest.length > 0 && sameBytes(rest, bytes.subarray(0, rest.length));
      return truncated ? `Hash(${first ? `${first}…` : ""}Truncate(${last}))` : "Hash(.)";
    }
    if (!sameBytes(rest.subarray(0, bytes.length), bytes)) return "Hash(.)";
    rest = rest.subarray(bytes.length);
    first ||= last;
    if (rest.length === 0) return `Hash(${so})`;
  }
  return "Hash(.)";
}

/** HandshakeType message_hash (RFC 9846 section 4.1). */
const MESSAGE_HASH = 254;

/** A message's name in the RFC's structures; the two Finished have different names. */
function messageName(name: string, before: readonly Given[]): string {
  if (name === "finished") {
    return before.some((other) => other.name === "finished") ? "client Finished" : "server Finished";
  }
  return name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
