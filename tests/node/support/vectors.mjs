// Values that others published: see tests/vectors.

import { readFileSync } from "node:fs";

const RFC8448_4 = new URL("../../vectors/rfc8448-section-4-resumed-0-rtt.txt", import.meta.url);

/** Bytes of the trace of a resumed handshake with early data (RFC 8448 section 4), by their name in the file. */
export function published(name) {
  const text = readFileSync(RFC8448_4, "utf8");
  return Buffer.from(new RegExp(`^${name}: ([0-9a-f]+)$`, "m").exec(text)[1], "hex");
}
