// The scene: its keys and settings, and the links that carry it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onThePage } from "../support/demo.mjs";

onThePage("the scene", (demo) => {
  test("plays to the same bytes each time, and to others with another seed", async () => {
    const first = await demo.hexOf("#hex .byte");
    await demo.open();
    assert.equal(await demo.hexOf("#hex .byte"), first);
    await demo.retype("#seed", "2");
    assert.equal(await demo.state(), "connected");
    assert.notEqual(await demo.hexOf("#hex .byte"), first);
  });

  test("is played again with each edit", async () => {
    await demo.typeOver("#server-0-identity", "lamp-8");
    assert.deepEqual([await demo.state(), await demo.fates()], ["failed", [[["lamp-7", "unknown"]]]]);
    await demo.retype("#client-0-identity", "lamp-8");
    assert.deepEqual([await demo.state(), await demo.fates()], ["connected", [[["lamp-8", "verified"]]]]);
    assert.equal(await demo.text("#about"), "Your own configuration.");
  });

  test("shows why the core refuses a key", async () => {
    await demo.retype("#client-0-secret", "0123");
    assert.equal(await demo.state(), "refused");
    assert.match(await demo.text("#reasons"), /^Client: .*ERR_TLS_PSK$/);
  });

  test("shows why a client without keys does not start", async () => {
    await demo.click("#client-keys [aria-label^=Remove]");
    assert.equal(await demo.state(), "refused");
    assert.match(await demo.text("#reasons"), /^Client: .*at least one PSK.*ERR_TLS_USAGE$/);
    assert.deepEqual(await demo.messages(), []);
  });

  test("shows an identity as the text that it is", async () => {
    const markup = "<img src=x onerror=alert(1)>";
    await demo.retype("#client-0-identity", markup);
    assert.deepEqual(await demo.fates(), [[[markup, "unknown"]]]);
    assert.equal(await demo.text(".psk .upper code"), markup);
    assert.equal(await demo.page.$("#stage img"), null);
  });

  test("says which secret it cannot read, and shows no result for it", async () => {
    await demo.page.type("#client-0-secret", "x");
    assert.equal(
      await demo.evaluate(() => document.getElementById("client-0-secret").getAttribute("aria-invalid")),
      "true",
    );
    assert.match(await demo.text("#client-0-problem"), /hexadecimal/);
    assert.equal(await demo.state(), "invalid");
    assert.equal(await demo.text("#headline"), "Not run");
    assert.match(
      await demo.text("#reasons"),
      /The secret of lamp-7 of the client: .*Everything below is from the last run/,
    );
    assert.equal(await demo.evaluate(() => document.getElementById("endpoints").dataset.joined), "false");
    await demo.page.keyboard.press("Backspace");
    assert.equal(await demo.state(), "connected");
    assert.equal(await demo.text("#headline"), "Handshake complete");
  });

  test("names the first value in which the two sides differ", async () => {
    const first = () => demo.text("#difference");
    await demo.choosePreset("wrong-secret");
    assert.equal(await first(), "First difference: the PSK “lamp-7”, byte 0 (client 0x8e, server 0x8f).");
    await demo.choosePreset("unknown");
    assert.equal(await first(), "First difference: the PSK “mast-9”, which the server does not have.");
    await demo.choosePreset("imported");
    assert.equal(await first(), "");
    await demo.retype("#server-0-context", "other");
    assert.match(await first(), /import context of the PSK “pump-5”, “pumps to control room” and “other”/);
    await demo.choosePreset("one");
    await demo.click('#hex .byte[data-at="10"]');
    await demo.click("#meddle-byte .bit:last-child");
    assert.match(await first(), /^First difference: client_hello, byte 10 \(client 0x.., server 0x..\)\.$/);
  });

  test("takes more keys, fewer, and another order", async () => {
    await demo.click("#client-add");
    const two = [
      ["lamp-7", "verified"],
      ["key-1", "unknown"],
    ];
    assert.deepEqual(await demo.fates(), [two]);
    await demo.click("#client-keys li:nth-child(2) [aria-label^=Prefer]");
    assert.deepEqual(await demo.fates(), [two.toReversed()]);
    await demo.click("#client-keys li:nth-child(2) [aria-label^=Remove]");
    assert.deepEqual([await demo.state(), await demo.fates()], ["failed", [[["key-1", "unknown"]]]]);
  });

  test("has modes and groups, suites and cookies, tickets and early data", async () => {
    await demo.select("#client-modes", "psk_ke");
    assert.equal(await demo.state(), "failed");
    await demo.select("#server-modes", "psk_dhe_ke, psk_ke");
    assert.equal(await demo.state(), "connected");
    const agreement = await demo.agreed();
    assert.deepEqual([agreement.Mode[0], agreement.Group[0]], ["psk_ke", "none"]);
    await demo.choosePreset("retry");
    const cookies = () => demo.texts("#fields .name");
    await demo.click(".flights [data-name=hello_retry_request] button");
    assert.ok(!(await cookies()).some((name) => name.includes("cookie")));
    await demo.select("#server-state-of-a-helloretryrequest", "sent to the client in a cookie");
    assert.equal(await demo.state(), "connected");
    assert.ok((await demo.texts("#fields")).join().includes("cookie"));
    await demo.choosePreset("one");
    await demo.select("#client-groups-a-key-share-for-the-first", "X25519MLKEM768, x25519, secp256r1");
    assert.equal(await demo.state(), "connected");
    assert.equal((await demo.agreed()).HelloRetryRequest[0], "yes");
    await demo.select("#client-early-data", "its first application data");
    assert.equal((await demo.agreed())["Early data"][0], "rejected");
    await demo.select("#server-tickets", "one, after the handshake");
    assert.ok((await demo.messages()).includes("server: new_session_ticket"));
  });

  test("imports a key, on both sides or it does not fit", async () => {
    const importKey = (side, context) =>
      demo.select(`#${side}-0-use`, "imported").then(() => demo.retype(`#${side}-0-context`, context));
    await importKey("client", "A to B");
    assert.equal(await demo.state(), "failed");
    await importKey("server", "A to B");
    assert.equal(await demo.state(), "connected");
    await importKey("server", "B to A");
    assert.equal(await demo.state(), "failed");
  });
});

onThePage("a link", (demo) => {
  const hash = () => demo.evaluate(() => location.hash);
  /** The address once the page has written all that was typed into it. */
  async function settled() {
    for (let last = await hash(); ; ) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      const next = await hash();
      if (next === last) return next;
      last = next;
    }
  }

  test("is a step to come back from where the visitor did something, and not where they typed", async () => {
    await demo.choosePreset("several");
    await demo.choosePreset("unknown");
    const before = await demo.evaluate(() => history.length);
    await demo.typeOver("#client-0-identity", "somebody-else");
    await settled();
    assert.equal(await demo.evaluate(() => history.length), before);
    await demo.page.goBack();
    await demo.page.waitForFunction(() => document.documentElement.dataset.preset === "several");
    assert.equal(await demo.state(), "connected");
  });

  test("brings the preset, what is open and what is chosen back", async () => {
    await demo.choosePreset("several");
    await demo.click(".flights [data-name=server_hello] button");
    await demo.click(".derived-value[data-name='Main Secret']");
    const link = await hash();
    await demo.open(link);
    assert.equal(await demo.evaluate(() => document.documentElement.dataset.preset), "several");
    assert.equal(await demo.text("#message-name"), "server_hello");
    assert.equal(await demo.text("#value h3"), "Main Secret");
    assert.equal(await hash(), link);
  });

  test("carries a scene of one's own, and none of its secrets", async () => {
    const secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    await demo.retype("#client-0-secret", secret);
    await demo.retype("#server-0-secret", secret);
    await demo.retype("#client-0-identity", "mine");
    await demo.retype("#server-0-identity", "mine");
    assert.deepEqual([await demo.state(), await demo.fates()], ["connected", [[["mine", "verified"]]]]);
    await demo.page.waitForFunction(() => location.hash.includes("scene="));
    const link = await settled();
    const carried = Buffer.from(new URLSearchParams(link.slice(1)).get("scene"), "base64url").toString();
    assert.match(carried, /"mine"/);
    assert.doesNotMatch(carried, /00112233|[0-9a-f]{16}/i);
    await demo.open(link);
    assert.deepEqual([await demo.state(), await demo.fates()], ["connected", [[["mine", "verified"]]]]);
    assert.match(await demo.text("#about"), /other secrets replace them/);
    assert.notEqual(await demo.evaluate(() => document.getElementById("client-0-secret").value), secret);
  });

  test("brings what was done on the wire, and the attack that was run", async () => {
    await demo.click("#meddle-secrets button");
    await demo.click("#attack-downgrade button");
    await demo.open(await hash());
    assert.equal(await demo.state(), "failed");
    assert.equal((await demo.texts("#meddlings li")).length, 1);
    assert.equal((await demo.texts("#attack-downgrade .lane")).length, 2);
  });

  test("that is nonsense opens the page as it is", async () => {
    for (const nonsense of [
      "#preset=none",
      "#scene=e30",
      "#scene=%%%",
      "#meddle=W10&open=x&value=q",
      "#meddle=W3t9XQ",
    ]) {
      await demo.open(nonsense);
      assert.equal(await demo.state(), "connected", nonsense);
    }
  });

  test("can be copied, and leads on while the page is open", async () => {
    assert.match(await demo.text("#share button"), /^Copy a link/);
    await demo.evaluate(() => {
      location.hash = "#preset=unknown&step=attacks";
    });
    await demo.page.waitForFunction(() => document.documentElement.dataset.preset === "unknown");
    assert.equal(await demo.state(), "failed");
  });
});
