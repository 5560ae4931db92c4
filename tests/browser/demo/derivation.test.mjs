// The key schedule: its values, what they depend on, and the commands that compute them again.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { onThePage } from "../support/demo.mjs";

onThePage("the derivation", (demo) => {
  const names = () => demo.texts(".derived-value .name");
  const needed = () => demo.texts(".derived-value[data-needed=true] .name");
  const value = async () => (await demo.text("#value .whole")).replaceAll(" ", "");
  const choose = (name) => demo.click(`.derived-value[data-name="${name}"]`);
  const switchTo = (selector) => demo.page.$eval(selector, (radio) => radio.click());

  test("has the whole schedule, from the key to what was exported", async () => {
    await demo.choosePreset("ticket");
    assert.deepEqual(await names(), [
      "PSK lamp-7",
      "Early Secret",
      "binder_key",
      "finished_key",
      "binder",
      "derived",
      "x25519 shared secret",
      "Handshake Secret",
      "client_handshake_traffic_secret",
      "write_key",
      "write_iv",
      "finished_key",
      "verify_data",
      "server_handshake_traffic_secret",
      "write_key",
      "write_iv",
      "finished_key",
      "verify_data",
      "derived",
      "0",
      "Main Secret",
      "client_application_traffic_secret_0",
      "write_key",
      "write_iv",
      "server_application_traffic_secret_0",
      "write_key",
      "write_iv",
      "exporter_secret",
      'Derive-Secret(., "EXPERIMENTAL-tls-psk-demo", "")',
      "exported bytes",
      "resumption_secret",
      "PSK of a ticket",
    ]);
    await demo.choosePreset("early");
    assert.ok((await names()).includes("client_early_traffic_secret"));
    assert.ok((await names()).includes("early_exporter_secret"));
  });

  test("marks what a value depends on, and nothing else", async () => {
    assert.equal(await demo.text("#value h3"), "binder");
    assert.deepEqual(await needed(), ["PSK lamp-7", "Early Secret", "binder_key", "finished_key"]);
    await choose("Handshake Secret");
    assert.deepEqual(await needed(), ["PSK lamp-7", "Early Secret", "derived", "x25519 shared secret"]);
    await choose("exporter_secret");
    assert.ok((await needed()).includes("Main Secret"));
    assert.ok(!(await needed()).includes("binder"));
  });

  test("shows the binder that is on the wire, and what both sides have alike", async () => {
    assert.equal(await value(), (await demo.text(".psk .lower .part code")).replaceAll(" ", ""));
    await choose("exported bytes");
    assert.equal(await value(), (await demo.agreed())["Exported bytes"][0].replaceAll(" ", ""));
    const client = await demo.texts(".derived-value .start");
    await switchTo("#derived-server");
    assert.equal((await demo.texts(".agrees")).length, client.filter((text) => /as on the/.test(text)).length);
    await demo.choosePreset("wrong-secret");
    assert.deepEqual(await demo.texts(".derived-value:has(.differs) .name"), [
      "PSK lamp-7",
      "Early Secret",
      "binder_key",
      "finished_key",
      "binder",
    ]);
  });

  test("shows a ticket's PSK, its binder key and its nonce by their names", async () => {
    await demo.choosePreset("resumed");
    assert.ok((await names()).includes("PSK of the ticket"));
    await choose("binder_key");
    assert.match(await demo.text("#value .formula"), /"res binder", Hash\(""\), 32\)$/);
    await choose("PSK of a ticket");
    assert.match(await demo.text("#value .formula"), /"resumption", ticket_nonce, 32\)$/);
    await choose("exporter_secret");
    const linked = await demo.texts("#value .link");
    assert.ok(linked.includes("Hash(ClientHello…server Finished)"), linked.join());
    await choose("x25519 shared secret");
    assert.match(await demo.text("#value .command"), /openssl pkeyutl -derive/);
  });

  test("shows the key that the server takes where it has none", async () => {
    await demo.choosePreset("unknown");
    await switchTo("#derived-server");
    assert.ok((await names()).includes("stand-in key"));
  });

  if (demo.name === "Chromium") {
    test("can be copied from the key to a value, and gives the same in a shell", async () => {
      const context = demo.page.browserContext();
      await context.overridePermissions(demo.url, ["clipboard-read", "clipboard-sanitized-write"]);
      await choose("Main Secret");
      await demo.page.$$eval("#value .copy", (buttons) => buttons.at(-1).click());
      await demo.page.waitForFunction(
        () => document.querySelector("#value .copy:last-child").textContent === "CopiedCopied",
      );
      const script = await demo.evaluate(() => navigator.clipboard.readText());
      assert.match(script, /^# Early Secret\nopenssl kdf /);
      const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" });
      assert.equal(printed.trim().split("\n").at(-1), await value());
    });
  }

  test("has a command for every value, of both tools", async () => {
    const total = (await names()).length;
    const commands = new Map(await demo.evaluate(everyCommand));
    assert.ok(commands.size > total, `${commands.size} commands for ${total} values`);
    // every one is run in tests/page/derivation.test.mjs, and here some of each tool
    const some = [...commands].filter((_, place) => place % 12 === 0);
    const script = some.map(([command]) => `(${command}) | tr -d '\\n'; echo`).join("\n");
    const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" });
    assert.deepEqual(
      printed.trim().split("\n"),
      some.map(([, value]) => value),
    );
  });
});

/** In the page: every command that it has, with the value that it should print. */
function everyCommand() {
  const found = [];
  for (const tool of ["openssl", "node"]) {
    for (const button of document.querySelectorAll(".derived-value")) {
      button.click();
      const radio = document.querySelector(`#value input[value=${tool}]`);
      if (radio && !radio.checked) radio.click();
      const command = document.querySelector("#value .command");
      const value = document.querySelector("#value .whole").textContent.replaceAll(" ", "");
      if (command) found.push([command.textContent, value]);
    }
  }
  return found;
}
