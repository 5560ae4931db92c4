// tls-psk/full in Chromium, with a key that is WebCrypto's.

import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { test } from "node:test";
import { ders, NAME, pem } from "../node/support/certificates.mjs";
import { usePage } from "./support/page.mjs";

const page = usePage();

test("signing and verifying may take a second each, with WebCrypto, beside an unknown PSK", async () => {
  const pkcs8 = createPrivateKey(pem("p256.key")).export({ format: "der", type: "pkcs8" });
  const given = { chain: pem("p256.chain"), pkcs8: [...pkcs8], own: [...ders("p256.chain")[0]], name: NAME };
  const seen = await page.evaluate(async ({ chain, pkcs8, own, name }) => {
    const { connect, echo, full, psk } = window.play;
    const second = () => new Promise((resolve) => setTimeout(resolve, 1_000));
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const privateKey = await crypto.subtle.importKey("pkcs8", new Uint8Array(pkcs8), algorithm, false, ["sign"]);
    const key = {
      schemes: ["ecdsa_secp256r1_sha256"],
      async sign({ content }) {
        await second();
        return full.ecdsaToDer(await crypto.subtle.sign(algorithm, privateKey, content));
      },
    };
    let judged;
    async function verifyCertificate([first], { serverName }) {
      await second();
      judged = serverName;
      return String(first) === String(own);
    }
    const start = performance.now();
    const server = { certificates: [{ chain, key }], psks: [psk("somebody else's")] };
    const sockets = connect(server, { serverName: name, verifyCertificate }, full);
    const back = await echo(sockets, "hello");
    const { serverCertificate } = await sockets.client.opened;
    return { back, judged, serverCertificate, took: performance.now() - start };
  }, given);
  assert.equal(seen.back, "hello");
  assert.equal(seen.judged, NAME);
  assert.equal(seen.serverCertificate, true);
  assert.ok(seen.took >= 2_000, `${seen.took} ms`);
});

test("authorities are checked in a page, and each build has a WebAssembly of its own", async () => {
  const given = {
    chain: pem("p256.chain"),
    key: pem("p256.key"),
    ca: pem("root"),
    other: pem("other-root"),
    name: NAME,
  };
  const seen = await page.evaluate(async ({ chain, key, ca, other, name }) => {
    const { connect, echo, ends, full, psk } = window.play;
    const server = { certificates: [{ chain, key }] };
    const trusting = connect(server, { serverName: name, ca, psks: [] }, full);
    const distrustful = connect(server, { serverName: name, ca: other, psks: [] }, full);
    const [back, { client }] = [await echo(trusting, "hello"), await ends(distrustful)];
    const small = await ends(connect({ psks: [psk()] }, { serverName: name, ca }));
    return { back, client, small: small.client };
  }, given);
  assert.equal(seen.back, "hello");
  assert.deepEqual([seen.client.code, seen.client.alert], ["ERR_TLS_CERTIFICATE", "unknown_ca"]);
  assert.equal(seen.small.code, "ERR_TLS_CONFIG");
});
