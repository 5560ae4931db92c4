// Tampering on the wire: which check fails, and which alert is sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onThePage } from "../support/demo.mjs";

onThePage("somebody on the wire", (demo) => {
  const press = (within, name) =>
    demo.page.$$eval(
      `${within} button`,
      (buttons, name) => buttons.find(({ textContent }) => textContent.includes(name)).click(),
      name,
    );
  const outcome = () => demo.text("#meddle-outcome");
  const openMessage = (name) => demo.click(`.flights [data-name=${name}] button`);

  /** Stands on a byte of the open message, and flips its lowest bit. */
  async function flip(at) {
    await demo.click(`#hex .byte[data-at="${at}"]`);
    await demo.click("#meddle-byte .bit:last-child");
  }

  test("can flip a bit of the ClientHello: the binder does not verify", async () => {
    await flip(10);
    assert.equal(await demo.state(), "failed");
    assert.match(await outcome(), /binder.*ERR_TLS_DECRYPT/s);
    assert.match(await outcome(), /decrypt_error ↑ alert sent by the server/);
    assert.match(
      await demo.text("#meddlings li"),
      /^Byte 0x0a of client_hello \(flight 1, .*\): 0x[0-9a-f]{2} becomes 0x[0-9a-f]{2}\./,
    );
    assert.deepEqual(await demo.fates(), [[["lamp-7", "failed"]]]);
    assert.deepEqual(await demo.page.$$eval("#hex .changed", (cells) => cells.map(({ dataset }) => dataset.at)), [
      "10",
    ]);
    // the bit flips back
    await demo.click("#meddle-byte .bit:last-child");
    assert.equal(await demo.state(), "connected");
  });

  test("can flip a bit of a protected message: its record does not open", async () => {
    await openMessage("encrypted_extensions");
    await flip(2);
    assert.equal(await demo.state(), "failed");
    assert.match(await outcome(), /bad_record_mac ↓ alert sent by the client/);
  });

  test("can flip a bit of a record's header, and of its tag", async () => {
    await openMessage("encrypted_extensions");
    await demo.page.$$eval("#message-bytes .layers label", (labels) => labels.at(-1).querySelector("input").click());
    await flip(0);
    assert.match(await demo.text("#meddle-byte p"), /^Byte 0x00 of the record’s header/);
    assert.equal(await demo.state(), "failed");
    await demo.click("#meddle-undo");
    const length = (await demo.page.$$("#hex .byte")).length;
    await flip(length - 1);
    assert.match(await demo.text("#meddle-byte p"), /^A byte of the record’s authentication tag/);
    assert.match(await outcome(), /bad_record_mac ↓/);
  });

  test("can make the ClientHello one that cannot be read", async () => {
    await flip(39);
    assert.equal(await demo.state(), "failed");
    assert.match(await outcome(), /alert sent by the server/);
  });

  test("can exchange binders, and identities", async () => {
    await demo.choosePreset("several");
    await press("#meddle-offer", "Swap binders 0 and 1");
    assert.equal(await demo.state(), "failed");
    assert.match(await outcome(), /decrypt_error ↑/);
    await demo.click("#meddle-undo");
    assert.equal(await demo.state(), "connected");
    await press("#meddle-offer", "Swap identities 0 and 1");
    assert.equal(await demo.state(), "failed");
    // the offer is shown as it reached the server
    assert.deepEqual((await demo.fates())[0][0], ["gate-2", "failed"]);
    assert.match(await demo.text(".altered"), /changed on the way/);
  });

  test("can cut a record, or take one out", async () => {
    await openMessage("server_hello");
    await press("#meddle-record", "Cut its record in half");
    assert.equal(await demo.state(), "failed");
    assert.match(await outcome(), /ERR_TLS_HANDSHAKE_FAILURE/);
    await demo.click("#meddle-undo");
    await openMessage("encrypted_extensions");
    await press("#meddle-record", "Drop its record");
    assert.equal(await demo.state(), "failed");
    assert.match(await outcome(), /bad_record_mac ↓/);
  });

  test("cannot flip a bit of a secret, but the visitor can", async () => {
    await press("#meddle-secrets", "lamp-7, the client’s");
    assert.equal(await demo.state(), "failed");
    assert.match(await outcome(), /decrypt_error ↑/);
    await press("#meddle-secrets", "lamp-7, the server’s");
    // the same bit on both sides
    assert.equal(await demo.state(), "connected");
    assert.equal((await demo.texts("#meddlings li")).length, 2);
  });

  test("is gone when another preset is played", async () => {
    await flip(10);
    await demo.choosePreset("several");
    assert.equal(await demo.state(), "connected");
    assert.deepEqual(await demo.texts("#meddlings li"), []);
  });
});

onThePage("the attacks", (demo) => {
  const run = async (id) => {
    await demo.click(`#attack-${id} .actions button`);
    const lanes = await demo.page.$$eval(`#attack-${id} .lane`, (items) =>
      items.map((item) => ({
        stage: item.dataset.stage,
        facts: Object.fromEntries(
          [...item.querySelectorAll("dl > div")].map((row) => [
            row.children[0].textContent,
            row.children[1].textContent,
          ]),
        ),
      })),
    );
    return { lanes, verdict: await demo.text(`#attack-${id} .result .verdict`) };
  };
  const stages = ({ lanes }) => lanes.map(({ stage }) => stage);

  test("one captured ClientHello gives a weak PSK away, and no random one", async () => {
    const { lanes, verdict } = await run("guessing");
    assert.equal(lanes[0].facts["PSK found"], "“Sunshine2025Sunshine2025”");
    assert.equal(lanes[1].facts["PSK found"], "none");
    assert.match(lanes[1].facts.Guesses, /^480 of 480, /);
    assert.match(verdict, /without a packet to the server/);
  });

  test("a leaked PSK opens what was recorded under psk_ke, and nothing under psk_dhe_ke", async () => {
    const { lanes, verdict } = await run("leak");
    assert.equal(lanes[0].facts["Data of the client"], "“Is the gate shut?”");
    assert.equal(lanes[1].facts["Data of the client"], "not decrypted");
    assert.match(verdict, /forward secrecy/);
  });

  test("probing sees no difference", async () => {
    const { lanes, verdict } = await run("probing");
    const [known, unknown] = lanes.map(({ facts }) => facts);
    assert.match(known["The server answers"], /^15030300 ?0202 ?33/);
    assert.equal(known["The server answers"], unknown["The server answers"]);
    assert.deepEqual([known["Binders it computed"], unknown["Binders it computed"]], ["1", "1"]);
    assert.match(verdict, /the same, byte for byte/);
  });

  test("reflection works on a bare key, and neither against the guard nor the importer", async () => {
    for (let times = 0; times < 2; times++) {
      const result = await run("reflection");
      assert.deepEqual(stages(result), ["connected", "failed", "failed"]);
      assert.match(result.verdict, /^In 1 of 3 /);
    }
  });

  test("replayed early data is taken twice by one server, once by the other", async () => {
    const { lanes, verdict } = await run("replay");
    assert.deepEqual(Object.values(lanes[1].facts), [
      "the server accepted “Is the gate shut?”",
      "the server accepted no early data",
    ]);
    assert.match(verdict, /first server accepted it 2 times, the second 1\./);
  });

  test("a downgrade to psk_ke is noticed", async () => {
    const result = await run("downgrade");
    assert.deepEqual(stages(result), ["connected", "failed"]);
    assert.equal(result.lanes[0].facts["Negotiated mode"], "psk_dhe_ke");
    assert.match(result.lanes[1].facts["Alert sent"], /^decrypt_error, by the server/);
  });

  test("a binder of another transcript does not verify", async () => {
    const result = await run("transcript");
    assert.deepEqual(stages(result), ["connected", "failed"]);
    const [own, spliced] = result.lanes.map(({ facts }) => facts);
    assert.equal(own["Binder it received"], own["Binder the server computed"]);
    assert.notEqual(spliced["Binder it received"], spliced["Binder the server computed"]);
    assert.equal(spliced["Binder the server computed"], own["Binder the server computed"]);
  });
});
