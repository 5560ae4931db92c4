// Offline guessing of a weak PSK: with one captured ClientHello, the attacker can test any number of guesses.

import { readHello } from "../../../pkg/src/reading/hello.js";
import { binderOf } from "../checker/attempt.js";
import { Exchange } from "../handshake/exchange.js";
import { type Key, sceneOf, settingsOf } from "../handshake/scenes.js";
import { toHex } from "../page/bytes.js";
import type { Lane, Result } from "./lanes.js";

/** Words that people use as keys, and the suffixes that they append to reach 16 characters. */
const WORDS = [
  "admin",
  "password",
  "letmein",
  "welcome",
  "dragon",
  "monkey",
  "sunshine",
  "iloveyou",
  "qwerty",
  "secret",
];
const WORDS_OF_THINGS = [
  "gateway",
  "sensor",
  "factory",
  "default",
  "changeme",
  "pump",
  "valve",
  "office",
  "router",
  "camera",
];
const ENDINGS = ["", "1", "12", "123", "1234", "12345", "!", "2024", "2025", "2026", "-psk", "-key"];

/** The list, each repeated until it has the 16 bytes that a PSK needs. */
export const WORD_LIST: readonly string[] = [...WORDS, ...WORDS_OF_THINGS]
  .flatMap((word) =>
    ENDINGS.flatMap((ending) => [`${word}${ending}`, `${word[0]?.toUpperCase()}${word.slice(1)}${ending}`]),
  )
  .map((word) => (word.length >= 16 ? word : word.repeat(Math.ceil(16 / word.length))));

const WEAK: Key = {
  identity: "camera-4",
  secret: toHex(new TextEncoder().encode("Sunshine2025Sunshine2025")),
  hmac: "SHA-256",
};
const RANDOM: Key = {
  identity: "camera-5",
  secret: "61c9f2708be43ad5960e17fc52a8db0347f16c25e90b8d3a7f44129be6c058d1",
  hmac: "SHA-256",
};

export function guessing(): Result {
  const [weak, random] = [WEAK, RANDOM].map(attacked);
  if (!weak || !random) return { lanes: [], verdict: "" };
  return {
    lanes: [weak.lane, random.lane],
    verdict: weak.found
      ? `One captured ClientHello was enough to find the weak PSK, without a packet to the server. A PSK must be random.`
      : "The list does not have the weak PSK.",
  };
}

/** Tests the list against the binder of one captured ClientHello. */
function attacked(key: Key): { lane: Lane; found: boolean } {
  const exchange = new Exchange(sceneOf(settingsOf([key]), settingsOf([key])));
  exchange.free();
  const hello = exchange.entries[0]?.bytes ?? new Uint8Array();
  const { psks, covered } = readHello(hello);
  const binder = toHex(psks[0]?.binder ?? new Uint8Array());
  const cut = hello.subarray(0, covered);
  const began = performance.now();
  const at = WORD_LIST.findIndex((word) => {
    const secret = new TextEncoder().encode(word);
    const attempt = {
      secret,
      hash: "SHA-256" as const,
      kind: "external" as const,
      before: new Uint8Array(),
      covered: cut,
    };
    return toHex(binderOf(attempt)) === binder;
  });
  const seconds = (performance.now() - began) / 1000;
  const tried = at === -1 ? WORD_LIST.length : at + 1;
  const rate = Math.round(tried / Math.max(seconds, 0.001));
  const lane: Lane = {
    title: at === -1 ? `${key.identity}: 32 random bytes` : `${key.identity}: a word and a year`,
    stage: exchange.stage,
    facts: [
      ["Binder captured", `${binder.slice(0, 16)}…`],
      ["Guesses", `${tried} of ${WORD_LIST.length}, ${rate.toLocaleString("en")} in a second in this page`],
      ["PSK found", at === -1 ? "none" : `“${WORD_LIST[at]}”`],
    ],
  };
  return { lane, found: at !== -1 };
}
