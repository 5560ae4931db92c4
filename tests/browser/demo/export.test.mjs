// Wireshark reads the exported file, without anything else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { onThePage } from "../support/demo.mjs";
import { keepFile, run, savedBy } from "../support/files.mjs";

const CONVERSATION = Buffer.from("Is the gate shut?").toString("hex");

/** Application data of both directions, as tshark decrypts it. */
async function decrypted(t, file, args = []) {
  const output = await run(t, "tshark", ["-r", file, ...args, "-q", "-z", "follow,tls,raw,0"]);
  return output.split(/\s+/).filter((line) => /^([0-9a-f]{2}){5,}$/.test(line));
}

onThePage("a connection can be taken along", (demo) => {
  for (const preset of ["one", "retry"]) {
    test(`as a capture that tshark decrypts by itself: ${preset}`, async (t) => {
      await demo.choosePreset(preset);
      const { name, bytes } = await savedBy(demo, "#export-pcapng");
      assert.equal(name, "tls-psk.pcapng");
      const file = keepFile(t, bytes, ".pcapng");
      assert.deepEqual(await decrypted(t, file), [CONVERSATION, CONVERSATION]);

      const types = await run(t, "tshark", ["-r", file, "-T", "fields", "-e", "tls.handshake.type"]);
      const retried = preset === "retry" ? ["1", "2"] : [];
      assert.deepEqual(types.match(/\d+/g), [...retried, "1", "2", "8", "20", "20"]);

      const complaints = ["-Y", "_ws.expert.severity >= warning", "-T", "fields", "-e", "_ws.expert.message"];
      const checks = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
      assert.equal((await run(t, "tshark", ["-r", file, ...checks, ...complaints])).trim(), "");
    });
  }

  test("as a key log, which opens the same capture without the one in it", async (t) => {
    const { name, bytes } = await savedBy(demo, "#export-keylog");
    assert.equal(name, "tls-psk.keylog");
    const lines = bytes.toString().trimEnd().split("\n");
    for (const line of lines) assert.match(line, /^[A-Z_0-9]+ [0-9a-f]{64} [0-9a-f]{64}$/);
    const capture = keepFile(t, (await savedBy(demo, "#export-pcapng")).bytes, ".pcapng");
    const bare = keepFile(t, Buffer.alloc(0), ".pcapng");
    await run(t, "editcap", ["--discard-all-secrets", capture, bare]);
    assert.deepEqual(await decrypted(t, bare), []);
    const keyLog = keepFile(t, bytes, ".txt");
    assert.deepEqual(await decrypted(t, bare, ["-o", `tls.keylog_file:${keyLog}`]), [CONVERSATION, CONVERSATION]);
  });
});
