// Links that carry what is on the page: the scene, what was meddled with, what is open. A secret that the visitor typed
// is never in one: keys of the presets go by their names, and for any other a number stands, the same for the same.

import { CIPHER_SUITES, GROUPS, HASHES, PSK_MODES } from "../../../pkg/src/vocabulary.js";
import { toHex } from "../page/bytes.js";
import type { Side } from "./endpoints.js";
import type { Meddling } from "./meddling.js";
import { type Key, PRESETS, type Scene, SHOWN_SECRETS } from "./scenes.js";

export interface PageState {
  /** A preset by its name, or `edited`. */
  preset: string;
  scene: Scene;
  meddlings: Meddling[];
  /** The number of the open message or other entry. */
  open?: number | undefined;
  value?: { side: Side; id: string } | undefined;
  attack?: string | undefined;
  /** The part of the page that the visitor went to. */
  step?: string | undefined;
  /** The messages that the binder checker has, as base64url; the key is in no link. */
  check?: string | undefined;
}

export interface LinkedState extends Partial<PageState> {
  /** Whether some secrets were not in the link, so that others replace them. */
  secretsLeftOut: boolean;
}

type LinkedKey = Omit<Key, "secret"> & { secret: string };

export function linkOf({ preset, scene, meddlings, open, value, attack, step, check }: PageState): string {
  const parameters = new URLSearchParams();
  if (preset === "edited") parameters.set("scene", encode(withoutSecrets(scene)));
  else parameters.set("preset", preset);
  if (meddlings.length > 0) parameters.set("meddle", encode(meddlings));
  if (open !== undefined) parameters.set("open", String(open));
  if (value?.id) parameters.set("value", `${value.side}:${value.id}`);
  if (attack) parameters.set("attack", attack);
  if (step) parameters.set("step", step);
  if (check) parameters.set("check", check);
  return `#${parameters}`;
}

/** The content of a link, as far as it can be read; it may come from an attacker. */
export function readLink(hash: string): LinkedState {
  const parameters = new URLSearchParams(hash.replace(/^#/, ""));
  const state: LinkedState = { secretsLeftOut: false };
  const preset = PRESETS.find(({ id }) => id === parameters.get("preset"));
  if (preset) Object.assign(state, { preset: preset.id, scene: structuredClone(preset.scene) });
  const scene = decode(parameters.get("scene"));
  if (isScene(scene)) {
    state.preset = "edited";
    state.scene = scene;
    for (const key of [...scene.client.keys, ...scene.server.keys]) {
      state.secretsLeftOut ||= !Object.hasOwn(SHOWN_SECRETS, key.secret);
      key.secret = secretFor(key);
    }
  }
  const meddlings = decode(parameters.get("meddle"));
  if (Array.isArray(meddlings)) state.meddlings = meddlings.filter(isMeddling);
  const open = parameters.get("open");
  if (open && /^\d+$/.test(open)) state.open = Number(open);
  const [, side, id] = /^(client|server):(.*)$/s.exec(parameters.get("value") ?? "") ?? [];
  if (id !== undefined) state.value = { side: side as Side, id };
  state.attack = parameters.get("attack") ?? undefined;
  state.step = parameters.get("step") ?? undefined;
  const check = parameters.get("check");
  if (check && /^[\w-]{1,100000}$/.test(check)) state.check = check;
  return state;
}

/** The scene with names and numbers instead of its secrets. */
function withoutSecrets(scene: Scene): Scene {
  const copy = structuredClone(scene);
  const numbers = new Map<string, string>();
  for (const key of [...copy.client.keys, ...copy.server.keys] as LinkedKey[]) {
    const secret = key.secret.toLowerCase().replace(/\s/g, "");
    const shown = Object.entries(SHOWN_SECRETS).find(([, value]) => value === secret)?.[0];
    if (!numbers.has(secret)) numbers.set(secret, String(numbers.size + 1));
    key.secret = shown ?? numbers.get(secret) ?? "";
  }
  return copy;
}

/** The secret for a name, or a replacement for the secret with this number. */
function secretFor({ secret, hmac }: LinkedKey): string {
  const shown = Object.hasOwn(SHOWN_SECRETS, secret) ? SHOWN_SECRETS[secret] : undefined;
  if (shown) return shown;
  const number = Number.parseInt(secret, 10) || 0;
  const length = hmac === "SHA-384" ? 48 : 32;
  return toHex(Uint8Array.from({ length }, (_, at) => (number * 73 + at * 151 + 17) & 0xff));
}

function encode(value: unknown): string {
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

function decode(text: string | null): unknown {
  if (!text) return undefined;
  try {
    const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0))));
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isOneOf = (names: readonly string[], value: unknown): boolean => names.some((name) => name === value);
const isList = (names: readonly string[], value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((one) => isOneOf(names, one));
const isNumber = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

function isScene(value: unknown): value is Scene {
  return (
    isObject(value) &&
    isSettings(value.client) &&
    isSettings(value.server) &&
    typeof value.client.earlyData === "boolean" &&
    ["boolean", "undefined"].includes(typeof value.client.resumes) &&
    isOneOf(["reject", "accept"], value.server.earlyData) &&
    isOneOf(["first-match", "application"], value.server.selection) &&
    isOneOf(["kept", "cookie"], value.server.retryState) &&
    isOneOf(["none", "one"], value.server.tickets) &&
    typeof value.greeting === "string" &&
    isNumber(value.seed)
  );
}

function isSettings(value: unknown): value is Record<string, unknown> {
  if (!isObject(value) || !Array.isArray(value.keys)) return false;
  const { keys, modes, groups, suites } = value;
  return keys.every(isKey) && isList(PSK_MODES, modes) && isList(GROUPS, groups) && isList(CIPHER_SUITES, suites);
}

function isKey(value: unknown): value is LinkedKey {
  return (
    isObject(value) &&
    typeof value.identity === "string" &&
    typeof value.secret === "string" &&
    isOneOf(HASHES, value.hmac) &&
    ["string", "undefined"].includes(typeof value.context)
  );
}

function isMeddling(value: unknown): value is Meddling {
  if (!isObject(value)) return false;
  const numbers = (...names: string[]) => names.every((name) => isNumber(value[name]));
  switch (value.kind) {
    case "flip":
      return numbers("flight", "at", "bits");
    case "identities":
    case "binders":
      return numbers("flight", "first", "second");
    case "cut":
    case "drop":
      return numbers("flight", "record");
    case "secret":
      return (value.side === "client" || value.side === "server") && numbers("key");
    default:
      return false;
  }
}
