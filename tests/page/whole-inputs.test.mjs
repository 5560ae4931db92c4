// From one paste and one key to a verdict: what OpenSSL prints of a connection, and nothing chosen by hand.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startSClient, startSServer } from "../interop/support/openssl.mjs";
import { HEX, temporaryFile } from "../interop/support/peers.mjs";
import { start } from "../node/support/process.mjs";
import { bundled } from "./support/bundled.mjs";

let page;

before(async () => {
  page = await bundled(
    "checker/search",
    "../../pkg/src/reading/hello",
    "checker/words",
    "../../pkg/src/reading/read",
    "../../pkg/src/reading/tls",
  );
});

/** What the checker makes of a paste and a key. */
async function checked(paste, key) {
  const { conversations } = await page.read(paste);
  const hello = page.hellosIn(page.messagesOf(conversations[0])).at(-1);
  const { checked, shown } = page.check(hello, key);
  return { ...page.verdictOf(checked, checked[shown]), reasons: page.reasonsOf(checked[shown], hello) };
}

/** All that s_client prints of a connection. */
async function printed(t, port, args, key) {
  const client = startSClient(t, port, args, key);
  await client.printed(/SSL handshake has read/);
  // the ticket follows the handshake
  if (args.includes("-sess_out")) await client.printed(/Post-Handshake New Session Ticket|NewSessionTicket/);
  client.end();
  await client.ended;
  return client.stdout;
}

test("a ticket of OpenSSL verifies with the resumption PSK that sess_id prints", async (t) => {
  const session = temporaryFile(t);
  const server = await startSServer(t, ["-naccept", "2"]);
  const first = await printed(t, server.port, ["-msg", "-sess_out", session]);
  assert.equal((await checked(first, HEX)).verdict, "verified");
  const shown = start(t, "openssl", ["sess_id", "-in", session, "-noout", "-text"]);
  await shown.ended;
  const [, key] = /Resumption PSK: ([0-9A-F]+)/.exec(shown.stdout);
  for (const option of ["-msg", "-debug", "-trace"]) {
    const port = option === "-msg" ? server.port : (await startSServer(t)).port;
    const output = await printed(t, port, [option, "-sess_in", session]);
    const { verdict, text } = await checked(output, key);
    assert.equal(verdict, "verified", option);
    assert.match(text, /^The binder verifies: resumption PSK \(ticket\), SHA-(256|384)/);
    assert.equal((await checked(output, HEX)).verdict, "failed");
  }
});

test("a plain external PSK verifies, and a wrong one says what was tried", async (t) => {
  const { port } = await startSServer(t);
  const output = await printed(t, port, ["-msg"]);
  assert.match((await checked(output, HEX)).text, /external PSK, SHA-256, key read as hexadecimal digits/);
  const { verdict, reasons } = await checked(output, HEX.replace(/^../, "00"));
  assert.equal(verdict, "failed");
  assert.match(reasons.join(" "), /Tried: external and resumption, each with SHA-256/);
});
