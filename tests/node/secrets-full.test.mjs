// Remains of private keys in the memory of the larger WebAssembly, after their use.

import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Config, Connection, init } from "tls-psk/full";
import { NAME, pem } from "./support/certificates.mjs";
import { memoryOf } from "./support/wasm-memory.mjs";

/** The memory of the WebAssembly. */
let memory;
before(async () => {
  await init();
  const glue = await import(new URL("./wasm/tls_psk.js", import.meta.resolve("tls-psk/full")));
  const instance = glue.initSync({ module: readFileSync(fileURLToPath(import.meta.resolve("tls-psk/full/wasm"))) });
  const exported = memoryOf(instance);
  memory = () => Buffer.from(exported.buffer);
});

/** The order of P-384, modulo which its scalars are kept in Montgomery's form. */
const ORDER = BigInt(`0x${"f".repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`);

const reversed = (number) => Buffer.from(number).reverse();

/** A scalar of P-384 times 2^384, its last byte first. */
function montgomery(number) {
  const product = ((BigInt(`0x${number.toString("hex")}`) << 384n) % ORDER).toString(16).padStart(96, "0");
  return reversed(Buffer.from(product, "hex"));
}

/** The private key of a file as it may stand in memory: its text, its DER, and its number in either order of bytes. */
function formsOf(name) {
  const text = pem(`${name}.key`);
  const key = createPrivateKey(text);
  const number = Buffer.from(key.export({ format: "jwk" }).d, "base64url");
  return {
    text: Buffer.from(text.split("\n")[1]),
    DER: key.export({ format: "der", type: "pkcs8" }),
    number,
    "the number, backwards": reversed(number),
    ...(name === "p384" && { "the number as it is computed with": montgomery(number) }),
  };
}

const found = (forms) =>
  Object.entries(forms)
    .filter(([, form]) => memory().includes(form))
    .map(([form]) => form);

for (const name of ["p256", "p384", "ed25519"]) {
  test(`nothing of a private key is left after free: ${name}`, () => {
    const forms = formsOf(name);
    const configs = ["client", "server"].map((role) => new Config(role));
    const [clientConfig, serverConfig] = configs;
    clientConfig.setServerName(NAME);
    clientConfig.setTrustAnchors(Buffer.from(pem("root")));
    serverConfig.addCredentials(Buffer.from(pem(`${name}.chain`)), Buffer.from(pem(`${name}.key`)));
    assert.ok(found(forms).length > 0, "what is looked for can be found");
    const [client, server] = configs.map((config) => new Connection(config));
    for (const connection of [client, server]) connection.setTime(1_780_000_000_000);
    client.start();
    server.receive(client.pollTransmit());
    client.receive(server.pollTransmit());
    server.receive(client.pollTransmit());
    assert.equal(server.state, "CONNECTED");
    for (const object of [...configs, client, server]) object.free();
    assert.deepEqual(found(forms), []);
  });
}
