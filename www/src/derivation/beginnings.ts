// The initial values of a side's key schedule: the secrets of its keys, and the messages.

import type { Recorded, Side } from "../handshake/exchange.js";
import { readKey } from "../handshake/scenes.js";
import { asLabel } from "../page/bytes.js";
import type { Beginnings } from "./graph.js";

/** The values that a side has before any computation. */
export function beginningsOf({ scene, seen, ticketPsk }: Recorded, side: Side): Beginnings {
  const secrets = scene[side].keys.flatMap((key) => {
    const read = readKey(key);
    return read ? [{ name: `PSK ${asLabel(read.identity)}`, bytes: read.secret }] : [];
  });
  const ticket = ticketPsk ? [{ name: "PSK of the ticket", bytes: ticketPsk }] : [];
  return { secrets: [...secrets, ...ticket], messages: seen[side] };
}
