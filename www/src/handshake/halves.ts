// The offer of a ClientHello: each identity with its binder, as `inspect` finds them, and what became of it.

import type { Field, ImportedIdentity, OfferedIdentity, PskTrace } from "tls-psk";

/** What became of an offered identity: the outcomes that the server's core reported, in their order. */
export type Outcome = PskTrace["outcome"];

export interface OfferedHalves {
  index: number;
  identity: Part;
  binder: Part;
  /** What the identity consists of, if it reads as an imported one. */
  imported: ImportedIdentity | undefined;
  outcomes: Outcome[];
}

/** A part of a message: where its field is, and its content without the length in front. */
export interface Part {
  field: Field;
  bytes: Uint8Array;
}

/** The identities of a ClientHello joined to their binders; none if it offers none. */
export function readOffer(
  clientHello: Uint8Array,
  fields: readonly Field[],
  offered: readonly OfferedIdentity[] = [],
): OfferedHalves[] {
  const contents = (name: string) =>
    fields.flatMap((field, at) => (field.name === name ? [content(clientHello, fields, at)] : []));
  const identities = contents("PskIdentity");
  const binders = contents("PskBinderEntry");
  return identities.flatMap((identity, index) => {
    const binder = binders[index];
    return binder ? [{ index, identity, binder, imported: offered[index]?.imported, outcomes: [] }] : [];
  });
}

/** The entry at `at`, with the bytes of the first opaque field inside it. */
function content(message: Uint8Array, fields: readonly Field[], at: number): Part {
  const field = fields[at] as Field;
  const inside = fields.slice(at + 1).find(({ name, end }) => name === "opaque" && end <= field.end) ?? field;
  return { field, bytes: message.slice(inside.start, inside.end) };
}
