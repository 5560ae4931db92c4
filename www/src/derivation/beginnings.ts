// What the key schedule of a side begins with: the secrets of its keys, and the messages.

import type { Exchange, Side } from "../handshake/exchange.js";
import { readKey } from "../handshake/scenes.js";
import { asLabel } from "../page/bytes.js";
import type { Beginnings } from "./graph.js";

/** What a side knows before it computes anything. */
export function beginningsOf({ scene, seen, ticketPsk }: Exchange, side: Side): Beginnings {
  const secrets = scene[side].keys.flatMap((key) => {
    const read = readKey(key);
    return read ? [{ name: `PSK ${asLabel(read.identity)}`, bytes: read.secret }] : [];
  });
  const ticket = ticketPsk ? [{ name: "PSK of the ticket", bytes: ticketPsk }] : [];
  return { secrets: [...secrets, ...ticket], messages: seen[side] };
}
