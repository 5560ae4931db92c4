// Finds the key, kind and hash of a binder by trying them; if none matches, finds mistakes that would have produced it.

import type { HashName } from "tls-psk";
import type { Hello, OfferedPsk } from "../../../pkg/src/reading/hello.js";
import { concat, sameBytes } from "../page/bytes.js";
import { type Attempt, binderOf, type Kind } from "./attempt.js";
import { type KeyReading, readingsOf, slipsOf } from "./keys.js";

/** How a binder was computed. */
export interface Match {
  attempt: Attempt;
  reading: KeyReading;
  /** A sentence about a deviation from RFC 9846; `undefined` if there is none. */
  slip: string | undefined;
}

export interface Checked {
  psk: OfferedPsk;
  hash: HashName | undefined;
  match: Match | undefined;
  /** The computation to show without a match: the likeliest kind with the plainest reading of the key. */
  guess: Attempt | undefined;
}

export interface Result {
  checked: Checked[];
  /** The one to show first: a match, else one with a mistake, else the first. */
  shown: number;
}

const HASHES: Record<number, HashName> = { 32: "SHA-256", 48: "SHA-384" };

/** Tests a typed key against every binder of a ClientHello. `others` are the other captured ClientHellos. */
export function check(hello: Hello, typed: string, others: readonly Hello[] = []): Result {
  const readings = readingsOf(typed);
  const checked = hello.read.psks.map((psk): Checked => {
    const hash = HASHES[psk.binderLength];
    const [reading] = readings;
    const guess = reading && hash && attemptsOf(hello, psk, hash, reading.bytes)[0];
    return { psk, hash, match: undefined, guess };
  });
  const find = (one: Checked, found: (one: Checked) => Match | undefined) => {
    if (one.hash && !one.match && one.psk.binder.length > 0) one.match = found(one);
  };
  for (const one of checked) find(one, () => plainMatch(hello, one, readings));
  const isFound = checked.some(({ match }) => match);
  // search for mistakes only if nothing matches
  if (!isFound && readings.length > 0) {
    for (const one of checked) find(one, () => slippedKey(hello, one, typed));
    for (const one of checked) find(one, () => slippedTranscript(hello, one, readings, others));
  }
  const shown = checked.findIndex(({ match }) => match);
  return { checked, shown: Math.max(0, shown) };
}

/** The possible kinds of a PSK, the likeliest first, as computations with a secret. */
function attemptsOf(hello: Hello, psk: OfferedPsk, hash: HashName, secret: Uint8Array): Attempt[] {
  const { bytes, before, read } = hello;
  const covered = bytes.subarray(0, read.covered ?? bytes.length);
  const plain = (kind: Kind): Attempt => ({ secret, hash, kind, before, covered });
  const imported = (kind: Kind, own: HashName): Attempt => {
    return { ...plain(kind), importing: { hash: own, identity: psk.identity } };
  };
  const isTicket = psk.age !== 0 || psk.identity.length > 128;
  const plains = isTicket ? [plain("resumption"), plain("external")] : [plain("external"), plain("resumption")];
  if (!psk.imported) return plains;
  return [imported("imported", "SHA-256"), imported("imported", "SHA-384"), ...plains];
}

/** This many bytes of a truncated binder do not match by chance. */
const ENOUGH = 8;

/** Whether a binder, or its existing part, is this one. */
function isBinder(psk: OfferedPsk, computed: Uint8Array): boolean {
  return (
    psk.binder.length >= Math.min(ENOUGH, psk.binderLength) &&
    sameBytes(psk.binder, computed.subarray(0, psk.binder.length))
  );
}

function plainMatch(hello: Hello, { psk, hash }: Checked, readings: readonly KeyReading[]): Match | undefined {
  if (!hash) return undefined;
  for (const reading of readings) {
    const attempt = attemptsOf(hello, psk, hash, reading.bytes).find((one) => isBinder(psk, binderOf(one)));
    if (attempt) return { attempt, reading, slip: undefined };
  }
  return undefined;
}

function slippedKey(hello: Hello, { psk, hash }: Checked, typed: string): Match | undefined {
  if (!hash) return undefined;
  for (const reading of slipsOf(typed)) {
    const attempt = attemptsOf(hello, psk, hash, reading.bytes).find((one) => isBinder(psk, binderOf(one)));
    if (attempt) {
      return { attempt, reading, slip: `The binder matches the key read as ${reading.name}. ${reading.advice ?? ""}` };
    }
  }
  return undefined;
}

/** The binder of a different transcript or label than in RFC 9846. */
function slippedTranscript(
  hello: Hello,
  { psk, hash }: Checked,
  readings: readonly KeyReading[],
  others: readonly Hello[],
): Match | undefined {
  if (!hash) return undefined;
  for (const reading of readings) {
    const kinds = attemptsOf(hello, psk, hash, reading.bytes);
    for (const { slip, change } of [...transcripts(hello, others), ...labels(psk)]) {
      for (const kind of kinds) {
        const attempt = { ...kind, ...change(kind) };
        if (isBinder(psk, binderOf(attempt))) return { attempt, reading, slip };
      }
    }
  }
  return undefined;
}

interface Slip {
  slip: string;
  change(attempt: Attempt): Partial<Attempt>;
}

const NOTHING = new Uint8Array();

function transcripts(hello: Hello, others: readonly Hello[]): Slip[] {
  const { bytes, before, read } = hello;
  const covered = bytes.subarray(0, read.covered ?? bytes.length);
  const rest = bytes.subarray(covered.length);
  const slips: Slip[] = [];
  const add = (slip: string, change: Partial<Attempt>) => slips.push({ slip, change: () => change });
  if (before.length > 0) {
    add("The binder covers only the second ClientHello. It must also cover the first one and the HelloRetryRequest.", {
      before: NOTHING,
    });
    add(
      "The transcript contains the first ClientHello itself. After a HelloRetryRequest, it must contain its hash instead.",
      {
        before: NOTHING,
        covered: concat([before, covered]),
      },
    );
  }
  for (const other of others) {
    const end = other.read.covered;
    if (end === undefined || sameBytes(other.bytes, bytes)) continue;
    const change = { before: other.before, covered: other.bytes.subarray(0, end) };
    add(
      `This is the binder of another ClientHello: ${other.name}. A binder must be computed for each ClientHello.`,
      change,
    );
  }
  const header = Uint8Array.of(22, 3, 1, bytes.length >> 8, bytes.length & 0xff);
  add("The binder covers the whole ClientHello. It must cover it only up to the list of binders.", { covered: bytes });
  add("The binder covers the whole ClientHello, with zeros for the binders. It must end before their list.", {
    covered: concat([covered, rest.map((byte, at) => (at < 3 ? byte : 0))]),
  });
  add("The binder covers the length of the list of binders as well. It must end before that.", {
    covered: bytes.subarray(0, covered.length + 2),
  });
  add("The binder leaves out the message's header of 4 bytes.", { covered: covered.subarray(4) });
  add("The binder covers the header of the record as well.", { covered: concat([header, covered]) });
  add("The binder covers nothing: its transcript is empty.", { covered: NOTHING, before: NOTHING });
  return slips;
}

function labels(psk: OfferedPsk): Slip[] {
  const slips: Slip[] = [];
  const label = (kind: Kind) => ({ change: () => ({ kind }) });
  if (psk.imported) {
    slips.push({
      slip: "The key was imported, but its binder key has the label of an external PSK.",
      ...label("external"),
    });
    slips.push({ slip: "The key was imported, but its binder key has the label of a ticket.", ...label("resumption") });
  } else {
    slips.push({
      slip: "The binder key has the label of an imported PSK (“imp binder”), but the identity is not an imported one.",
      ...label("imported"),
    });
  }
  return slips;
}
