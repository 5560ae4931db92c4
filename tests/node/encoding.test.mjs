import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { decodeBase64, decodeHex, encodeBase64, encodeHex } from "tls-psk/encoding";

test("bytes come back from hexadecimal and base64, whatever they are, and are what Node makes of them", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = new Uint8Array(randomBytes(length));
    assert.equal(encodeHex(bytes), Buffer.from(bytes).toString("hex"));
    assert.equal(encodeBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepEqual(decodeHex(encodeHex(bytes)), bytes);
    if (length > 0) assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes);
  }
});

test("other spellings are read: capitals, white space, base64url, no padding", () => {
  const bytes = Uint8Array.of(0xfb, 0xff, 0xfe, 0x00);
  for (const text of ["fbfffe00", "FBFFFE00", " fb ff\nfe 00\n"]) assert.deepEqual(decodeHex(text), bytes);
  for (const text of ["+//+AA==", "-__-AA==", "-__-AA", "+//+\nAA=="]) assert.deepEqual(decodeBase64(text), bytes);
});

test("views and buffers of any kind are taken", () => {
  const { buffer } = Uint8Array.of(1, 2, 3, 4);
  for (const bytes of [buffer, new DataView(buffer), new Uint16Array(buffer)]) {
    assert.equal(encodeHex(bytes), "01020304");
    assert.equal(encodeBase64(bytes), "AQIDBA==");
  }
  assert.equal(encodeHex(new Uint8Array(buffer, 1, 2)), "0203");
});

test("what spells no bytes is refused, and the error does not repeat it", () => {
  for (const text of ["abc", "0x00", "secret!", "zz"]) {
    assert.throws(
      () => decodeHex(text),
      (error) => error instanceof TypeError && !error.message.includes(text),
    );
  }
  for (const text of ["", "a", "secret!", "aaaaa"]) assert.throws(() => decodeBase64(text), TypeError);
  assert.throws(() => encodeHex("text"), TypeError);
});
