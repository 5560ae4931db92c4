import type { Psk } from "../node.js";
import { HASHES, hashOf } from "../vocabulary.js";
import { UsageError } from "./usage-error.js";

/** The fewest bytes of a key, as in the core (RFC 9257 section 6). */
const SHORTEST_KEY = 16;

/** The most bytes of an identity or a key, because of the two-byte length fields. */
const LONGEST = 65_535;

/** A PSK and where it was found, for errors. */
export interface FoundPsk {
  psk: Psk & { identity: Uint8Array };
  source: string;
}

/** The text of a file or of a variable: UTF-8, perhaps with a byte order mark. */
export function textOf(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${source} is not UTF-8: save it as UTF-8, and write identities of other bytes as #HEX`);
  }
}

/**
 * The PSKs of a text with one on each line, as in mosquitto, stunnel and GnuTLS: `IDENTITY:HEX`, optionally followed by
 * `:HASH`. An identity `#HEX` is in hexadecimal, as psktool writes it; any other line that begins with `#` is a
 * comment. `tell` receives warnings. Throws {@link UsageError} with the line.
 */
export function parsePskLines(text: string, source: string, tell: (note: string) => void): FoundPsk[] {
  const found: FoundPsk[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const place = `${source}, line ${index + 1}`;
    if (/^\s*$/.test(line) || isComment(line)) continue;
    if (line.startsWith("#")) tell(`${place}: read as an identity in hexadecimal; a comment needs a space after its #`);
    found.push({ psk: parsePsk(line, place), source: place });
  }
  return found;
}

const isComment = (line: string): boolean => /^\s*#/.test(line) && !/^#(?:[0-9a-f]{2})+:/i.test(line);

/** What may be a key in the wrong place, with or without colons. */
const LIKE_A_KEY = /(?:[0-9a-f]{2}[:\s-]?){12,}/gi;

/** `IDENTITY:HEX[:HASH]`, where the identity may contain colons. No message contains the key. */
export function parsePsk(text: string, source: string): FoundPsk["psk"] {
  const refuse = (why: string): never => {
    throw new UsageError(`${source}: ${why}`);
  };
  const [, behind = ""] = /:\s*(sha[-\d]+)\s*$/i.exec(text) ?? [];
  const hash = hashOf(behind);
  const body = hash === undefined ? text : text.slice(0, text.lastIndexOf(":"));
  const colon = body.lastIndexOf(":");
  if (colon < 0) {
    const isKey = /^\s*(?:[0-9a-f]{2}){16,}\s*$/i.test(body);
    return refuse(
      isKey
        ? "a key without an identity, as in Zabbix: put the value of TLSPSKIdentity and a colon in front"
        : "not IDENTITY:HEX or IDENTITY:HEX:SHA-384",
    );
  }
  const [name, key] = [body.slice(0, colon), body.slice(colon + 1).trim()];
  // Something else stands where the hash may stand, so that what looks like a part of the identity is the key.
  const keyBefore = /:\s*(?:[0-9a-f]{2}){16,}\s*$/i.test(name) && !/^[0-9a-f]*$/i.test(key);
  if (keyBefore || /^sha/i.test(key))
    refuse(`unknown hash ${JSON.stringify(key)} after the key: use ${HASHES.join(" or ")}`);
  const identity = identityOf(name, refuse);
  const whose = `the key of ${JSON.stringify(name.replace(LIKE_A_KEY, "…"))}`;
  if (/^0x/i.test(key)) refuse(`${whose} begins with 0x: remove it`);
  if (!/^[0-9a-f]*$/i.test(key)) refuse(`${whose} is not hexadecimal: text and base64 are not accepted`);
  if (key.length % 2 > 0) refuse(`${whose} has an odd number of hexadecimal digits`);
  const bytes = key.length / 2;
  if (bytes < SHORTEST_KEY) {
    const colons = /(?::[0-9a-f]{2}){3}$/i.test(name) ? ", or it is written with colons: remove them" : "";
    refuse(`${whose} has ${bytes} bytes, but at least ${SHORTEST_KEY} are needed${colons}`);
  }
  if (bytes > LONGEST) refuse(`${whose} has more than ${LONGEST} bytes`);
  return { identity, secret: Buffer.from(key, "hex"), hmac: hash ?? "SHA-256" };
}

function identityOf(name: string, refuse: (why: string) => never): Uint8Array {
  const hex = /^#((?:[0-9a-f]{2})+)$/i.exec(name)?.[1];
  const identity = hex === undefined ? Buffer.from(name) : Buffer.from(hex, "hex");
  if (identity.length === 0) refuse("the identity before the colon is empty");
  if (identity.length > LONGEST) refuse(`the identity has more than ${LONGEST} bytes`);
  if (hex !== undefined) return identity;
  if (/^\s|\s$/.test(name)) {
    refuse("the identity begins or ends with a space, which only some programs drop: remove it or write #HEX");
  }
  if (/[\0\r]/.test(name)) refuse("the identity has a NUL or a carriage return: if this is intended, write it as #HEX");
  return identity;
}
