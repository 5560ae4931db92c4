import assert from "node:assert/strict";
import { test } from "node:test";
import { credentials, NAME, path, pem } from "../node/support/certificates.mjs";
import { start } from "../node/support/process.mjs";
import { assertFull, assertPsk, client, server } from "./support/certificates.mjs";
import { startGnutlsServer } from "./support/gnutls.mjs";
import { echo, PSK, readExactly, rejection, write } from "./support/peers.mjs";

const KEYS = ["p256", "p384", "ed25519", "rsa"];

// Our client, its server.

/** `gnutls-serv` with a certificate; `kx` adds PSKs to what it takes. */
const startCertified = (t, name, { kx = "", args = [] } = {}) =>
  startGnutlsServer(t, {
    kx: `+ECDHE-ECDSA:+ECDHE-RSA${kx}`,
    args: ["--x509certfile", path(`${name}.chain`), "--x509keyfile", path(`${name}.key`), ...args],
  });

async function assertEcho({ readable, writable }) {
  await write(writable, "hello\n");
  assert.equal(String(await readExactly(readable, 6)), "hello\n");
}

for (const name of KEYS) {
  test(`the client verifies the certificate of gnutls-serv: ${name}`, async (t) => {
    const peer = await startCertified(t, name, { args: ["--disable-client-cert"] });
    const socket = await client(t, peer.port);
    await assertEcho(socket);
    assertFull(await socket.opened, name);
    await socket.close();
  });
}

test("the client offers a PSK that gnutls-serv knows, and gets no certificate", async (t) => {
  const peer = await startCertified(t, "p256", { kx: ":+ECDHE-PSK", args: ["--disable-client-cert"] });
  const socket = await client(t, peer.port, { psks: [PSK] });
  await assertEcho(socket);
  assertPsk(await socket.opened, PSK);
});

test("the client shows gnutls-serv its certificate, and is refused without one", async (t) => {
  const args = ["--require-client-cert", "--verify-client-cert", "--x509cafile", path("root")];
  const peer = await startCertified(t, "rsa", { args });
  const socket = await client(t, peer.port, { certificate: credentials("client") });
  await assertEcho(socket);
  assertFull(await socket.opened, "rsa");
  await peer.printed(/Subject|subject/);
  await socket.close();

  const refused = await client(t, peer.port);
  const { code, alert } = await rejection(refused.closed);
  assert.deepEqual([code, alert], ["ERR_TLS_ALERT_RECEIVED", "certificate_required"]);
});

test("the client refuses a certificate of gnutls-serv, and says so", async (t) => {
  for (const [name, options, alert] of [
    ["other-name", {}, "bad_certificate"],
    ["expired", {}, "certificate_expired"],
    ["p256", { ca: pem("other-root") }, "unknown_ca"],
  ]) {
    const peer = await startCertified(t, name, { args: ["--disable-client-cert"] });
    const socket = await client(t, peer.port, options);
    const error = await rejection(socket.opened);
    assert.deepEqual([error.code, error.alert], ["ERR_TLS_CERTIFICATE", alert]);
    // It does not say which one.
    await peer.printed(/A TLS fatal alert has been received/);
  }
});

// Its client, our server.

for (const name of KEYS) {
  test(`gnutls-cli verifies the server's certificate: ${name}`, async (t) => {
    const { port, socket } = await server(t, { certificates: [credentials(name)] });
    const trust = ["--x509cafile", path("root"), "--sni-hostname", NAME, "--verify-hostname", NAME];
    const priority = "--priority=NORMAL:-VERS-ALL:+VERS-TLS1.3";
    const peer = start(t, "gnutls-cli", [...trust, priority, "--port", port, "127.0.0.1"]);
    echo(await socket).catch(() => {});
    await peer.printed(/The certificate is trusted/);
    await peer.printed(/Handshake was completed/);
    peer.write("hello\n");
    await peer.printed(/^hello$/m);
    assertFull(await (await socket).opened);
    assert.equal(await peer.finish(), 0, peer.stderr);
  });
}
