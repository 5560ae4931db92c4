// The page as the client of a real server, through the relay that `npm start` runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { REVERSE, startSServer } from "../../interop/support/openssl.mjs";
import { HEX, PSK, WRONG_HEX } from "../../interop/support/peers.mjs";
import { freePort } from "../../node/support/ports.mjs";
import { ECHO, HANDSHAKE, onThePage } from "../support/demo.mjs";
import { keepFile, run, savedBy } from "../support/files.mjs";

onThePage("the console", (demo) => {
  const lines = (kind) => demo.texts(kind ? `#console-log [data-kind=${kind}] .line` : "#console-log .line");
  const state = (wanted) =>
    demo.page.waitForFunction((wanted) => document.getElementById("console").dataset.state === wanted, {}, wanted);
  const line = (text) =>
    demo.page.waitForFunction(
      (text) =>
        [...document.querySelectorAll("#console-log .line")].some(({ textContent }) => textContent.includes(text)),
      {},
      text,
    );

  async function connectTo(port, secret = HEX) {
    await demo.retype("#console-port", String(port));
    await demo.retype("#console-identity", PSK.identity);
    await demo.retype("#console-secret", secret);
    await demo.click("#console-form button");
  }

  async function say(text) {
    await demo.page.type("#console-text", text);
    await demo.page.keyboard.press("Enter");
  }

  test("talks to OpenSSL in both directions, and says what was negotiated", async (t) => {
    const server = await startSServer(t);
    await connectTo(server.port);
    await state("connected");
    const said = (await lines()).join("\n");
    assert.match(said, /sent: client_hello, \d+ bytes/);
    assert.match(said, /received: server_hello, \d+ bytes/);
    assert.match(said, /Connected with TLS_(CHACHA20_POLY1305|AES_128_GCM)_SHA256/);
    assert.match(said, /Key exchange: psk_dhe_ke, x25519/);
    assert.match(said, /PSK: client1, external/);
    await say("is the gate shut?");
    await server.printed(/^is the gate shut\?$/m);
    server.write("it is\n");
    await line("received: “it is”");
    await demo.click("#console-close");
    await state("idle");
    assert.match((await lines()).join("\n"), /sent: alert close_notify/);
    assert.deepEqual(await lines("error"), []);
    // and no secret was written anywhere but where it was typed
    assert.ok(!(await lines()).join("\n").includes(HEX));
  });

  test("shows its connection in the panels of the scene, and exports it", async (t) => {
    const server = await startSServer(t, [REVERSE]);
    await connectTo(server.port);
    await state("connected");
    await say("abc");
    await line("received: “cba”");
    await demo.click("#console-show");
    const names = await demo.messages();
    assert.deepEqual(names.slice(0, 3), [
      "client: client_hello",
      "server: server_hello",
      "server: encrypted_extensions",
    ]);
    assert.deepEqual(
      names.filter((name) => name.endsWith("application_data")),
      ["client: application_data", "server: application_data"],
    );
    assert.deepEqual(await demo.texts(".from-console:not([hidden]) button"), Array(3).fill("Back to the scene"));

    const told = async (name) => {
      await demo.click(`.flights [data-name=${name}] .entry`);
      return demo.texts("#message-bytes .layer");
    };
    assert.deepEqual(await told("server_hello"), ["Message", "On the wire"]);
    assert.deepEqual(await told("encrypted_extensions"), ["Message", "Opened", "On the wire"]);
    assert.match((await demo.texts("#fields .name")).join(), /EncryptedExtensions/);
    assert.equal((await demo.texts("#record-steps-list strong"))[0], "write_iv");

    // what this side derived of them
    await demo.click(".derived-value[data-name='Main Secret']");
    assert.equal(await demo.text("#value h3"), "Main Secret");
    assert.equal((await demo.texts(".derived-value[data-name^=PSK] .name"))[0], `PSK ${PSK.identity}`);

    const capture = keepFile(t, (await savedBy(demo, "#export-pcapng")).bytes, ".pcapng");
    const followed = await run(t, "tshark", ["-r", capture, "-q", "-z", "follow,tls,raw,0"]);
    for (const text of ["abc\n", "cba\n"]) assert.ok(followed.includes(Buffer.from(text).toString("hex")), followed);

    // more of it appears, and an action on the scene shows the scene again
    await say("def");
    await line("received: “fed”");
    assert.equal((await demo.messages()).filter((name) => name.endsWith("application_data")).length, 4);
    await demo.click(".from-console button");
    assert.deepEqual(await demo.messages(), [...HANDSHAKE, ...ECHO]);
    assert.deepEqual(await demo.texts(".from-console:not([hidden])"), []);
    await demo.click("#console-close");
    await state("idle");
  });

  test("says when the server hangs up, and can connect again", async (t) => {
    for (let round = 0; round < 2; round++) {
      const server = await startSServer(t, [REVERSE]);
      await connectTo(server.port);
      await state("connected");
      await say("abc");
      await line("received: “cba”");
      await say("CLOSE");
      await line("The connection has ended.");
      await state("idle");
      await demo.evaluate(() => document.getElementById("console-log").replaceChildren());
    }
  });

  test("tells a refused secret, a closed port and a number that is no port apart", async (t) => {
    const server = await startSServer(t);
    await connectTo(server.port, WRONG_HEX);
    await state("idle");
    assert.match((await lines("error")).at(-1), /ERR_TLS_ALERT_RECEIVED.*received/);
    assert.match((await lines("note")).join("\n"), /a binder does not verify/);
    // the ClientHello of the real connection, in the checker: with the key that was used its binder is right
    await demo.click("#console-check");
    assert.equal(await demo.page.$eval("#checker", ({ dataset }) => dataset.verdict), "verified");
    await demo.retype("#checker-key", HEX);
    assert.equal(await demo.page.$eval("#checker", ({ dataset }) => dataset.verdict), "failed");

    const port = await freePort();
    await connectTo(port);
    await line("cannot be reached");
    await state("idle");
    assert.match(
      (await lines("error")).at(-1),
      new RegExp(`127\\.0\\.0\\.1:${port} cannot be reached \\(ECONNREFUSED\\)`),
    );

    await connectTo(70_000);
    assert.match((await lines("error")).at(-1), /A port is a number/);
    await connectTo(port, "12 3");
    assert.match((await lines("error")).at(-1), /pairs of hexadecimal digits/);
    await connectTo(port, "00".repeat(16));
    await line("ERR_TLS_PSK");
  });

  test("shows the command for a server that waits for just this", async () => {
    await demo.retype("#console-port", "4444");
    await demo.retype("#console-identity", "the gate's");
    const command = await demo.text("#console-command");
    assert.match(command, /-accept 127\.0\.0\.1:4444 -psk_identity 'the gate'\\''s' -psk [0-9a-f]+$/);
  });
});
