import type { Connection } from "./core.js";
import type { OfferedIdentity } from "./core-types.js";
import type { PskChoice } from "./options.js";
import { checkPsk, type Psk, withExternalPsk } from "./psk.js";

/** What the client offered to a connection whose selection waits, copied out of the core. */
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
 * Answers a waiting selection. If the connection is `suspended` after an exception, the answer was an impossible one.
 *
 * To choose none takes the work of a PSK for the first identity, an import included: otherwise the time would tell for
 * which identities there is one.
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

/** The secret of no PSK. */
const DECOY = new Uint8Array(32).fill(0xd5);
