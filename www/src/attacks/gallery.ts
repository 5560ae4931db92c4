// The attacks: each is run against the core when the visitor asks for it.

import { inspectRecords } from "tls-psk";
import { PSK_MODES } from "../../../pkg/src/vocabulary.js";
import { Exchange } from "../handshake/exchange.js";
import { type Key, type Scene, sceneOf, settingsOf } from "../handshake/scenes.js";
import { concat, sameBytes } from "../page/bytes.js";
import { guessing } from "./guessing.js";
import { type Attack, answerOf, laneOf, type Result, shownBytes } from "./lanes.js";
import { leaked } from "./leak.js";
import { replay } from "./replay.js";

const KEY: Key = {
  identity: "relay-3",
  secret: "b6f4190c7de83a52416fb70e9dc25a8813fa06e4972bc1d55e804f3d6a21c79b",
  hmac: "SHA-256",
};

/** {@link KEY} with another secret of the same length. */
const GUESS: Key = { ...KEY, secret: KEY.secret.replace(/^b6/, "b7") };

/** Plays a scene, and frees the connections; their reports remain. */
function played(scene: Scene, options: ConstructorParameters<typeof Exchange>[1] = {}): Exchange {
  const exchange = new Exchange(scene, options);
  exchange.free();
  return exchange;
}

function probing(): Result {
  const server = settingsOf([KEY]);
  const probe = (identity: string) => played(sceneOf(settingsOf([{ ...GUESS, identity }]), server));
  const known = probe(KEY.identity);
  const unknown = probe("relay-8");
  const answers = [known, unknown].map((exchange) => concat(answerOf(exchange)));
  const [first = new Uint8Array(), second = new Uint8Array()] = answers;
  const facts = (exchange: Exchange): [string, string][] => [
    ["The server answers", shownBytes(concat(answerOf(exchange)))],
    ["Binders it computed", String(exchange.steps.server.filter(({ operation }) => operation === "hmac").length)],
  ];
  return {
    lanes: [
      laneOf(`${KEY.identity}, which the server knows, with a guessed secret`, known, facts(known)),
      laneOf("relay-8, which it does not know", unknown, facts(unknown)),
    ],
    verdict: sameBytes(first, second)
      ? "The two answers are the same, byte for byte: an observer sees no difference."
      : "The two answers differ.",
  };
}

function reflection(): Result {
  const party = (identity: string) => ({ ...KEY, identity });
  const mirrored = (key: Key) => sceneOf(settingsOf([key]), settingsOf([key]));
  const unguarded = played(mirrored(party("relay-plain")));
  const guarded = played(mirrored(party("relay-guarded")), { bothRoles: false });
  const imported = played(
    sceneOf(
      settingsOf([{ ...party("relay-imported"), context: "A to B" }]),
      settingsOf([{ ...party("relay-imported"), context: "B to A" }]),
    ),
  );
  const ended = [unguarded, guarded, imported].map(({ stage }) => stage === "connected");
  const fooled = ended.filter(Boolean).length;
  return {
    lanes: [
      laneOf("One key in both roles, without protection", unguarded),
      laneOf("The same, with the core’s role guard", guarded),
      laneOf("Imported, with a context that names both roles", imported),
    ],
    verdict: `In ${fooled} of ${ended.length} cases the party is connected to itself.`,
  };
}

function replayed(): Result {
  const key = settingsOf([KEY]);
  const scene = sceneOf({ ...key, earlyData: true }, { ...key, earlyData: "accept" });
  const original = played(scene);
  const flight = original.flights[0]?.bytes ?? new Uint8Array();
  const forgetful = [replay(scene, flight, () => true), replay(scene, flight, () => true)];
  const seen: Uint8Array[] = [];
  const once = (id: Uint8Array) => {
    if (seen.some((other) => sameBytes(other, id))) return false;
    seen.push(id);
    return true;
  };
  const careful = [replay(scene, flight, once), replay(scene, flight, once)];
  const lane = (title: string, runs: typeof careful) => ({
    title,
    stage: runs.some(({ failed }) => failed) ? ("failed" as const) : ("handshaking" as const),
    facts: runs.map(({ taken }, index): [string, string] => [
      `Copy ${index + 1}`,
      taken.length > 0 ? `the server accepted “${taken.join("”, “")}”` : "the server accepted no early data",
    ]),
  });
  const times = (runs: typeof careful) => runs.filter(({ taken }) => taken.length > 0).length;
  return {
    lanes: [
      lane("A server that accepts everything", forgetful),
      lane("A server that accepts no binder twice", careful),
    ],
    verdict: `The client sent it once. The first server accepted it ${times(forgetful)} times, the second ${times(careful)}.`,
  };
}

function downgrade(): Result {
  const both = { modes: [...PSK_MODES] };
  const scene = sceneOf(settingsOf([KEY], both), settingsOf([KEY], both));
  const untouched = played(scene);
  const rewritten = played(scene, {
    onWire: (bytes, flight) => (flight === 0 ? withoutKeyExchange(bytes) : bytes),
  });
  const mode = ({ negotiated }: Exchange): [string, string] => [
    "Negotiated mode",
    negotiated.server?.pskMode ?? negotiated.client?.pskMode ?? "none",
  ];
  return {
    lanes: [
      laneOf("As the client sent it", untouched, [mode(untouched)]),
      laneOf("With psk_dhe_ke rewritten to psk_ke", rewritten, [mode(rewritten)]),
    ],
    verdict:
      rewritten.stage === "connected"
        ? "Both sides have negotiated what the attacker wrote."
        : "The rewritten ClientHello led to no connection.",
  };
}

/** The ClientHello with each psk_dhe_ke replaced by psk_ke. */
function withoutKeyExchange(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  for (const { name, value, start } of inspectRecords(bytes)) {
    if (name === "PskKeyExchangeMode" && value === "psk_dhe_ke") changed[start] = 0;
  }
  return changed;
}

function otherTranscript(): Result {
  const scene = sceneOf(settingsOf([KEY]), settingsOf([KEY]));
  const recorded = played(scene);
  const binder = recorded.offers[0]?.psks[0]?.binder.bytes ?? new Uint8Array();
  const later = { ...scene, seed: scene.seed + 1 };
  const own = played(later);
  const spliced = played(later, {
    onWire: (bytes, flight) => (flight === 0 ? withBinder(bytes, binder) : bytes),
  });
  const shown = (exchange: Exchange): [string, string] => [
    "Binder the server computed",
    shownBytes(
      exchange.steps.server.find(({ operation }) => operation === "hmac")?.output.slice(0, 8) ?? new Uint8Array(),
    ).replace(/ \(.*/, "…"),
  ];
  const sent = (bytes: Uint8Array): [string, string] => [
    "Binder it received",
    shownBytes(bytes.slice(0, 8)).replace(/ \(.*/, "…"),
  ];
  return {
    lanes: [
      laneOf("With its own binder", own, [sent(own.offers[0]?.psks[0]?.binder.bytes ?? new Uint8Array()), shown(own)]),
      laneOf("With the recorded one", spliced, [sent(binder), shown(spliced)]),
    ],
    verdict:
      spliced.stage === "connected"
        ? "The binder was also accepted for another ClientHello."
        : "The binder was not accepted for another ClientHello, although the key is the same.",
  };
}

/** The ClientHello with a different first binder. */
function withBinder(bytes: Uint8Array, binder: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  const entry = inspectRecords(bytes).find(({ name }) => name === "PskBinderEntry");
  if (entry) changed.set(binder, entry.end - binder.length);
  return changed;
}

export const ATTACKS: readonly Attack[] = [
  {
    id: "guessing",
    name: "Offline guessing of a weak PSK",
    about:
      "An attacker has captured one ClientHello. For each word of a list, they compute the binder and compare it with the captured one.",
    run: guessing,
  },
  {
    id: "leak",
    name: "Recorded today, leaked tomorrow",
    about:
      "An attacker records a connection. Later the PSK leaks. They derive the traffic secrets from it as far as possible, and decrypt the records.",
    run: () => leaked(KEY),
  },
  {
    id: "probing",
    name: "Probing for identities",
    about:
      "An attacker without a key wants to know which identities a server has. They compare how it refuses one that it knows and one that it does not.",
    run: probing,
  },
  {
    id: "reflection",
    name: "Reflection (Selfie)",
    about:
      "A party uses one key as a client and as a server. The attacker has no key, and sends the party’s own bytes back to it.",
    run: reflection,
  },
  {
    id: "replay",
    name: "Replayed early data",
    about:
      "The attacker has recorded a client’s first flight with its early data, and sends the copy to the server twice.",
    run: replayed,
  },
  {
    id: "downgrade",
    name: "Downgrade to psk_ke",
    about:
      "Both sides allow psk_dhe_ke and psk_ke. The attacker rewrites the client’s offer, so that only psk_ke, without forward secrecy, remains.",
    run: downgrade,
  },
  {
    id: "transcript",
    name: "A binder of another transcript",
    about:
      "The attacker has recorded a binder, and puts it into a later ClientHello of the same client with the same key.",
    run: otherTranscript,
  },
];
