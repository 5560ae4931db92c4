// One computation of a binder by the core, with its intermediate values, for the search and for the page.

import { attemptBinder, recordSteps, type Step, takeSteps } from "page-core";
import type { HashName } from "tls-psk";

export type Kind = "external" | "resumption" | "imported";

export interface Attempt {
  secret: Uint8Array;
  hash: HashName;
  /** The kind, which decides the label of the binder key. */
  kind: Kind;
  /** The hash of the external PSK and the ImportedIdentity, if it is imported. */
  importing?: { hash: HashName; identity: Uint8Array } | undefined;
  /** The first ClientHello and the HelloRetryRequest; empty for a first ClientHello. */
  before: Uint8Array;
  /** The hashed part of the ClientHello. */
  covered: Uint8Array;
}

/** The intermediate values of a binder. */
export interface Computed {
  psk: Uint8Array;
  earlySecret: Uint8Array;
  binderKey: Uint8Array;
  finishedKey: Uint8Array;
  transcriptHash: Uint8Array;
  binder: Uint8Array;
}

const NONE = new Uint8Array();

/** Only the binder, quickly. */
export function binderOf({ secret, hash, kind, importing, before, covered }: Attempt): Uint8Array {
  recordSteps(false);
  try {
    return attemptBinder(secret, hash, kind, importing?.hash, importing?.identity ?? NONE, before, covered).binder;
  } finally {
    recordSteps(true);
  }
}

/** The binder with everything that leads to it, as the core computed it. */
export function computed({ secret, hash, kind, importing, before, covered }: Attempt): Computed {
  takeSteps();
  const attempted = attemptBinder(secret, hash, kind, importing?.hash, importing?.identity ?? NONE, before, covered);
  const steps = takeSteps();
  const made = (by: (step: Step) => boolean) => steps.findLast(by)?.output ?? NONE;
  const earlySecret = steps.findLast(({ operation }) => operation === "extract");
  return {
    psk: earlySecret?.inputs.IKM ?? secret,
    earlySecret: earlySecret?.output ?? NONE,
    binderKey: made(({ label }) => label.endsWith(" binder")),
    finishedKey: made(({ label }) => label === "finished"),
    transcriptHash: attempted.transcriptHash,
    binder: attempted.binder,
  };
}
