// Binders, verified without a connection (RFC 9846 sections 4.3.11.2 and 7.1, RFC 9258 section 5).

import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { HashName } from "../node.js";
import { type Hello, hellosIn, type OfferedPsk } from "../reading/hello.js";
import type { Message } from "../reading/tls.js";
import type { CollectedPsk as Key } from "./psks.js";
import { printable } from "./report.js";

/** A line about each binder of the ClientHellos, and whether each ClientHello has a binder that verifies. */
export function verifyBinders(messages: readonly Message[], keys: readonly Key[]): { lines: string[]; fine: boolean } {
  const lines: string[] = [];
  let fine = true;
  for (const hello of hellosIn(messages)) {
    if (hello.read.psks.length === 0) continue;
    const found = hello.read.psks.map((psk) => ({ psk, match: matchOf(hello, psk, keys) }));
    fine &&= found.some(({ match }) => match !== undefined);
    for (const { psk, match } of found) {
      const whose = `${hello.name}, binder ${psk.index} of ${labelOf(psk)}`;
      lines.push(`${whose}: ${match ?? whyNot(hello, psk)}`);
    }
  }
  return { lines, fine };
}

/** The longest identity that is printed whole, in characters. */
const LONG = 64;

const HASHES: Readonly<Record<number, HashName>> = { 32: "SHA-256", 48: "SHA-384" };

/** Which key verifies a binder, and how it was derived. Tries the keys of the same identity first. */
function matchOf(hello: Hello, psk: OfferedPsk, keys: readonly Key[]): string | undefined {
  const { covered } = hello.read;
  const hash = HASHES[psk.binderLength];
  if (covered === undefined || hash === undefined || psk.binder.length < psk.binderLength) return undefined;
  const transcript = transcriptHash(hash, hello, covered);
  const identity = psk.imported?.external ?? psk.identity;
  const isOwn = (key: Key) => Buffer.compare(key.identity, identity) === 0;
  for (const key of [...keys.filter(isOwn), ...keys.filter((key) => !isOwn(key))]) {
    for (const { kind, label, secret } of derivationsOf(psk, hash, Buffer.from(key.secret as Uint8Array))) {
      if (!timingSafeEqual(binderOf(hash, secret, label, transcript), psk.binder)) continue;
      return `verifies: ${kind}, ${hash}${isOwn(key) ? "" : `, the key of ${printable(key.identity)}`}`;
    }
  }
  return undefined;
}

/** The identity. Those of tickets are long, and say nothing to people. */
function labelOf({ imported, identity }: OfferedPsk): string {
  const label = printable(imported?.external ?? identity);
  return label.length > LONG ? `${label.slice(0, LONG / 2)}… (${identity.length} bytes)` : label;
}

function whyNot({ read }: Hello, { binder, binderLength }: OfferedPsk): string {
  if (read.covered === undefined || binder.length < binderLength || binderLength === 0)
    return "incomplete in this input";
  return HASHES[binderLength] ? "does not verify with any of the keys" : "its hash is not supported";
}

interface Derivation {
  kind: string;
  label: string;
  secret: Buffer;
}

function derivationsOf(psk: OfferedPsk, hash: HashName, secret: Buffer): Derivation[] {
  const imported = Object.values(HASHES).map((own) => ({
    kind: `imported from a PSK with ${own}`,
    label: "imp binder",
    secret: imports(own, secret, psk.identity, hash),
  }));
  return [
    ...(psk.imported ? imported : []),
    { kind: "external", label: "ext binder", secret },
    { kind: "resumption", label: "res binder", secret },
  ];
}

/** The imported PSK (RFC 9258 section 5.1). */
function imports(own: HashName, secret: Buffer, identity: Uint8Array, target: HashName): Buffer {
  const extracted = extract(own, secret);
  return expandLabel(own, extracted, "derived psk", digest(own, identity), lengthOf(target));
}

function binderOf(hash: HashName, psk: Buffer, label: string, transcript: Buffer): Buffer {
  const binderKey = expandLabel(hash, extract(hash, psk), label, digest(hash, Buffer.alloc(0)), lengthOf(hash));
  const finishedKey = expandLabel(hash, binderKey, "finished", Buffer.alloc(0), lengthOf(hash));
  return hmac(hash, finishedKey, transcript);
}

/** The hash of the truncated ClientHello; a first ClientHello before it counts by its hash (section 4.5.1). */
function transcriptHash(hash: HashName, { bytes, before }: Hello, covered: number): Buffer {
  const truncated = bytes.subarray(0, covered);
  if (before.length === 0) return digest(hash, truncated);
  const first = 4 + Buffer.from(before).readUIntBE(1, 3);
  const messageHash = Buffer.concat([
    Buffer.from([254, 0, 0, lengthOf(hash)]),
    digest(hash, before.subarray(0, first)),
  ]);
  return digest(hash, Buffer.concat([messageHash, before.subarray(first), truncated]));
}

const nameOf = (hash: HashName): string => hash.replace("-", "").toLowerCase();
const lengthOf = (hash: HashName): number => (hash === "SHA-384" ? 48 : 32);
const digest = (hash: HashName, bytes: Uint8Array): Buffer => createHash(nameOf(hash)).update(bytes).digest();
const hmac = (hash: HashName, key: Uint8Array, bytes: Uint8Array): Buffer =>
  createHmac(nameOf(hash), key).update(bytes).digest();

/** HKDF-Extract with a salt of zeros (RFC 5869 section 2.2). */
const extract = (hash: HashName, material: Buffer): Buffer => hmac(hash, Buffer.alloc(lengthOf(hash)), material);

/** HKDF-Expand-Label (RFC 9846 section 7.1). `hkdfSync` of Node would extract first. */
function expandLabel(hash: HashName, secret: Buffer, label: string, context: Uint8Array, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const header = Buffer.from([length >> 8, length & 0xff, name.length]);
  const info = Buffer.concat([header, name, Buffer.from([context.length]), context]);
  const blocks: Buffer[] = [];
  for (let done = 0; done < length; done += lengthOf(hash)) {
    const last = blocks.at(-1) ?? Buffer.alloc(0);
    blocks.push(hmac(hash, secret, Buffer.concat([last, info, Buffer.from([blocks.length + 1])])));
  }
  return Buffer.concat(blocks).subarray(0, length);
}
