// The binders of a ClientHello that somebody brought, checked by the core with a PSK that they brought as well.

import { type BinderCheck, checkBinders, dissect } from "page-core";
import { ExternalPsk, type Field, type HashName, inspect } from "tls-psk";
import { concat, sameBytes } from "../bytes.js";
import { readOffer } from "../offer.js";
import type { FoundMessage } from "./found.js";

/** A PSK as it was typed. */
export interface KnownPsk {
  /** Of the PSK before it was imported, if it was; without it the secret is tried on every identity. */
  identity: Uint8Array | undefined;
  secret: Uint8Array;
  hmac: HashName;
  imported: boolean;
}

export interface OfferedBinder {
  index: number;
  /** The identity on the wire. */
  identity: Uint8Array;
  /** What it was imported from, if it reads as an imported one. */
  imported: { external: Uint8Array; context: Uint8Array } | undefined;
  binder: Uint8Array;
  /** What the core computed, if the PSK is that of this identity. */
  check: BinderCheck | undefined;
}

export interface Verification {
  offered: OfferedBinder[];
  /** Whether the messages are a whole exchange with a HelloRetryRequest, which the binders cover. */
  retried: boolean;
  /** Why no binder can be checked whatever the PSK is. */
  impossible: string | undefined;
}

/** The offer of the last ClientHello among the messages; checked where `psk` has to do with it. */
export function verify(messages: readonly FoundMessage[], psk: KnownPsk | undefined): Verification | undefined {
  const hellos = helloSequence(messages);
  const hello = hellos.at(-1);
  if (!hello) return undefined;
  const { fields } = dissect(hello.bytes, "messages");
  const retried = hellos.length === 3;
  const impossible = hello.stop
    ? "The ClientHello cannot be read to its end, so there is nothing that its binders could be checked over."
    : !retried && fields.some(({ name, value }) => name === "Extension" && value === "cookie")
      ? "This ClientHello answers a HelloRetryRequest, as its cookie tells, and its binders cover that and the first ClientHello as well. Bring all three, in their order."
      : undefined;
  const offered = readOffer(hello.bytes, inspect(hello.bytes)).map(({ index, identity, binder }) => ({
    index,
    identity: identity.bytes,
    imported: importedIn(hello.bytes, fields, identity.field),
    binder: binder.bytes,
    check: undefined as BinderCheck | undefined,
  }));
  if (psk && !impossible) {
    const flight = concat(hellos.map(({ bytes }) => bytes));
    for (const one of offered) one.check = checked(flight, one, psk);
  }
  return { offered, retried, impossible };
}

/** The ClientHello whose binders are meant, after the first one and the HelloRetryRequest if those are there. */
export function helloSequence(messages: readonly FoundMessage[]): FoundMessage[] {
  const [first, retry, second] = messages;
  const isWhole = first?.name === "client_hello" && retry?.name === "hello_retry_request";
  if (isWhole && second?.name === "client_hello") return [first, retry, second];
  const hello = messages.find(({ name }) => name === "client_hello");
  return hello ? [hello] : [];
}

function checked(flight: Uint8Array, offered: OfferedBinder, psk: KnownPsk): BinderCheck | undefined {
  if (psk.imported && !offered.imported) return undefined;
  const own = psk.imported && offered.imported ? offered.imported.external : offered.identity;
  if (psk.identity && !sameBytes(psk.identity, own)) return undefined;
  const external = ExternalPsk.unsafeShort(own, psk.secret, psk.hmac);
  let used = external;
  try {
    if (psk.imported && offered.imported) used = external.withContext(offered.imported.context);
    return checkBinders(flight, used).find(({ index }) => index === offered.index);
  } finally {
    if (used !== external) used.free();
    external.free();
  }
}

/** The parts of an imported identity, as the core found them inside the identity. */
function importedIn(message: Uint8Array, fields: readonly Field[], identity: Field): OfferedBinder["imported"] {
  const inside = fields.filter(({ start, end }) => start >= identity.start && end <= identity.end);
  if (!inside.some(({ name }) => name === "ImportedIdentity")) return undefined;
  // behind the two bytes of its length
  const contents = (name: string) => {
    const field = inside.find((field) => field.name === name);
    return field ? message.slice(field.start + 2, field.end) : new Uint8Array();
  };
  return { external: contents("external_identity"), context: contents("context") };
}
