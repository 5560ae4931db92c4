// Bring your own: what others made is read however it is written, and its binders are verified, or it is said that not.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { HEX, PSK } from "../../interop/support/peers.mjs";
import { onThePage } from "../support/demo.mjs";
import { keepFile, run, savedBy } from "../support/files.mjs";
import { dump, FORMS, helloOfOpenssl, helloOfOurs, hex, spaced } from "../support/hellos.mjs";

onThePage("a visitor's own ClientHello", (demo) => {
  const paste = (text) =>
    demo.page.$eval(
      "#bring-text",
      (area, text) => {
        area.value = text;
        area.dispatchEvent(new Event("input", { bubbles: true }));
      },
      text,
    );
  const fill = (selector, value) =>
    demo.page.$eval(
      selector,
      (input, value) => {
        if (input.type === "checkbox") input.checked = value;
        else input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      },
      value,
    );
  async function drop(t, bytes, ending) {
    const input = await demo.page.$("#bring-file");
    await input.uploadFile(keepFile(t, bytes, ending));
    await demo.page.waitForFunction(
      () =>
        document.getElementById("bring-your-own").dataset.state === "read" ||
        document.querySelector("#bring-problem code"),
    );
  }
  const layers = () => demo.texts("#bring-bytes .layer");
  const shown = () => demo.hexOf("#bring-hex .byte");
  const problem = () => demo.text("#bring-problem");
  const verdict = () => demo.text("#bring-verdict");
  const fates = () => demo.page.$$eval(".brought", (rows) => rows.map(({ dataset }) => dataset.fate));

  test("of OpenSSL is read and verified, and not with another secret", async (t) => {
    const records = await helloOfOpenssl(t);
    await paste(spaced(records));
    assert.equal(await shown(), records.subarray(5).toString("hex"));
    assert.match(await verdict(), /^Nothing was verified: without the PSK/);
    await fill("#bring-secret", HEX);
    assert.match(await verdict(), /^1 of 1 binders verified/);
    assert.deepEqual(await fates(), ["verified"]);
    await fill("#bring-identity", PSK.identity);
    assert.match(await verdict(), /^1 of 1 binders verified/);
    await fill("#bring-identity", "another");
    assert.match(await verdict(), /^Nothing was verified: no identity here is this PSK’s/);
    assert.deepEqual(await fates(), ["untouched"]);
    await fill("#bring-identity", "");
    await fill("#bring-secret", HEX.replace(/^../, "00"));
    assert.match(await verdict(), /^No binder verified/);
    assert.deepEqual(await fates(), ["failed"]);
    // one bit of the message does it, too
    await fill("#bring-secret", HEX);
    const changed = Buffer.from(records);
    changed[20] ^= 1;
    await paste(spaced(changed));
    assert.deepEqual(await fates(), ["failed"]);
    await fill("#bring-secret", "0g");
    assert.match(await demo.text("#bring-secret-problem"), /pairs of hexadecimal digits/);
    assert.match(await verdict(), /^Nothing was verified/);
    await fill("#bring-secret", "00".repeat(16));
    assert.match(await demo.text("#bring-secret-problem"), /The core refuses it: .*zeros/);
  });

  test("with SHA-384 needs that hash, and one without PSKs has nothing to verify", async (t) => {
    const ours = await helloOfOurs([{ ...PSK, hmac: "SHA-384" }]);
    await paste(spaced(ours));
    await fill("#bring-secret", HEX);
    assert.deepEqual(await fates(), ["failed"]);
    await fill("#bring-hash", "SHA-384");
    assert.deepEqual(await fates(), ["verified"]);
    await paste(spaced(await helloOfOpenssl(t, [])));
    assert.match(await verdict(), /^Nothing was verified: this ClientHello offers no PSK/);
    assert.deepEqual(await fates(), []);
  });

  test("with an imported PSK needs the secret of the external one alone", async () => {
    await paste(spaced(await helloOfOurs([{ ...PSK, context: Buffer.from("pump, hall") }])));
    await fill("#bring-secret", HEX);
    assert.deepEqual(await fates(), ["failed", "failed"]);
    await fill("#bring-imported", true);
    assert.deepEqual(await fates(), ["verified", "verified"]);
    assert.match(await verdict(), /^2 of 2 binders verified/);
    assert.match((await demo.texts(".brought"))[0], /Identity, importedclient1Contextpump, hall/);
    await fill("#bring-identity", PSK.identity);
    assert.deepEqual(await fates(), ["verified", "verified"]);
    const names = await demo.texts("#bring-fields .name");
    for (const name of ["ImportedIdentity", "external_identity", "context", "target_protocol", "target_kdf"]) {
      assert.equal(names.filter((other) => other === name).length, 2, name);
    }
  });

  test("is shaded exactly as far as its binders cover it", async (t) => {
    const records = await helloOfOpenssl(t);
    await paste(spaced(records));
    await fill("#bring-secret", HEX);
    const covered = Buffer.from(await demo.hexOf("#bring-hex .byte.covered"), "hex");
    const digest = createHash("sha256").update(covered).digest("hex");
    const told = (await demo.texts(".brought dd"))[2].replaceAll(" ", "");
    assert.equal(digest, told);
    assert.match(await demo.text("#bring-legend"), new RegExp(`bytes 0 to ${covered.length - 1}\\.`));
    assert.equal(await demo.page.$$eval("#bring-hex .byte.covered-last", ({ length }) => length), 1);
    // the same bytes in the record around it
    await demo.page.$$eval("#bring-bytes .layer input", (radios) => radios[1].click());
    assert.equal(await demo.hexOf("#bring-hex .byte.covered"), covered.toString("hex"));
    assert.match(await demo.text("#bring-legend"), new RegExp(`bytes 5 to ${covered.length + 4}\\.`));
  });

  test("has a caption for each of its fields", async () => {
    await paste(spaced(await helloOfOurs([{ ...PSK, context: Buffer.from("pump, hall") }])));
    const items = await demo.page.$$("#bring-fields [role=treeitem] > .label");
    assert.ok(items.length > 60);
    await demo.page.$$eval("#bring-fields [aria-expanded]", (all) => {
      for (const item of all) item.ariaExpanded = "true";
    });
    const captions = await demo.page.$$eval("#bring-fields [role=treeitem] > .label", (labels) =>
      labels.map((label) => {
        label.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
        return document.getElementById("bring-caption").textContent;
      }),
    );
    for (const [at, caption] of captions.entries()) assert.match(caption, /\((sections?|appendix|RFC) /, `field ${at}`);
    assert.ok(new Set(captions).size > 30);
  });

  test("is read however it is written", async (t) => {
    const records = await helloOfOpenssl(t);
    for (const [form, write] of Object.entries(FORMS)) {
      await paste(write(records));
      assert.equal(await problem(), "", form);
      assert.equal(await shown(), records.subarray(5).toString("hex"), form);
    }
    // without records, in a file of bytes and in one of text
    await paste(spaced(records.subarray(5)));
    assert.equal(await shown(), records.subarray(5).toString("hex"));
    await drop(t, records, ".bin");
    assert.equal(await shown(), records.subarray(5).toString("hex"));
    await drop(t, Buffer.from(FORMS.xxd(records)), ".txt");
    assert.equal(await shown(), records.subarray(5).toString("hex"));
  });

  test("can be dropped, as a file and as text", async (t) => {
    const records = await helloOfOpenssl(t);
    const dropped = (text, bytes) =>
      demo.evaluate(
        (text, bytes) => {
          const dataTransfer = new DataTransfer();
          if (text) dataTransfer.setData("text/plain", text);
          else dataTransfer.items.add(new File([Uint8Array.from(bytes)], "hello.bin"));
          const target = document.getElementById("bring-text");
          for (const type of ["dragover", "drop"]) {
            const event = new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer });
            target.dispatchEvent(event);
            // else the browser would leave the page for what was dropped
            if (!event.defaultPrevented) throw new Error(`${type} was left to the browser`);
          }
        },
        text,
        bytes,
      );
    await dropped(spaced(records));
    assert.equal(await shown(), records.subarray(5).toString("hex"));
    await paste("");
    await dropped(undefined, [...records]);
    await demo.page.waitForFunction(() => document.getElementById("bring-your-own").dataset.state === "read");
    assert.equal(await shown(), records.subarray(5).toString("hex"));
  });

  test("is found in a capture, with the HelloRetryRequest that its binders cover", async (t) => {
    await demo.choosePreset("retry");
    const secret = await demo.page.$eval("#client-keys input.secret", ({ value }) => value);
    const { bytes } = await savedBy(demo, "#export-pcapng");
    const pcapng = keepFile(t, bytes, ".pcapng");
    const pcap = keepFile(t, Buffer.alloc(0), ".pcap");
    await run(t, "editcap", ["--discard-all-secrets", "-F", "pcap", pcapng, pcap]);
    for (const capture of [bytes, readFileSync(pcap)]) {
      await drop(t, capture, ".cap");
      assert.deepEqual(await layers(), [
        "client_hello 1",
        "hello_retry_request",
        "client_hello 2",
        "server_hello",
        "Client’s records",
        "Server’s records",
        ...(capture === bytes ? ["Client’s, opened", "Server’s, opened"] : []),
      ]);
      await fill("#bring-secret", secret);
      assert.match(await verdict(), /binders? verified.* It covers both ClientHellos and the HelloRetryRequest/);
      await demo.page.$$eval("#bring-bytes .layer input", (radios) => radios[2].click());
      assert.match(await demo.text("#bring-legend"), /behind the hash of the first ClientHello/);
    }
    const second = await shown();
    // the key log in the one opens what is protected, down to what was said
    await drop(t, bytes, ".pcapng");
    for (const [at, message] of [
      [6, "Finished"],
      [7, "EncryptedExtensions"],
    ]) {
      await demo.page.$$eval("#bring-bytes .layer input", (radios, at) => radios[at].click(), at);
      const names = await demo.texts("#bring-fields .name");
      for (const name of [message, "zeros", "content", "type"]) {
        assert.equal(
          names.some((other) => other.startsWith(name)),
          name !== "zeros",
          name,
        );
      }
      assert.ok(Buffer.from(await shown(), "hex").includes("Is the gate shut?"));
    }
    // the second ClientHello alone cannot be verified
    await paste(second);
    assert.match(await verdict(), /No binder verified.*or the binders cover a HelloRetryRequest/);
  });

  test("that makes no sense is refused by name, and with its place", async (t) => {
    const records = await helloOfOpenssl(t);
    const body = records.subarray(5);
    const cases = [
      ["16 03 01 0g", /^NotHexadecimal at line 1, column 11/],
      ["16 03\n01 0", /^OddDigits at line 2, column 5/],
      ["Zm9v!YmFy", /^NotBase64 at line 1, column 5/],
      ["Zm9vY", /^NotBase64 .*5 letters/],
      ["00000000: 1603 0102\n00000005: 0001", /^OffsetMismatch at line 2/],
      ["47 45 54 20", /^NotTls at byte 0/],
      [spaced(body.subarray(4)), /^NotTls at byte 0: .*header are missing/],
      ["", /^Empty/],
    ];
    for (const [text, expected] of cases) {
      await paste(text);
      assert.match(await problem(), expected);
      assert.equal(await demo.page.$eval("#bring-result", ({ hidden }) => hidden), true);
    }
    // what is TLS at first is shown as far as it goes, with the error of the core and the byte
    await paste(spaced(records.subarray(0, 100)));
    assert.match((await demo.texts("#bring-stops li")).join(), /ERR_TLS_DECODE in Records, from byte 3 of 100 on/);
    const broken = Buffer.from(body);
    broken[4 + 2 + 32] = 33;
    await paste(spaced(broken));
    assert.match(
      (await demo.texts("#bring-stops li")).join(),
      /ERR_TLS_DECODE in client_hello, from byte 72 of \d+ on: .*legacy_session_id/,
    );
    assert.match(await verdict(), /^Nothing was verified\. The ClientHello cannot be read to its end/);
    await drop(t, Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000aabbccdd", "hex"), ".pcap");
    assert.match(await problem(), /^CaptureCutShort at byte 24/);
    await drop(t, Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex"), ".pcap");
    assert.match(await problem(), /^NoFlow/);
  });

  test("in a capture of several connections, of no TCP, or with a hole is refused by name", async (t) => {
    const { bytes } = await savedBy(demo, "#export-pcapng");
    const capture = keepFile(t, bytes, ".pcapng");
    const made = async (program, args, ending = ".pcapng") => {
      const file = keepFile(t, Buffer.alloc(0), ending);
      await run(t, program, args(file));
      return readFileSync(file);
    };
    // another connection, over Ethernet
    const records = await helloOfOpenssl(t);
    const text = keepFile(
      t,
      dump(records, 16, (at, row) => `${hex(at, 6)} ${spaced(row)}`),
      ".txt",
    );
    const ethernet = await made("text2pcap", (file) => ["-q", "-T", "50001,443", text, file]);
    await drop(t, ethernet, ".pcapng");
    assert.deepEqual(await layers(), ["client_hello", "Client’s records"]);
    assert.equal(await shown(), records.subarray(5).toString("hex"));
    const other = keepFile(t, ethernet, ".pcapng");
    await drop(t, await made("mergecap", (file) => ["-w", file, capture, other]), ".pcapng");
    assert.match(await problem(), /^SeveralFlows: the capture has 2 flows of TLS; .*:50001 → /);
    // without the server's first flight
    await drop(t, await made("editcap", (file) => [capture, file, "5"]), ".pcapng");
    assert.match(await problem(), /^SegmentMissing at byte 0 of the flow: \d+ bytes/);
    await drop(t, await made("editcap", (file) => ["-T", "ieee-802-11", capture, file]), ".pcapng");
    assert.match(await problem(), /^UnknownLinkType: packets of link type 105/);
    const broken = Buffer.from(bytes);
    broken.writeUInt32LE(13, 4);
    await drop(t, broken, ".pcapng");
    assert.match(await problem(), /^NotACapture at byte 4: a block cannot be 13 bytes long/);
  });
});
