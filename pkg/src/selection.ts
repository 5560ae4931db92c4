import type { Connection } from "./core.js";
import type { OfferedIdentity } from "./core-types.js";
import type { PskChoice } from "./options.js";
import { checkPsk, withExternalPsk } from "./psk.js";

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

/** Answers a waiting selection. If the connection is `suspended` after an exception, the answer was an impossible one. */
export function choose(connection: Connection, choice: PskChoice): void {
  if (choice === null || choice === undefined) {
    connection.selectNone();
  } else if ("secret" in choice) {
    withExternalPsk(checkPsk(choice), (psk) => connection.selectPsk(psk));
  } else {
    connection.selectOffered(choice.index);
  }
}
