import type { Connection } from "./core.js";
import type { OfferedIdentity } from "./core-types.js";
import type { PskChoice } from "./options.js";
import { checkPsk, type Psk, withExternalPsk } from "./psk.js";

/** The offer of the client while a selection is pending, copied from the core. */
export function readOffer(connection: Connection): OfferedIdentity[] {
  const list = connection.offeredPsks();
  if (list === undefined) return [];
  try {
    return [...list];
  } finally {
    list.free();
  }
}

/**
 * Answers a pending selection. If the connection is still `asking` after an exception, the answer was impossible.
 *
 * Selecting none costs the work of a PSK for the first identity, including the import: otherwise the time would reveal
 * which identities are known.
 */
export function choose(connection: Connection, choice: PskChoice, [first]: readonly OfferedIdentity[]): void {
  if (choice && !("secret" in choice)) {
    connection.selectOffered(choice.index);
    return;
  }
  const identity = first?.imported?.externalIdentity ?? first?.identity ?? DECOY;
  const decoy = { identity, secret: DECOY, context: first?.imported?.context };
  withExternalPsk(checkPsk((choice ?? decoy) as Psk), (psk) => {
    if (choice) connection.selectPsk(psk);
    else connection.selectUnknown(psk);
  });
}

/** The secret of the dummy PSK. */
const DECOY = new Uint8Array(32).fill(0xd5);
