import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { credentials, NAME, path, pem, withWebCryptoKey } from "../node/support/certificates.mjs";
import { startCli, startServer } from "../node/support/process.mjs";
import { assertFull, assertPsk, client, server } from "./support/certificates.mjs";
import { REVERSE, startSClient, startSServer } from "./support/openssl.mjs";
import { echo, PSK, psk, readExactly, rejection, write } from "./support/peers.mjs";

const KEYS = ["p256", "p384", "ed25519", "rsa"];

/** What an OpenSSL command is given to show a certificate, and to verify one. */
const shows = (name) => ["-cert", path(name), "-key", path(`${name}.key`), "-cert_chain", path(`${name}.chain`)];
const VERIFIES = ["-CAfile", path("root"), "-verify_return_error", "-verify_hostname", NAME, "-servername", NAME];

/** `s_server` with a certificate, and the usual PSK. */
const startCertified = (t, name, args = []) => startSServer(t, [REVERSE, ...shows(name), ...args]);

async function assertReversed({ readable, writable }) {
  await write(writable, "hello\n");
  assert.equal(String(await readExactly(readable, 6)), "olleh\n");
}

// Our client, OpenSSL's server.

for (const name of KEYS) {
  test(`the client verifies s_server's certificate: ${name}`, async (t) => {
    const peer = await startCertified(t, name);
    const socket = await client(t, peer.port);
    await assertReversed(socket);
    assertFull(await socket.opened, name);
    await socket.close();
  });
}

test("a self-signed certificate is refused with the command that makes a right one", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-self-signed-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = (name) => join(directory, name);
  const serve = () => startSServer(t, [REVERSE, "-cert", file("cert.pem"), "-key", file("key.pem")]);
  const make = (command) => execFileSync("sh", ["-e", "-c", command], { cwd: directory, stdio: "ignore" });
  const trusting = () => ({ ca: readFileSync(file("cert.pem"), "utf8"), now: Date.now });

  make(
    `openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=${NAME} -addext subjectAltName=DNS:${NAME}`,
  );
  const socket = await client(t, (await serve()).port, trusting());
  const { code, message } = await rejection(socket.opened);
  assert.equal(code, "ERR_TLS_CERTIFICATE");
  const [command] = /openssl req -x509 -newkey .*CA:FALSE/.exec(message);

  make(command.replaceAll("NAME", NAME));
  const mended = await client(t, (await serve()).port, trusting());
  await assertReversed(mended);
});

test("the client offers a PSK that s_server knows, and gets no certificate", async (t) => {
  const peer = await startCertified(t, "p256");
  const socket = await client(t, peer.port, { psks: [PSK] });
  await assertReversed(socket);
  assertPsk(await socket.opened, PSK);
});

test("the client offers a PSK that s_server does not know, and gets its certificate", async (t) => {
  const peer = await startCertified(t, "p256");
  const socket = await client(t, peer.port, { psks: [psk("stranger")] });
  await assertReversed(socket);
  assertFull(await socket.opened, "p256");
});

test("s_server sees a HelloRetryRequest through to its certificate", async (t) => {
  const peer = await startCertified(t, "p256", ["-groups", "P-256"]);
  const socket = await client(t, peer.port);
  await assertReversed(socket);
  assert.equal((await socket.opened).helloRetryRequest, true);
});

for (const [what, certificate] of [
  ["with a key of its own", () => credentials("client")],
  ["with a key of WebCrypto", () => withWebCryptoKey("client")],
]) {
  test(`the client shows s_server its certificate, ${what}`, async (t) => {
    const peer = await startCertified(t, "rsa", ["-Verify", "3", "-CAfile", path("root"), "-verify_return_error"]);
    const socket = await client(t, peer.port, { certificate: certificate() });
    await assertReversed(socket);
    assertFull(await socket.opened, "rsa");
    await peer.printed(/Peer certificate: CN ?= ?tls-psk test client/);
  });
}

test("s_server refuses a client without a certificate, and one of another authority", async (t) => {
  const arguments_ = ["-Verify", "3", "-CAfile", path("other-root"), "-verify_return_error"];
  for (const [certificate, alert] of [
    [undefined, "certificate_required"],
    [credentials("client"), "unknown_ca"],
  ]) {
    const peer = await startCertified(t, "p256", arguments_);
    const socket = await client(t, peer.port, certificate && { certificate });
    const error = await rejection(socket.closed);
    assert.deepEqual([error.code, error.alert], ["ERR_TLS_ALERT_RECEIVED", alert]);
  }
});

test("s_server is told why its certificate is refused", async (t) => {
  for (const [name, options, says] of [
    ["other-name", {}, /alert bad certificate/],
    ["expired", {}, /alert certificate expired/],
    ["p256", { ca: pem("other-root") }, /alert unknown ca/],
  ]) {
    const peer = await startCertified(t, name);
    const socket = await client(t, peer.port, options);
    assert.equal((await rejection(socket.opened)).code, "ERR_TLS_CERTIFICATE");
    await peer.printed(says);
  }
});

// OpenSSL's client, our server.

/** `s_client` against our server, as soon as they have met. */
async function acceptSClient(t, { ours, theirs }) {
  const { port, socket } = await server(t, ours);
  const peer = startSClient(t, port, [...VERIFIES, ...theirs]);
  return { peer, socket: await socket };
}

/** What keeps `s_client` from offering a PSK. */
const NO_PSK = [];

for (const name of KEYS) {
  test(`s_client verifies the server's certificate: ${name}`, async (t) => {
    const { port, socket } = await server(t, { certificates: [credentials(name)] });
    const peer = startSClient(t, port, VERIFIES, NO_PSK);
    echo(await socket).catch(() => {});
    await peer.printed(/Verify return code: 0 \(ok\)/);
    peer.write("hello\n");
    await peer.printed(/^hello$/m);
    assertFull(await (await socket).opened);
    assert.equal(await peer.finish(), 0, peer.stderr);
  });
}

for (const scheme of ["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"]) {
  test(`s_client verifies an RSA key's signature by the one scheme it takes for it: ${scheme}`, async (t) => {
    const { port, socket } = await server(t, { certificates: [credentials("rsa")] });
    // the certificates themselves are signed otherwise
    const peer = startSClient(t, port, [...VERIFIES, "-sigalgs", `${scheme}:RSA+SHA256:ECDSA+SHA256`], NO_PSK);
    echo(await socket).catch(() => {});
    await peer.printed(/Verify return code: 0 \(ok\)/);
    await peer.printed(new RegExp(`Peer signing digest: SHA${scheme.slice(-3)}`));
    assert.equal(await peer.finish(), 0, peer.stderr);
  });
}

test("s_client verifies what WebCrypto has signed", async (t) => {
  const { port, socket } = await server(t, { certificates: [withWebCryptoKey("p256")] });
  const peer = startSClient(t, port, VERIFIES, NO_PSK);
  echo(await socket).catch(() => {});
  await peer.printed(/Verify return code: 0 \(ok\)/);
  assert.equal(await peer.finish(), 0, peer.stderr);
});

test("s_client with a PSK gets no certificate from a server that knows it, and one from a server that does not", async (t) => {
  const known = await acceptSClient(t, { ours: { psks: [PSK] }, theirs: [] });
  assertPsk(await known.socket.opened, PSK);
  const unknown = await acceptSClient(t, { ours: { psks: [psk("stranger")] }, theirs: [] });
  assertFull(await unknown.socket.opened);
  await unknown.peer.printed(/Verify return code: 0 \(ok\)/);
  const declined = await acceptSClient(t, { ours: { selectPsk: () => null }, theirs: [] });
  assertFull(await declined.socket.opened);
});

test("s_client shows its certificate, and is refused without one", async (t) => {
  const ours = { requestCertificate: { ca: pem("root") } };
  const { port, socket } = await server(t, ours);
  startSClient(t, port, [...VERIFIES, ...shows("client")], NO_PSK);
  const info = await (await socket).opened;
  assertFull(info, "client");

  const strict = await server(t, ours);
  const peer = startSClient(t, strict.port, VERIFIES, NO_PSK);
  const error = await rejection((await strict.socket).opened);
  assert.deepEqual([error.code, error.alert], ["ERR_TLS_CERTIFICATE", "certificate_required"]);
  await peer.printed(/alert certificate required/);
});

test("s_client chooses among two certificates by the name it asks for", async (t) => {
  const certificates = [credentials("other-name"), credentials("rsa")];
  const { port, socket } = await server(t, { certificates });
  const peer = startSClient(t, port, VERIFIES, NO_PSK);
  assertFull(await (await socket).opened);
  await peer.printed(/Verify return code: 0 \(ok\)/);
});

// The command line.

test("tls-psk connect and serve talk with OpenSSL by certificates, without any PSK", async (t) => {
  const peer = await startCertified(t, "p256", ["-Verify", "3", "-CAfile", path("root"), "-verify_return_error"]);
  const shown = ["--cert", path("client.chain"), "--key", path("client.key")];
  const trust = ["--ca", path("root"), "--server-name", NAME, "--verify"];
  const ours = startCli(t, ["connect", `127.0.0.1:${peer.port}`, ...trust, ...shown]);
  ours.write("hello\n");
  await ours.printed(/^olleh$/m);
  assert.equal(await ours.finish(), 0, ours.stderr);

  const serving = ["--cert", path("p256.chain"), "--key", path("p256.key"), "--ca", path("root"), "--verify"];
  const serve = await startServer(t, serving);
  const theirs = startSClient(t, serve.address.split(":")[1], [...VERIFIES, ...shows("client")], NO_PSK);
  await theirs.printed(/Verify return code: 0 \(ok\)/);
  theirs.write("hello\n");
  await theirs.printed(/^hello$/m);
  assert.equal(await theirs.finish(), 0, theirs.stderr);
  await serve.printed(/server_certificate.*client_certificate/);
});
