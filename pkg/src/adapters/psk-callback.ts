import { type Bytes, isBytes } from "../bytes.js";
import type { OfferedIdentity } from "../core-types.js";
import type { SelectPsk } from "../options.js";
import { checkPsk, type Psk } from "../psk.js";

/** A value, or the promise of one: what a callback of Node's may return here, too. */
export type Awaitable<T> = T | Promise<T>;

/** Returns the key of an identity, if there is one. */
type LookUp = (identity: string) => Awaitable<Bytes | { psk: Bytes } | null | undefined>;

/** The ends of imported identities: TLS 1.3, and each KDF (RFC 9258 section 5.1). */
const TARGETS = ["\x03\x04\0\x01", "\x03\x04\0\x02"];

/**
 * Makes a selection from Node's callback, which is called for one offered identity after the other. PSKs of the
 * server's own list need no call.
 */
export function selectorOf(psks: readonly Psk[]): (lookUp: LookUp) => SelectPsk {
  const own = new Map(psks.flatMap((psk) => wireIdentities(psk).map((identity) => [identity, psk])));
  return (lookUp) => async (offered) => {
    for (const offer of offered) {
      const identity = whoseIs(offer);
      // The PSK that a session descends from may have been revoked or replaced: the core compares.
      const answer = identity === undefined ? undefined : await lookUp(identity);
      if (answer) {
        const psk = isBytes(answer) ? answer : answer.psk;
        return { identity: offer.ticket?.externalIdentity ?? offer.identity, secret: psk };
      }
      const [known] = wireIdentityOf(offer).map((identity) => own.get(identity));
      if (known) return known;
      // A session that began with a certificate.
      if (offer.ticket && !offer.ticket.externalIdentity) return offer;
    }
    return null;
  };
}

/**
 * The identity to ask for. A session that began with a certificate has none. Neither has an identity that is not UTF-8:
 * its text with replacement characters could be a known identity.
 */
function whoseIs({ identity, ticket }: OfferedIdentity): string | undefined {
  const bytes = ticket === undefined ? identity : ticket.externalIdentity;
  return bytes && strictText(bytes);
}

/** The text of all bytes; `undefined` if they are not UTF-8. */
export function strictText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The identity to look up for an offer: its own, or that of the PSK that its session descends from. */
function wireIdentityOf({ identity, ticket }: OfferedIdentity): string[] {
  if (ticket === undefined) return [binary(identity)];
  const { externalIdentity, context } = ticket;
  return externalIdentity ? identitiesOf(externalIdentity, context) : [];
}

/** The identities with which a client offers a PSK: its own, or one for each KDF if it is imported. */
function wireIdentities(psk: Psk): string[] {
  const { identity, context } = checkPsk(psk);
  return identitiesOf(identity, context);
}

function identitiesOf(identity: Uint8Array, context: Uint8Array | undefined): string[] {
  if (context === undefined) return [binary(identity)];
  const parts = [identity, context].map((part) => lengthOf(part) + binary(part)).join("");
  return TARGETS.map((target) => parts + target);
}

const lengthOf = ({ length }: Uint8Array): string => String.fromCharCode(length >> 8, length & 0xff);

/** Bytes as a string with one character for each. */
const binary = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
