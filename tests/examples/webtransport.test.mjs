import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { aioquicPython } from "../../tools/lib/python.mjs";
import { REVERSE, startSServer } from "../interop/support/openssl.mjs";
import { HEX, temporaryFile } from "../interop/support/peers.mjs";
import { freePort } from "../node/support/ports.mjs";
import { start } from "../node/support/process.mjs";
import { shows, type, usePages } from "./support/pages.mjs";

const RELAY = fileURLToPath(new URL("../../examples/pages/webtransport/relay.py", import.meta.url));

const { open } = usePages();

/** A certificate that is fresh enough for a page to take it by its hash. */
async function certify(t) {
  const [certificate, key] = [temporaryFile(t), temporaryFile(t)];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "10", "-subj", "/CN=relay"];
  const openssl = start(t, "openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", certificate]);
  assert.equal(await openssl.ended, 0, openssl.stderr);
  const { raw } = new X509Certificate(readFileSync(certificate));
  return { certificate, key, hash: createHash("sha256").update(raw).digest("hex") };
}

test("TLS runs in a stream of WebTransport, to OpenSSL behind a relay", async (t) => {
  const device = await startSServer(t, [REVERSE, "-psk_identity", "device"]);
  const { certificate, key, hash } = await certify(t);
  const port = await freePort("udp4");
  const relay = start(t, aioquicPython(), [RELAY, certificate, key, String(port), `127.0.0.1:${device.port}`]);
  await relay.printed(/^listening/m);

  const page = await open("webtransport/");
  for (const [id, value] of Object.entries({ address: `https://127.0.0.1:${port}/`, certificate: hash, key: HEX })) {
    await page.$eval(`#${id}`, (input, value) => (input.value = value), value);
  }
  await page.click("#connect button");
  await shows(page, "status", "Connected.");
  await type(page, "open the valve");
  await shows(page, "log", "evlav eht nepo");
  await page.close();
});
