// The offer of a ClientHello: each identity with its binder, as `inspect` finds them, and its outcome.

import type { Field, ImportedIdentity, OfferedIdentity, PskTrace } from "tls-psk";

/** The outcomes of an offered identity that the server's core reported, in order. */
export type Outcome = PskTrace["outcome"];

export interface OfferedHalves {
  index: number;
  identity: Part;
  binder: Part;
  /** The parts of the identity, if it has the format of an imported one. */
  imported: ImportedIdentity | undefined;
  outcomes: Outcome[];
}

/** A part of a message: the position of its field, and its content without the length. */
export interface Part {
  field: Field;
  bytes: Uint8Array;
}

/** The identities of a ClientHello with their binders; none if it offers none. */
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
