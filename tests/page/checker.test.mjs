// The binder checker without its page: what it finds by trying, and why it says that a binder fails.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { before, test } from "node:test";
import { helloOfOurs } from "../browser/support/hellos.mjs";
import { published as bytesPublished } from "../node/support/vectors.mjs";
import { bundled } from "./support/bundled.mjs";

const published = (name) => bytesPublished(name).toString("hex");

let page;

before(async () => {
  page = await bundled(
    "checker/search",
    "../../pkg/src/reading/hello",
    "checker/keys",
    "checker/attempt",
    "checker/example",
  );
});

/** The hello of a record, as the checker has it. */
function helloOf(record, before = Buffer.alloc(0)) {
  const bytes = new Uint8Array(record.subarray(5));
  return { bytes, read: page.readHello(bytes), before: new Uint8Array(before), name: "the first ClientHello" };
}

function expandLabel(secret, label, context, length = secret.length) {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([
    Buffer.of(0, length, name.length),
    name,
    Buffer.of(context.length),
    context,
    Buffer.of(1),
  ]);
  return createHmac(length === 48 ? "sha384" : "sha256", secret)
    .update(info)
    .digest()
    .subarray(0, length);
}

const sha256 = async (bytes) => Buffer.from(await crypto.subtle.digest("SHA-256", bytes));

/** The record with its last binder made again, of a key and over what is covered, by node:crypto alone. */
async function signed(record, key, covered, label = "ext binder") {
  const early = createHmac("sha256", Buffer.alloc(32)).update(key).digest();
  const binderKey = expandLabel(early, label, await sha256(Buffer.alloc(0)));
  const finished = expandLabel(binderKey, "finished", Buffer.alloc(0));
  const body = record.subarray(5);
  const hashed = await sha256(covered ?? body.subarray(0, body.length - 35));
  const changed = Buffer.from(record);
  createHmac("sha256", finished)
    .update(hashed)
    .digest()
    .copy(changed, changed.length - 32);
  return changed;
}

const SECRET = Buffer.from("00112233445566778899aabbccddeeff00ff", "hex");
const HEX = SECRET.toString("hex");

test("RFC 8448 section 4 verifies with its PSK, and all values are those that are published", () => {
  const record = Buffer.from(page.EXAMPLE_HELLO, "hex");
  assert.equal(page.EXAMPLE_HELLO, published("ClientHello record"));
  assert.equal(page.EXAMPLE_KEY, published("PSK"));
  const { checked } = page.check(helloOf(record), page.EXAMPLE_KEY);
  assert.equal(checked.length, 1);
  const { match } = checked[0];
  assert.deepEqual([match.attempt.kind, match.attempt.hash, match.slip], ["resumption", "SHA-256", undefined]);
  const values = page.computed(match.attempt);
  for (const [name, value] of [
    ["PSK", values.psk],
    ["early secret", values.earlySecret],
    ["res binder", values.binderKey],
    ["binder finished key", values.finishedKey],
    ["binder hash", values.transcriptHash],
    ["binder", values.binder],
  ]) {
    assert.equal(Buffer.from(value).toString("hex"), published(name), name);
  }
});

test("kind and hash are found by trying", async () => {
  for (const [options, kind, hash] of [
    [{}, "external", "SHA-256"],
    [{ hmac: "SHA-384" }, "external", "SHA-384"],
    [{ context: Buffer.from("pump, hall") }, "imported", "SHA-256"],
    [{ context: Buffer.from("pump, hall"), hmac: "SHA-384" }, "imported", "SHA-256"],
  ]) {
    const hello = helloOf(await helloOfOurs([{ identity: "pump", secret: SECRET, ...options }]));
    const { checked, shown } = page.check(hello, HEX);
    const { match } = checked[shown];
    assert.deepEqual([match?.attempt.kind, match?.attempt.hash, match?.slip], [kind, hash, undefined]);
    assert.equal(
      checked.every(({ match }) => match),
      true,
    );
  }
});

test("the key is taken as hexadecimal digits, base64 or text, whichever verifies", async () => {
  const hello = helloOf(await helloOfOurs([{ identity: "pump", secret: SECRET }]));
  for (const typed of [
    HEX,
    HEX.toUpperCase(),
    HEX.replace(/..(?=.)/g, "$&:"),
    `0x${HEX}`,
    ` ${HEX}\n`,
    SECRET.toString("base64"),
  ]) {
    assert.equal(page.check(hello, typed).checked[0].match?.slip, undefined, typed);
    assert.ok(page.check(hello, typed).checked[0].match, typed);
  }
  const words = helloOf(await helloOfOurs([{ identity: "pump", secret: Buffer.from("correct horse battery") }]));
  assert.equal(page.check(words, "correct horse battery").checked[0].match.reading.name, "text");
});

test("a key that is off by its encoding is found, and it is said how", async () => {
  const cases = [
    [Buffer.from(HEX), HEX, /text itself.*characters of the key instead of the bytes/],
    [Buffer.from(HEX.toUpperCase()), HEX, /text in capitals/],
    [Buffer.from(HEX), HEX.toUpperCase(), /text in lower case/],
    [Buffer.from(`${HEX}\n`), HEX, /followed by a newline/],
    [Buffer.concat([SECRET, Buffer.of(10)]), HEX, /followed by a newline/],
    [Buffer.from(HEX, "base64"), HEX, /read as base64/],
    [SECRET.subarray(1), HEX, /without leading zeros.*[Ll]eading zeros were lost/],
    [SECRET, HEX.slice(1), /odd number of digits: a leading zero was lost/],
    [SECRET, Buffer.from(HEX).toString("hex"), /decoded twice/],
    [SECRET.toReversed(), HEX, /byte order/],
    [SECRET.subarray(0, 16), HEX, /first 16 bytes/],
    [Buffer.from("correct horse battery\n"), "correct horse battery", /newline/],
    [Buffer.from("correct horse battery"), '"correct horse battery"', /quotes/i],
  ];
  const record = await helloOfOurs([{ identity: "pump", secret: SECRET }]);
  for (const [used, typed, sentence] of cases) {
    const { match } = page.check(helloOf(await signed(record, used)), typed).checked[0];
    assert.match(match?.slip ?? "nothing was found", sentence, typed);
  }
});

test("a binder over the wrong bytes is found, and it is said over which", async () => {
  const record = await helloOfOurs([{ identity: "pump", secret: SECRET }]);
  const body = record.subarray(5);
  const covered = body.subarray(0, body.length - 35);
  const other = await helloOfOurs([{ identity: "pump", secret: SECRET }]);
  const cases = [
    [body.subarray(0, body.length - 33), /length of the list of binders/],
    [covered.subarray(4), /leaves out the message's header/],
    [Buffer.concat([record.subarray(0, 5), covered]), /header of the record/],
    [Buffer.alloc(0), /transcript is empty/],
    [other.subarray(5, other.length - 35), /another ClientHello: the second connection/],
  ];
  for (const [over, sentence] of cases) {
    const hello = helloOf(await signed(record, SECRET, over));
    const others = [{ ...helloOf(other), name: "the second connection" }];
    assert.match(page.check(hello, HEX, others).checked[0].match?.slip ?? "nothing", sentence);
  }
  const labelled = helloOf(await signed(record, SECRET, undefined, "imp binder"));
  assert.match(page.check(labelled, HEX).checked[0].match.slip, /label of an imported PSK/);
});

test("a wrong key matches nothing, whatever is tried", async () => {
  const hello = helloOf(await helloOfOurs([{ identity: "pump", secret: SECRET }]));
  for (const wrong of ["00".repeat(32), "f".repeat(64), "correct horse", "00", "="]) {
    const { checked } = page.check(hello, wrong);
    assert.equal(checked[0].match, undefined, wrong);
    assert.ok(checked[0].guess);
  }
  assert.equal(page.check(hello, "").checked[0].guess, undefined);
});

test("a ClientHello that is cut is read as far as it goes, and never verifies by that", async () => {
  const record = await helloOfOurs([{ identity: "pump", secret: SECRET }]);
  const body = record.subarray(5);
  for (let length = 0; length < body.length; length++) {
    const hello = helloOf(Buffer.concat([record.subarray(0, 5), body.subarray(0, length)]));
    const { checked } = page.check(hello, HEX);
    const found = checked.filter(({ match }) => match);
    // the binder's own end may be missing; what is there has to be right
    if (found.length > 0) assert.ok(length >= body.length - 24, `cut at ${length}`);
  }
});
