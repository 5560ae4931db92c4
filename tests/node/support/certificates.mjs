// The certificates of tests/vectors/certificates, whose `make.sh` says what is in them.

import { createPrivateKey, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ecdsaToDer } from "tls-psk/full";

const DIRECTORY = new URL("../../vectors/certificates/", import.meta.url);

/** Some moment in 2026, in milliseconds, at which they are valid. */
export const NOW = 1_780_000_000_000;

/** The name that most of the servers' certificates are for. */
export const NAME = "server.example";

/** The path of a file, such as "p256.chain". */
export const path = (name) => fileURLToPath(new URL(`${name}.pem`, DIRECTORY));

/** What is in it. */
export const pem = (name) => readFileSync(path(name), "utf8");

/** A chain and its key, as the options take them. */
export const credentials = (name) => ({ chain: pem(`${name}.chain`), key: pem(`${name}.key`) });

/** The certificates of a chain in DER. */
export function ders(name) {
  const bodies = pem(name).matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g);
  return Array.from(bodies, ([, body]) => Buffer.from(body, "base64"));
}

/** Credentials whose P-256 key is WebCrypto's, which does not give it away. `before` is awaited before it signs. */
export function withWebCryptoKey(name, before = async () => {}) {
  const der = createPrivateKey(pem(`${name}.key`)).export({ format: "der", type: "pkcs8" });
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const key = webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
  return {
    chain: pem(`${name}.chain`),
    key: {
      schemes: ["ecdsa_secp256r1_sha256"],
      async sign({ content, ...request }, context) {
        await before(request, context);
        return ecdsaToDer(await webcrypto.subtle.sign(algorithm, await key, content));
      },
    },
  };
}
