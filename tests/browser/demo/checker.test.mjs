// The first screen: one paste or file and one key lead to a verdict, the intermediate values, and the reason of a
// failure.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { HEX, PSK } from "../../interop/support/peers.mjs";
import { onThePage } from "../support/demo.mjs";
import { keepFile, run, savedBy } from "../support/files.mjs";
import { FORMS, helloOfOpenssl, helloOfOurs, spaced } from "../support/hellos.mjs";

onThePage("the binder checker", (demo) => {
  const set = (selector, value) =>
    demo.page.$eval(
      selector,
      (input, value) => {
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      },
      value,
    );
  const paste = (text) => set("#checker-text", text);
  const type = (key) => set("#checker-key", key);
  const state = () => demo.page.$eval("#checker", ({ dataset }) => dataset.verdict);
  const verdict = () => demo.text("#checker-verdict");
  const reasons = async () => (await demo.texts("#checker-reasons li")).join(" ");
  const notes = async () => (await demo.texts("#checker-notes li")).join(" ");
  const value = async (name) => (await demo.text(`#checker-lines [data-value="${name}"] .value`)).replaceAll(" ", "");
  const layers = () => demo.texts("#checker-bytes .layer");
  const shown = () => demo.hexOf("#checker-hex .byte");
  async function drop(t, bytes, ending) {
    await paste("");
    const input = await demo.page.$("#checker-file");
    await input.uploadFile(keepFile(t, bytes, ending));
    await demo.page.waitForFunction(
      () =>
        document.getElementById("checker").dataset.state === "read" ||
        document.getElementById("checker-problem").textContent !== "",
    );
  }

  test("begins with RFC 8448 section 4, verified, and its five values", async () => {
    assert.equal(await state(), "verified");
    assert.match(await verdict(), /^The binder verifies: resumption PSK \(ticket\), SHA-256/);
    assert.match(await demo.text("#checker-source"), /RFC 8448, section 4/);
    assert.equal(await value("PSK"), "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3");
    assert.equal(await value("Early Secret"), "9b2188e9b2fc6d64d71dc329900e20bb41915000f678aa839cbb797cb7d8332c");
    assert.equal(await value("binder_key"), "69fe131a3bbad5d63c64eebcc30e395b9d8107726a13d074e389dbc8a4e47256");
    assert.equal(await value("finished_key"), "5588673e72cb59c87d220caffe94f2dea9a3b1609f7d50e90a48227db9ed7eaa");
    assert.equal(await value("binder"), "3add4fb2d8fdf822a0ca3cf7678ef5e88dae990141c5924d57bb6fa31b9e5f9d");
    assert.equal(await demo.text("#checker .difference"), "All 32 bytes are equal.");
    for (const [width, height] of [
      [1280, 800],
      [360, 740],
      [853, 480],
    ]) {
      await demo.page.setViewport({ width, height });
      const bottom = await demo.page.$eval(".verdict-box", (box) => box.getBoundingClientRect().bottom);
      assert.ok(bottom <= height, `the verdict ends at ${bottom} of ${height}`);
    }
  });

  test("needs no kind and no hash to be chosen", async (t) => {
    await type(HEX);
    for (const [hello, expected] of [
      [await helloOfOpenssl(t), /external PSK, SHA-256/],
      [await helloOfOurs([{ ...PSK, hmac: "SHA-384" }]), /external PSK, SHA-384/],
      [await helloOfOurs([{ ...PSK, context: Buffer.from("pump, hall") }]), /imported PSK, SHA-256/],
    ]) {
      await paste(spaced(hello));
      assert.equal(await state(), "verified");
      assert.match(await verdict(), expected);
    }
    assert.equal((await demo.texts(".binder-tab")).length, 2);
  });

  test("says in words what differs", async (t) => {
    await paste(spaced(await helloOfOpenssl(t)));
    await type(HEX.replace(/^../, "00"));
    assert.equal(await state(), "failed");
    assert.equal(await verdict(), "The binder does not verify with this key.");
    assert.match(await reasons(), /Tried: external and resumption, each with SHA-256.*the key is a different one/);
    assert.match(
      await demo.text("#checker .difference"),
      /^First difference: byte \d+, received 0x..?, computed 0x..?\.$/,
    );
    assert.ok((await demo.texts("#checker mark")).length > 0);
    // the secret is text to one side and digits to the other
    await paste(spaced(await helloOfOurs([{ ...PSK, secret: Buffer.from(HEX) }])));
    await type(HEX);
    assert.equal(await state(), "slipped");
    assert.match(await reasons(), /matches the key read as the text itself.*Decode it on that side/);
    await type("");
    assert.equal(await state(), "none");
    await paste(spaced(await helloOfOpenssl(t, [])));
    assert.match(await verdict(), /offers no PSK/);
  });

  test("shades exactly what the binder covers", async (t) => {
    const records = await helloOfOpenssl(t);
    await paste(spaced(records));
    await type(HEX);
    const covered = Buffer.from(await demo.hexOf("#checker-hex .byte.covered"), "hex");
    assert.equal(covered.toString("hex"), records.subarray(5, records.length - 35).toString("hex"));
    assert.ok(createHash("sha256").update(covered).digest("hex"));
    // the same bytes in the record around it
    await demo.page.$$eval("#checker-bytes .layer input", (radios) => radios[1].click());
    assert.equal(await demo.hexOf("#checker-hex .byte.covered"), covered.toString("hex"));
  });

  // what does not depend on the browser is read in one
  if (demo.name !== "Chromium") return;

  test("reads a paste however it is written, and text that is dropped", async (t) => {
    const records = await helloOfOpenssl(t);
    await type(HEX);
    for (const [form, write] of Object.entries(FORMS)) {
      await paste("");
      await paste(write(records));
      assert.equal(await demo.text("#checker-problem"), "", form);
      assert.equal(await state(), "verified", form);
    }
    await paste("");
    await demo.evaluate((text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/plain", text);
      for (const type of ["dragover", "drop"]) {
        const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer });
        document.getElementById("checker-text").dispatchEvent(event);
        // else the browser would leave the page for what was dropped
        if (!event.defaultPrevented) throw new Error(`${type} was left to the browser`);
      }
    }, spaced(records));
    assert.equal(await state(), "verified");
  });

  test("reads files: bytes, captures with a HelloRetryRequest and their key log, packed or not", async (t) => {
    const records = await helloOfOpenssl(t);
    await drop(t, records, ".bin");
    assert.equal(await shown(), records.subarray(5).toString("hex"));
    await demo.choosePreset("retry");
    const secret = await demo.page.$eval("#client-keys input.secret", ({ value }) => value);
    const { bytes } = await savedBy(demo, "#export-pcapng");
    await type(secret);
    for (const file of [bytes, gzipSync(bytes)]) {
      await drop(t, file, ".pcapng");
      assert.deepEqual(await layers(), [
        "client_hello 2",
        "client_hello 1",
        "hello_retry_request",
        "server_hello",
        "Client’s records",
        "Server’s records",
        "Client’s, opened",
        "Server’s, opened",
      ]);
      assert.equal(await state(), "verified");
      assert.match(await demo.text("#checker-legend"), /after the hash of the first ClientHello/);
    }
    const second = await shown();
    // the second ClientHello alone cannot be verified, and that is said
    await paste(second);
    assert.equal(await state(), "failed");
    // two connections get a picker
    const text = keepFile(t, FORMS["hexdump -C"](records).replace(/ {2}\|.*/g, ""));
    const [other, both] = [keepFile(t, Buffer.alloc(0)), keepFile(t, Buffer.alloc(0))];
    await run(t, "text2pcap", ["-q", "-T", "50001,4433", text, other]);
    await run(t, "mergecap", ["-a", "-w", both, keepFile(t, bytes), other]);
    await drop(t, readFileSync(both), ".pcapng");
    assert.equal(await state(), "verified");
    assert.equal((await demo.texts("#checker-flow option")).length, 2);
    await demo.page.select("#checker-flow", "1");
    assert.equal(await state(), "failed");
    await type(HEX);
    assert.equal(await state(), "verified");
  });

  test("shows what is whole of what is cut, and names no error of the code", async (t) => {
    const records = await helloOfOpenssl(t);
    await type(HEX);
    await paste(spaced(records.subarray(0, 100)));
    assert.match(await notes(), /client_hello is truncated: 95 of its \d+ bytes/);
    assert.match(await verdict(), /truncated before its PSKs/);
    assert.equal(await shown(), records.subarray(5, 100).toString("hex"));
    await paste(spaced(records.subarray(0, records.length - 4)));
    assert.match(await verdict(), /The first 28 of 32 bytes of the binder match/);
    const broken = Buffer.from(records.subarray(5));
    broken[4 + 2 + 32] = 33;
    await paste(spaced(broken));
    assert.match(await notes(), /client_hello cannot be read from byte 72 on/);
    for (const [text, expected] of [
      ["16 03 01 0g", /“g” is not a hexadecimal digit/],
      ["16 03\n01 0", /one digit is missing/],
      ["47 45 54 20 2f 20 48 54 54 50", /not TLS/],
      ["hello, world", /no bytes in this text/],
    ]) {
      await paste(text);
      const problem = await demo.text("#checker-problem");
      assert.match(problem, expected);
      assert.doesNotMatch(problem, /ERR_|Error\b|\bNot[A-Z]/);
    }
    await paste("");
    assert.equal(await demo.text("#checker-problem"), "");
  });

  test("is brought back by a link, which has no key in it", async () => {
    await demo.click("#checker-scene");
    assert.equal(await state(), "verified");
    const key = await demo.page.$eval("#checker-key", ({ value }) => value);
    await demo.page.waitForFunction(() => location.hash.includes("check="));
    const link = await demo.evaluate(() => location.hash);
    assert.ok(!link.includes(key) && !Buffer.from(link, "base64url").includes(key));
    const bytes = await shown();
    await demo.open(link);
    assert.equal(await shown(), bytes);
    assert.equal(await state(), "none");
    await type(key);
    assert.equal(await state(), "verified");
  });

  test("explains a binder in five steps, by keyboard", async () => {
    await demo.page.focus("#checker-walk");
    await demo.page.keyboard.press("Enter");
    assert.equal(await demo.text("#walk-place"), "Step 1 of 5");
    for (let step = 2; step <= 5; step++) {
      await demo.page.keyboard.press("ArrowRight");
      assert.equal(await demo.text("#walk-place"), `Step ${step} of 5`);
    }
    assert.match(await demo.text("#walk-values"), /3add4fb2.*3add4fb2/);
    await demo.page.keyboard.press("ArrowLeft");
    assert.equal(await demo.text("#walk-place"), "Step 4 of 5");
    await demo.page.keyboard.press("Escape");
    assert.equal(await demo.page.$eval("#walk", ({ open }) => open), false);
  });
});
