// The sentences of the checker, the verdict first.

import type { Hello } from "../../../pkg/src/reading/hello.js";
import { asLabel, countBytes, sameBytes, toHex } from "../page/bytes.js";
import type { Kind } from "./attempt.js";
import type { Checked } from "./search.js";

export type Verdict = "verified" | "slipped" | "failed" | "none";

export const KINDS: Record<Kind, string> = {
  external: "external PSK",
  resumption: "resumption PSK (ticket)",
  imported: "imported PSK",
};

/** The identity in readable form, at most one line long. */
export function identityOf({ psk }: Checked): string {
  const label = asLabel(psk.imported?.external ?? psk.identity);
  return label.length > 32 ? `${label.slice(0, 24)}… (${countBytes(psk.identity.length)})` : label;
}

/** The verdict in fewer than 120 characters. */
export function verdictOf(checked: readonly Checked[], shown: Checked | undefined): { verdict: Verdict; text: string } {
  if (!shown) return { verdict: "none", text: "No binder to verify." };
  const { match } = shown;
  const which = checked.length > 1 ? `Binder ${shown.psk.index + 1} of ${checked.length}` : "The binder";
  if (match?.slip)
    return { verdict: "slipped", text: `${which} does not verify with this key. The page found the cause.` };
  const { psk } = shown;
  if (match && psk.binder.length < psk.binderLength) {
    const there = `The first ${psk.binder.length} of ${psk.binderLength} bytes of the binder match. The rest is missing.`;
    return { verdict: "none", text: there };
  }
  if (match) {
    const { kind, hash } = match.attempt;
    return {
      verdict: "verified",
      text: `${which} verifies: ${KINDS[kind]}, ${hash}, key read as ${match.reading.name}.`,
    };
  }
  if (!shown.guess) return { verdict: "none", text: "Enter the key to verify the binder." };
  return { verdict: "failed", text: `${which} does not verify with this key.` };
}

/** Why it failed, and what can be ruled out. */
export function reasonsOf(shown: Checked, hello: Hello): string[] {
  const { match, psk, hash } = shown;
  if (match?.slip) return [match.slip];
  if (match) return [];
  const reasons: string[] = [];
  if (hello.read.covered === undefined) {
    reasons.push("The ClientHello ends before its binders, so the bytes that they cover are unknown.");
    return reasons;
  }
  if (psk.binderLength === 0) reasons.push("The binder itself is missing: the ClientHello is truncated before it.");
  else if (!hash) reasons.push(`No hash of TLS 1.3 has a binder of ${countBytes(psk.binderLength)}.`);
  if (!shown.guess) return reasons;
  const { guess } = shown;
  const kinds = psk.imported ? "imported, external and resumption" : "external and resumption";
  reasons.push(
    `Tried: ${kinds}, each with ${hash}, the hash that a binder of ${countBytes(psk.binderLength)} has; the key as ` +
      "hexadecimal digits, text and base64, with and without line ends and leading zeros; and other transcripts.",
  );
  if (hello.read.hasCookie && hello.before.length === 0) {
    reasons.push(
      "This ClientHello has a cookie, so it answers a HelloRetryRequest. Its binders cover the first ClientHello and " +
        "the HelloRetryRequest as well: enter all three, as a capture or one after the other.",
    );
  } else {
    reasons.push(
      "The remaining causes: the key is a different one, or a byte of the ClientHello was changed before it was recorded.",
    );
  }
  if (sameBytes(guess.secret, new Uint8Array(guess.secret.length))) reasons.push("The key is all zeros.");
  return reasons;
}

/** The two binders as pairs of digits, from the first difference on. */
export function differenceOf(received: Uint8Array, computed: Uint8Array): number {
  return received.findIndex((byte, at) => byte !== computed[at]);
}

export const short = (bytes: Uint8Array): string => `${toHex(bytes.subarray(0, 4))}…`;
