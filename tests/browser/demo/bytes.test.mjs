// The bytes of a message and its fields, each linked to the other.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { HANDSHAKE, onThePage } from "../support/demo.mjs";

onThePage("the bytes", (demo) => {
  const press = async (...keys) => {
    for (const key of keys) await demo.page.keyboard.press(key);
  };
  const selectedBytes = () =>
    demo.page.$$eval("#hex .byte.selected", (cells) => cells.map(({ dataset }) => Number(dataset.at)));

  test("of a binder are those that its half shows", async () => {
    await demo.choosePreset("several");
    const binder = '.psk[data-index="1"] .lower .part';
    const shown = (await demo.text(`${binder} code`)).replaceAll(" ", "");
    await demo.page.click(binder);
    assert.match(
      await demo.text("#trail"),
      /pre_shared_key › .*PskBinderEntry\[1\]: bytes 0x[0-9a-f]+ to 0x[0-9a-f]+$/,
    );
    assert.equal(await demo.hexOf("#hex .byte.selected"), `20${shown}`);
  });

  test("of each field lie within those of the field around it, and a message is covered whole", async () => {
    const lengths = (await demo.texts(".flights .entry .size")).map((size) => Number.parseInt(size, 10));
    for (let at = 0; at < HANDSHAKE.length; at++) {
      await demo.page.$$eval(".flights .entry", (entries, at) => entries[at].click(), at);
      assert.equal((await demo.page.$$("#hex .byte")).length, lengths[at]);
      assert.equal(
        await demo.text("#fields > [role=treeitem] > .label .span"),
        `0x00–0x${(lengths[at] - 1).toString(16).padStart(2, "0")}`,
      );
    }
  });

  test("and fields are linked by pointer, and by click", async () => {
    const first = await demo.page.$("#hex .byte");
    await first.hover();
    assert.equal(await demo.text("#fields .pointed .name"), "msg_type");
    assert.equal(await demo.hexOf("#hex .byte.pointed"), "01");
    await demo.page.hover("#message-name");
    assert.equal(await demo.page.$("#hex .byte.pointed"), null);
    await first.click();
    assert.equal(await demo.text("#fields .selected .name"), "msg_type");
    assert.equal(await demo.text("#trail"), "Handshake › msg_type: byte 0x00");
  });

  test("and fields can be walked through with the keyboard", async () => {
    await demo.page.focus("#fields [role=treeitem]");
    await press("ArrowDown", "ArrowDown", "ArrowDown");
    assert.equal(await demo.text("#trail"), "Handshake › ClientHello › length: bytes 0x01 to 0x03");
    assert.deepEqual(await selectedBytes(), [1, 2, 3]);
    await press("ArrowLeft", "ArrowLeft");
    assert.equal(await demo.page.$eval("#fields .selected", (item) => item.getAttribute("aria-expanded")), "false");
    await press("ArrowDown");
    assert.match(await demo.text("#trail"), /^Handshake › ClientHello: /);
    await press("ArrowRight", "End");
    assert.match(await demo.text("#trail"), /^Handshake › ClientHello › extensions › Extension pre_shared_key: /);

    await demo.page.focus("#hex .byte[tabindex='0']");
    await press("Home", "ArrowRight", "ArrowRight");
    assert.deepEqual(await selectedBytes(), [1, 2, 3]);
    await press("ArrowDown");
    // a row below, whose width depends on the pane's
    const width = await demo.page.$eval("#hex .row", (row) => row.querySelectorAll(".byte").length);
    assert.equal(await demo.evaluate(() => document.activeElement.dataset.at), String(2 + width));
    assert.match(await demo.text("#trail"), /› random: bytes 0x06 to 0x25$/);
  });

  test("that a binder covers are shaded, and they are those that the core has hashed for it", async () => {
    for (const preset of ["several", "imported"]) {
      await demo.choosePreset(preset);
      const shaded = Buffer.from(await demo.hexOf("#hex .covered"), "hex");
      const covered = await demo.page.$$eval("#hex .covered", (cells) =>
        cells.map(({ dataset }) => Number(dataset.at)),
      );
      assert.deepEqual(covered, [...covered.keys()]);
      await demo.click(".derived-value[data-name=binder]");
      await demo.page.$$eval("#value .link", (links) =>
        links.find(({ textContent }) => textContent === "Hash(Truncate(ClientHello))").click(),
      );
      const hashed = (await demo.text("#value .whole")).replaceAll(" ", "");
      assert.equal(createHash("sha256").update(shaded).digest("hex"), hashed);
    }
  });

  test("of a protected record can be opened: the message, its type, and what travels", async () => {
    await demo.page.click(".flights [data-name=encrypted_extensions] button");
    assert.deepEqual(await demo.texts("#message-bytes .layers label"), ["Message", "Opened", "On the wire"]);
    const message = await demo.hexOf("#hex .byte");
    const open = (layer) =>
      demo.page.$$eval(
        "#message-bytes .layers label",
        (labels, layer) => labels[layer].querySelector("input").click(),
        layer,
      );
    await open(1);
    assert.equal(await demo.hexOf("#hex .byte"), `${message}16`);
    await open(2);
    const wire = await demo.hexOf("#hex .byte");
    assert.match(wire, /^1703030017/);
    // the steps between the two
    await demo.page.$eval("#record-steps", (details) => {
      details.open = true;
    });
    const steps = await demo.texts("#record-steps li");
    assert.deepEqual(
      steps.map((step) => /^(write_iv|Nonce|Additional data|Plaintext|write_key|Ciphertext|Tag)/.exec(step)?.[1]),
      ["write_iv", "Nonce", "Additional data", "Plaintext", "write_key", "Ciphertext", "Tag"],
    );
    assert.match(steps[1], /sequence number, which is 0 /);
    const [aad, plaintext, , ciphertext, tag] = (await demo.texts("#record-steps code"))
      .slice(2)
      .map((it) => it.replaceAll(" ", ""));
    assert.equal(`${aad}${ciphertext}${tag}`, wire);
    assert.equal(plaintext, `${message}16`);
    assert.ok(!wire.includes(message));
  });

  test("of a message that is opened come into sight, also where they are beneath", async () => {
    const top = () => demo.evaluate(() => document.getElementById("bytes").getBoundingClientRect().top);
    await demo.page.click(".flights [data-name=encrypted_extensions] button");
    assert.equal(await demo.text("#message-name"), "encrypted_extensions");
    await demo.page.setViewport({ width: 360, height: 800 });
    await demo.page.click(".flights [data-name=server_hello] button");
    assert.equal(await demo.text("#message-name"), "server_hello");
    await demo.page.waitForFunction(() => {
      const { top } = document.getElementById("bytes").getBoundingClientRect();
      return top >= 0 && top < 400;
    });
    assert.ok((await top()) >= 0);
  });
});
