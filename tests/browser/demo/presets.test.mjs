// The presets, and what the page shows of each.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ECHO, HANDSHAKE, onThePage } from "../support/demo.mjs";

const FAILED = ["client: client_hello", "server: decrypt_error"];

const CASES = {
  one: { state: "connected", fates: [[["lamp-7", "verified"]]], messages: [...HANDSHAKE, ...ECHO] },
  several: {
    state: "connected",
    fates: [
      [
        ["lamp-7", "unknown"],
        ["gate-2", "verified"],
        ["valve-31", "notPreferred"],
      ],
    ],
    messages: [...HANDSHAKE, ...ECHO],
  },
  retry: {
    state: "connected",
    fates: [
      [
        ["gate-2", "verified"],
        ["vault-384", "unknown"],
      ],
      [["gate-2", "verified"]],
    ],
    messages: ["client: client_hello", "server: hello_retry_request", ...HANDSHAKE, ...ECHO],
  },
  imported: {
    state: "connected",
    fates: [
      [
        ["pump-5", "verified"],
        ["pump-5", "notPreferred"],
      ],
    ],
    messages: [...HANDSHAKE, ...ECHO],
  },
  early: {
    state: "connected",
    fates: [[["lamp-7", "verified"]]],
    messages: [
      "client: client_hello",
      "client: early data",
      "server: server_hello",
      "server: encrypted_extensions",
      "server: finished",
      "client: end_of_early_data",
      "client: finished",
      ...ECHO,
    ],
  },
  ticket: {
    state: "connected",
    fates: [[["lamp-7", "verified"]]],
    messages: [...HANDSHAKE, "server: new_session_ticket", ...ECHO],
  },
  resumed: {
    state: "connected",
    fates: [
      [
        ["ticket", "verified"],
        ["lamp-7", "notPreferred"],
      ],
    ],
    messages: [...HANDSHAKE, "server: new_session_ticket", ...ECHO],
  },
  "wrong-secret": { state: "failed", fates: [[["lamp-7", "failed"]]], messages: FAILED },
  unknown: { state: "failed", fates: [[["mast-9", "unknown"]]], messages: FAILED },
  waiting: {
    state: "waiting",
    fates: [
      [
        ["mast-9", "waiting"],
        ["lamp-7", "waiting"],
        ["gate-2", "waiting"],
      ],
    ],
    messages: ["client: client_hello"],
  },
};

onThePage("the presets", (demo) => {
  test("end as they are meant to, one after the other on one page", async () => {
    assert.deepEqual(await demo.presets(), Object.keys(CASES));
    for (const [id, expected] of Object.entries(CASES)) {
      await demo.choosePreset(id);
      // a ticket is sealed: its bytes say nothing
      const fates = (await demo.fates()).map((offer) =>
        offer.map(([identity, fate]) => [identity.startsWith("0x") ? "ticket" : identity, fate]),
      );
      assert.deepEqual({ state: await demo.state(), fates, messages: await demo.messages() }, expected, id);
    }
  });

  test("a failure names its cause, who sent the alert, and the binder that would have been right", async () => {
    await demo.choosePreset("wrong-secret");
    const [ofServer, ofClient] = await demo.texts("#reasons p");
    assert.match(ofServer, /^Server: .*binder.*sent the alert decrypt_error.*ERR_TLS_DECRYPT$/);
    assert.match(ofClient, /^Client: .*ERR_TLS_ALERT_RECEIVED$/);
    assert.match(await demo.text("#between"), /decrypt_error.*sent by the server/);
    assert.equal(await demo.evaluate(() => document.getElementById("agreement").hidden), true);
    assert.equal(await demo.evaluate(() => document.getElementById("echo-controls").disabled), true);
    const sent = await demo.text(".psk .lower .part code");
    const computed = (await demo.text(".computed code")) ?? "";
    assert.match(computed, /^([0-9a-f]{8} ?){8}$/);
    assert.notEqual(computed, sent);
  });

  test("an imported identity is decoded: what it was, for what it is", async () => {
    await demo.choosePreset("imported");
    assert.deepEqual(await demo.texts(".psk .imported"), [
      "Contextpumps to control roomFor the protocolTLS 1.3For the KDFHKDF_SHA256",
      "Contextpumps to control roomFor the protocolTLS 1.3For the KDFHKDF_SHA384",
    ]);
    assert.deepEqual(await demo.texts(".psk .upper .part code"), ["pump-5", "pump-5"]);
  });

  test("early data arrives before the handshake is complete", async () => {
    await demo.choosePreset("early");
    assert.match((await demo.texts("#echo-log li"))[0], /^The server received as early data.*Is the gate shut\?/);
    assert.deepEqual((await demo.agreed())["Early data"], ["accepted", "accepted"]);
  });
});

onThePage("when it is opened", (demo) => {
  test("two endpoints have agreed, and report the same", async () => {
    assert.equal(await demo.state(), "connected");
    assert.deepEqual(await demo.texts("#client-state, #server-state"), ["CONNECTED", "CONNECTED"]);
    const agreement = await demo.agreed();
    assert.deepEqual(agreement["PSK identity"], ["lamp-7", "lamp-7"]);
    assert.deepEqual(agreement.Mode, ["psk_dhe_ke", "psk_dhe_ke"]);
    for (const [name, [client, ofServer]] of Object.entries(agreement)) assert.equal(client, ofServer, name);
  });

  test("what is protected is told from what is not, in words", async () => {
    assert.deepEqual(await demo.texts(".flights .cover"), ["in clear", "in clear", ...Array(5).fill("protected")]);
  });

  test("the halves are joined, and cut by what both sides exported", async () => {
    assert.equal(await demo.evaluate(() => document.getElementById("endpoints").dataset.joined), "true");
    const seams = await demo.page.$$eval("#endpoints > .half > .edge path", (paths) =>
      paths.map((path) => path.getAttribute("d")),
    );
    const points = seams.map((seam) => seam.split("L").slice(1, -1));
    assert.equal(points[0].length, 64);
    assert.deepEqual(points[0], points[1]);
  });

  test("the visitor can talk through the connection, and close it", async () => {
    assert.deepEqual(await demo.texts("#echo-log li"), [
      "The server receivedIs the gate shut?",
      "The client receivedIs the gate shut?",
    ]);
    await demo.retype("#echo-text", "naïve ≠ plain");
    await demo.page.keyboard.press("Enter");
    assert.deepEqual((await demo.texts("#echo-log li")).slice(2), [
      "The server receivednaïve ≠ plain",
      "The client receivednaïve ≠ plain",
    ]);
    await demo.click("#close");
    assert.equal(await demo.state(), "closed");
    assert.deepEqual((await demo.messages()).slice(-2), ["client: close_notify", "server: close_notify"]);
  });
});
