// A ClientHello, field by field: what an observer sees of a client's identities, and the binders that prove its keys.

import { Config, Connection, ExternalPsk, init, inspect } from "tls-psk";
import { bytes, hex, text } from "./lib/ends.mjs";

await init();

// The low-level classes: TLS without any I/O.
const config = new Config("client");
config.setGroups(["x25519"]);
config.setGrease(false); // reserved values are for testing servers, not for readers
config.setServerName("broker.example");
for (const [identity, hmac] of [
  ["valve/31", "SHA-256"],
  ["valve/31/next", "SHA-384"],
]) {
  const psk = new ExternalPsk(bytes(identity), crypto.getRandomValues(new Uint8Array(48)), hmac);
  config.appendPsk(psk);
  psk.free();
}
const connection = new Connection(config);
connection.start();

const RECORD_HEADER = 5;
const message = connection.pollTransmit().subarray(RECORD_HEADER);
const fields = inspect(message);
for (const [at, { name, start, end, depth, value }] of fields.entries()) {
  const isLeaf = (fields[at + 1]?.depth ?? 0) <= depth;
  const shown = value ?? (isLeaf ? abridged(message.subarray(start, end)) : "");
  console.log(`${String(start).padStart(4)}  ${"  ".repeat(depth)}${name}${shown && `: ${shown}`}`);
}

for (const object of [connection, config]) object.free();

/** Text as it is, and the beginning of other bytes. */
function abridged(data) {
  if (/^[!-~]{4,}$/.test(text(data))) return `"${text(data)}"`;
  return data.length > 16 ? `${hex(data.subarray(0, 16))}… (${data.length} bytes)` : hex(data);
}
