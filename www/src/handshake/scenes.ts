// The scene to play: the keys and settings of both sides, as the visitor sees and types them.

import type { CipherSuite, Group, HashName, PskMode } from "tls-psk";
import { CIPHER_SUITES, GROUPS, PSK_MODES } from "../../../pkg/src/vocabulary.js";
import { fromHex, fromText } from "../page/bytes.js";

/** A key as it is typed. */
export interface Key {
  identity: string;
  /** Hexadecimal digits. */
  secret: string;
  hmac: HashName;
  /** The context with which it is imported (RFC 9258), if it is. */
  context?: string | undefined;
}

/** The settings of both roles. */
export interface Settings {
  keys: Key[];
  modes: PskMode[];
  groups: Group[];
  suites: CipherSuite[];
}

export interface ClientSettings extends Settings {
  /** Whether it sends data with its ClientHello, under its first key. */
  earlyData: boolean;
  /** Whether it resumes: an earlier connection, which is not shown, has given it a ticket. */
  resumes?: boolean | undefined;
}

export interface ServerSettings extends Settings {
  selection: "first-match" | "application";
  /** What it does with acceptable early data. */
  earlyData: "reject" | "accept";
  /** Whether it keeps the state of a HelloRetryRequest itself, or gives it to the client in a cookie. */
  retryState: "kept" | "cookie";
  /** Whether it gives the client a ticket to resume with. */
  tickets: "none" | "one";
}

export interface Scene {
  client: ClientSettings;
  server: ServerSettings;
  /** The data that the client sends once it is connected, and the server echoes. */
  greeting: string;
  /** The seed of both sides' randomness: the same seed gives the same bytes. */
  seed: number;
}

/** What every build of the core has. */
const CLASSICAL_GROUPS = GROUPS.filter((group) => group !== "X25519MLKEM768");

/** The lists of names that the settings can be, most preferred first. */
export const CHOICES: {
  modes: readonly (readonly PskMode[])[];
  groups: readonly (readonly Group[])[];
  suites: readonly (readonly CipherSuite[])[];
} = {
  modes: [...PSK_MODES.map((mode) => [mode]), PSK_MODES],
  groups: [
    CLASSICAL_GROUPS,
    [...CLASSICAL_GROUPS].reverse(),
    ["X25519MLKEM768", ...CLASSICAL_GROUPS],
    ...CLASSICAL_GROUPS.map((group) => [group]),
  ],
  suites: [CIPHER_SUITES, [...CIPHER_SUITES].reverse(), ...CIPHER_SUITES.map((suite) => [suite])],
};

export interface Preset {
  id: string;
  name: string;
  /** What is special about it, without the result. */
  about: string;
  scene: Scene;
}

const LAMP: Key = {
  identity: "lamp-7",
  secret: "8f1d27a55b90e3467ac1f02e64d93b18c57e0a9bd2416fe8335c94b07d1ae962",
  hmac: "SHA-256",
};
const GATE: Key = {
  identity: "gate-2",
  secret: "3c6ea8914f05d7b2e91b7304ac5df86217904be3d86a2fc1750e9db4463af81c",
  hmac: "SHA-256",
};
const VALVE: Key = {
  identity: "valve-31",
  secret: "d40b72f9163ea58ce72db15094c86f3aa1580ed6733f924bbd06e18f5ac92741",
  hmac: "SHA-256",
};
const VAULT: Key = {
  identity: "vault-384",
  secret: "61f7b02d98c4e35a0d8be9172c53fa864e10d97bb5268cf33fa1746ed5089b2ce7905d31ab48c6f2097be4135ad68f0c",
  hmac: "SHA-384",
};
const MAST: Key = {
  identity: "mast-9",
  secret: "a52c19e07b64d3f85e913a0cc7f2684d1b80e5f6942d7ac30e5bb861d97f034a",
  hmac: "SHA-256",
};

const PUMP: Key = {
  identity: "pump-5",
  secret: "e92a604fd71b35c8f05e8ac2197d63b4402ff6158e9bcad37c61b08e25f4937d",
  hmac: "SHA-256",
  context: "pumps to control room",
};

/** The secret of {@link LAMP} with one bit flipped. */
const FORGED: Key = { ...LAMP, secret: LAMP.secret.replace(/^8f/, "8e") };

/** The secrets of the presets by names, which links contain: they are public. */
export const SHOWN_SECRETS: Readonly<Record<string, string>> = Object.fromEntries([
  ...[LAMP, GATE, VALVE, VAULT, MAST, PUMP].map(({ identity, secret }) => [identity, secret]),
  ["forged", FORGED.secret],
]);

export function settingsOf(keys: Key[], changes: Partial<Settings> = {}): Settings {
  return {
    keys: keys.map((key) => ({ ...key })),
    modes: PSK_MODES.slice(0, 1),
    groups: [...CLASSICAL_GROUPS],
    suites: [...CIPHER_SUITES],
    ...changes,
  };
}

export function sceneOf(
  client: Settings & Partial<ClientSettings>,
  server: Settings & Partial<ServerSettings>,
  selection: ServerSettings["selection"] = "first-match",
): Scene {
  return {
    client: { earlyData: false, ...client },
    server: { earlyData: "reject", retryState: "kept", tickets: "none", selection, ...server },
    greeting: "Is the gate shut?",
    seed: 1,
  };
}

export const PRESETS: readonly Preset[] = [
  {
    id: "one",
    name: "One PSK",
    about: "Both sides have the same PSK, and the client offers no other.",
    scene: sceneOf(settingsOf([LAMP]), settingsOf([LAMP])),
  },
  {
    id: "several",
    name: "Several PSKs",
    about: "The client offers three PSKs; the server has the second and the third, in that order.",
    scene: sceneOf(settingsOf([LAMP, GATE, VALVE]), settingsOf([GATE, VALVE])),
  },
  {
    id: "retry",
    name: "HelloRetryRequest",
    about:
      "The client sends a key share for X25519; the server supports only P-256 and answers with a HelloRetryRequest.",
    scene: sceneOf(settingsOf([GATE, VAULT]), settingsOf([GATE], { groups: ["secp256r1"] })),
  },
  {
    id: "imported",
    name: "Imported PSK",
    about:
      "Both sides import one external PSK with the same context (RFC 9258). The client offers it once for each hash.",
    scene: sceneOf(settingsOf([PUMP]), settingsOf([PUMP])),
  },
  {
    id: "early",
    name: "Early data",
    about: "The client sends early data with its ClientHello, and the server is configured to accept it.",
    scene: sceneOf({ ...settingsOf([LAMP]), earlyData: true }, { ...settingsOf([LAMP]), earlyData: "accept" }),
  },
  {
    id: "ticket",
    name: "Ticket issued",
    about:
      "After the handshake the server sends a NewSessionTicket. The client derives a PSK from it, for a later connection.",
    scene: sceneOf(settingsOf([LAMP]), { ...settingsOf([LAMP]), tickets: "one" }),
  },
  {
    id: "resumed",
    name: "Ticket resumed",
    about:
      "The client has a ticket of an earlier connection and offers it before its external PSK. The binder key of the ticket’s PSK has the label “res binder”.",
    scene: sceneOf({ ...settingsOf([LAMP]), resumes: true }, { ...settingsOf([LAMP]), tickets: "one" }),
  },
  {
    id: "wrong-secret",
    name: "Wrong secret",
    about: "Both sides know the identity, but their secrets differ in one bit.",
    scene: sceneOf(settingsOf([FORGED]), settingsOf([LAMP])),
  },
  {
    id: "unknown",
    name: "Unknown identity",
    about: "The client offers an identity that the server does not have.",
    scene: sceneOf(settingsOf([MAST]), settingsOf([LAMP, GATE])),
  },
  {
    id: "waiting",
    name: "Manual selection",
    about: "The server suspends the handshake, and you select one of the offered PSKs.",
    scene: sceneOf(settingsOf([MAST, LAMP, GATE]), settingsOf([LAMP, GATE]), "application"),
  },
];

/** A copy of a scene, which may be edited. */
export function copyOf(original: Scene): Scene {
  return structuredClone(original);
}

export interface KeyBytes {
  identity: Uint8Array;
  secret: Uint8Array;
  hmac: HashName;
  context: Uint8Array | undefined;
}

/** The bytes that a key was typed as; `undefined` if its secret is not hexadecimal. Their quality is not checked. */
export function readKey(key: Key): KeyBytes | undefined {
  const secret = fromHex(key.secret);
  const context = key.context === undefined ? undefined : fromText(key.context);
  return secret && { identity: fromText(key.identity), secret, hmac: key.hmac, context };
}

/** The 32 bytes that make one side of the scene reproducible. */
export function seedOf(scene: Scene, side: "client" | "server"): Uint8Array {
  const seed = new Uint8Array(32);
  new DataView(seed.buffer).setUint32(0, scene.seed);
  seed[4] = side === "client" ? 0xc1 : 0x5e;
  return seed;
}
