import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { start } from "./support/process.mjs";

const DIRECTORY = fileURLToPath(new URL("../../examples/", import.meta.url));

/** What each example prints. */
const EXPECTED = {
  "handshake.mjs": `\
server  is offered thermometer/2026: unknown
server  is offered thermometer/2025: chosen
client  is connected: TLS_CHACHA20_POLY1305_SHA256, psk_dhe_ke, x25519, thermometer/2025
server  is connected: TLS_CHACHA20_POLY1305_SHA256, psk_dhe_ke, x25519, thermometer/2025
server  hears "22.5 degrees"
client  hears "thank you"
both    have closed cleanly
`,
};

for (const name of readdirSync(DIRECTORY).filter((name) => name.endsWith(".mjs"))) {
  test(`examples/${name} runs to its end`, async (t) => {
    const example = start(t, process.execPath, [DIRECTORY + name]);
    assert.equal(await example.finish(), 0, example.stderr);
    assert.equal(example.stdout, EXPECTED[name]);
    assert.equal(example.stderr, "");
  });
}
