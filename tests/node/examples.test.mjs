import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { start } from "./support/process.mjs";

const DIRECTORY = fileURLToPath(new URL("../../examples/", import.meta.url));

/** What each example prints, or a check of it where the output differs from run to run. */
const EXPECTED = {
  "early-data.mjs": `\
server    takes early data of at most 1024 bytes
server    hears "switch on", maybe not for the first time
client    learns that its early data was accepted
client    hears "it is on"
server    refuses early data of at most 1024 bytes
server    waits in vain for the sender of the copy to prove its key: ERR_TLS_HANDSHAKE_FAILURE
`,
  "handshake.mjs": `\
server  is offered thermometer/2026: unknown
server  is offered thermometer/2025: chosen
client  is connected: TLS_CHACHA20_POLY1305_SHA256, psk_dhe_ke, x25519, thermometer/2025
server  is connected: TLS_CHACHA20_POLY1305_SHA256, psk_dhe_ke, x25519, thermometer/2025
server  hears "22.5 degrees"
client  hears "thank you"
both    have closed cleanly
`,
  "handover.mjs": inOrder(
    /^server {4}passes on a connection of 2\d\d bytes$/,
    /^client {4}hears "hello" to you, says the old process$/,
    /^client {4}hears "is anybody there" to you, says the new process$/,
    /^client {4}hears "goodbye" to you, says the new process$/,
  ),
  "importer.mjs": `\
node b    is called by a with a PSK "between a and b", which is imported
node b    hears "hello b"
node a    is called by b with a PSK "between a and b", which is imported
node a    hears "hello a"
node a    is called by itself: decrypt_error, no PSK was accepted
node a    is called by itself, without contexts: decrypt_error, \
this process has used the PSK's identity as a client: one PSK must not serve both roles (RFC 9257 section 4.1)
`,
  "inspect.mjs": inOrder(
    / {2}Handshake: client_hello$/,
    /opaque: "broker.example"$/,
    /PskIdentity$/,
    /opaque: "valve\/31"$/,
    /obfuscated_ticket_age: 0$/,
    /opaque: "valve\/31\/next"$/,
    /PskBinderEntry$/,
    /\(32 bytes\)$/,
    /PskBinderEntry$/,
    /\(48 bytes\)$/,
  ),
  "key-update-and-exporter.mjs": `\
both      export the same 32 bytes: true
client    exports others under another label: true
client    key_update sent
server    key_update received
server    hears "a picture"
server    key_update sent
client    key_update received
client    hears "thank you"
`,
  "resumption.mjs": `\
server    sees thermometer/7, by a PSK of the kind "external"
client    hears "how warm is it?"
server    hears "22.5 degrees"
server    sees thermometer/7, by a PSK of the kind "resumption"
client    hears "how warm is it?"
server    hears "22.5 degrees"
server    sees thermometer/7, by a PSK of the kind "external"
client    hears "how warm is it?"
server    hears "22.5 degrees"
`,
  "selection.mjs": `\
server    is asked for water.example with pump/1, pump/1/spare
server    is connected with pump/1
client    is connected with pump/1
server    is asked for water.example with pump/1, pump/1/spare
server    is connected with pump/1/spare
client    is connected with pump/1/spare
server    is asked for water.example with pump/1, stranger
server    fails: ERR_TLS_DECRYPT, decrypt_error sent
client    fails: ERR_TLS_ALERT_RECEIVED, decrypt_error received
server    is asked for water.example with slow
server    fails: ERR_TLS_TIMEOUT, internal_error sent
client    fails: ERR_TLS_ALERT_RECEIVED, internal_error received
`,
};

/** Checks that among the lines are some that match, one behind the other. */
function inOrder(...patterns) {
  return (output) => {
    const lines = output.split("\n");
    for (const pattern of patterns) {
      const at = lines.findIndex((line) => pattern.test(line));
      assert.notEqual(at, -1, `no ${pattern} where it should be in\n${output}`);
      lines.splice(0, at + 1);
    }
  };
}

for (const name of readdirSync(DIRECTORY).filter((name) => name.endsWith(".mjs"))) {
  test(`examples/${name} runs to its end`, async (t) => {
    const example = start(t, process.execPath, [DIRECTORY + name]);
    assert.equal(await example.finish(), 0, example.stderr);
    const expected = EXPECTED[name];
    if (typeof expected === "function") expected(example.stdout);
    else assert.equal(example.stdout, expected);
    assert.equal(example.stderr, "");
  });
}
