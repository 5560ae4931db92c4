// The first value in which the two sides of a failed handshake differ, which shows where to look for the cause.

import { asLabel, hexByte, sameBytes } from "../page/bytes.js";
import type { Exchange } from "./exchange.js";
import { readKey } from "./scenes.js";

/** A sentence about the first difference; `undefined` if the two sides have seen and computed the same. */
export function firstDifference(exchange: Exchange): string | undefined {
  return keyDifference(exchange) ?? messageDifference(exchange);
}

function keyDifference({ scene, offers }: Exchange): string | undefined {
  const offered = offers.at(-1)?.psks ?? [];
  const used = offered.find(({ outcomes }) => outcomes.at(-1) === "failed") ?? offered[0];
  if (!used) return undefined;
  const name = used.imported?.externalIdentity ?? used.identity.bytes;
  const [client, server] = [scene.client.keys, scene.server.keys].map((keys) =>
    keys.map(readKey).find((key) => key && sameBytes(key.identity, name)),
  );
  const label = `the PSK “${asLabel(name)}”`;
  if (!client) return undefined;
  if (!server) return `First difference: ${label}, which the server does not have.`;
  if (client.hmac !== server.hmac) return `First difference: the hash of ${label}, ${client.hmac} and ${server.hmac}.`;
  const at = differsAt(client.secret, server.secret);
  if (at !== undefined) return `First difference: ${label}, byte ${at}${values(client.secret, server.secret, at)}.`;
  const contexts = [client.context, server.context].map((context) => (context ? asLabel(context) || "empty" : "none"));
  if (contexts[0] !== contexts[1]) {
    return `First difference: the import context of ${label}, “${contexts[0]}” and “${contexts[1]}”.`;
  }
  return undefined;
}

function messageDifference({ seen }: Exchange): string | undefined {
  for (const [place, { name, bytes }] of seen.client.entries()) {
    const other = seen.server[place];
    const at = other && differsAt(bytes, other.bytes);
    if (other && at !== undefined) return `First difference: ${name}, byte ${at}${values(bytes, other.bytes, at)}.`;
  }
  return undefined;
}

function differsAt(a: Uint8Array, b: Uint8Array): number | undefined {
  if (sameBytes(a, b)) return undefined;
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at === -1 ? a.length : at;
}

function values(client: Uint8Array, server: Uint8Array, at: number): string {
  const of = (bytes: Uint8Array) => (at < bytes.length ? `0x${hexByte(bytes[at] ?? 0)}` : "nothing");
  return ` (client ${of(client)}, server ${of(server)})`;
}
