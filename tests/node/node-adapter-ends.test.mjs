// tls-psk/node: how its sockets end after an error, or when one side closes.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { connect, TLSSocket } from "tls-psk/node";
import { BOTH, CLIENT, IDENTITY, KEY, listen, pair, SERVER } from "./support/duplexes.mjs";
import { freePort } from "./support/ports.mjs";
import { start } from "./support/process.mjs";
import { listeners } from "./support/usage.mjs";

test("a side that does not allow half-open connections ends with its peer", async (t) => {
  const { server, port } = await listen(t);
  const accepted = once(server, "secureConnection");
  const client = connect({ ...CLIENT, port, allowHalfOpen: true });
  const [theirs] = await accepted;
  theirs.resume();
  client.end();
  client.resume();
  await Promise.all([client, theirs].map((socket) => once(socket, "close")));
  assert.equal(theirs.writableFinished, true);
});

test("a client that knows no key is told so, and the server hears of it as tlsClientError", async (t) => {
  const { server, port } = await listen(t, {}, () => assert.fail("the handshake has failed"));
  const refused = once(server, "tlsClientError");
  const client = connect({ ...CLIENT, port, pskCallback: () => ({ identity: "nobody", psk: KEY }) });
  const [error] = await once(client, "error");
  assert.deepEqual(
    [error.code, error.alert, error.alertDirection],
    ["ERR_TLS_ALERT_RECEIVED", "decrypt_error", "received"],
  );
  const [theirs, socket] = await refused;
  assert.deepEqual([theirs.code, theirs.alertDirection], ["ERR_TLS_DECRYPT", "sent"]);
  assert.ok(socket instanceof TLSSocket);
});

test("a client that cannot connect has the error of the socket, and so has one that is cut off", async (t) => {
  const port = await freePort();
  assert.equal((await once(connect({ ...CLIENT, host: "127.0.0.1", port }), "error"))[0].code, "ECONNREFUSED");

  const cut = await listen(t);
  let raw;
  cut.server.prependListener("connection", (socket) => {
    raw = socket;
  });
  const client = connect({ ...CLIENT, host: "127.0.0.1", port: cut.port });
  const accepted = once(cut.server, "secureConnection");
  await once(client, "secureConnect");
  const [theirs] = await accepted;
  theirs.on("error", () => {});
  client.resume();
  raw.resetAndDestroy();
  assert.equal((await once(client, "error"))[0].code, "ECONNRESET");
});

/** The alert that a client hears who offers an identity, with any key. */
async function heard(port, options) {
  const [error] = await once(connect({ ...BOTH, port, ...options }), "error");
  return [error.code, error.alert];
}

for (const [what, server] of [
  ["pskCallback", {}],
  ["pskCallback and psks", { psks: [{ identity: "own", secret: KEY }] }],
]) {
  test(`with ${what} a server compares identities by their bytes, and has one answer to all that it does not know`, async (t) => {
    const asked = [];
    const pskCallback = (_socket, identity) => {
      asked.push(identity);
      return identity === IDENTITY ? KEY : null;
    };
    const { port } = await listen(t, { pskCallback, ...server });
    const strangers = [
      "nobody",
      "\ufeffdevice-7",
      "\ufeffown",
      Buffer.from("own\xff", "latin1"),
      Buffer.from([0xff, 0xfe]),
      "own\0",
    ];
    for (const identity of strangers) {
      const told = await heard(port, { psks: [{ identity, secret: KEY }] });
      assert.deepEqual(told, ["ERR_TLS_ALERT_RECEIVED", "decrypt_error"], String(identity));
    }
    const wrong = { psks: [{ identity: IDENTITY, secret: Buffer.alloc(32, 8) }] };
    assert.deepEqual(await heard(port, wrong), ["ERR_TLS_ALERT_RECEIVED", "decrypt_error"]);
    assert.deepEqual(asked, ["nobody", "\ufeffdevice-7", "\ufeffown", "own\0", IDENTITY]);
  });
}

test("with pskCallback, imported PSKs of the server's own are accepted, and others have the same answer", async (t) => {
  const context = Buffer.from("role");
  const { port } = await listen(t, { psks: [{ identity: "own", secret: KEY, context }] }, (socket) => socket.end());
  for (const options of [{}, { ciphers: "TLS_AES_256_GCM_SHA384" }]) {
    const client = connect({ ...BOTH, ...options, port, psks: [{ identity: "own", secret: KEY, context }] });
    await once(client, "secureConnect");
    assert.equal(client.negotiated.pskKind, "imported");
    client.resume();
    await once(client, "close");
  }
  for (const psk of [
    { identity: "own", secret: KEY, context: Buffer.from("roles") },
    { identity: "own", secret: KEY },
    { identity: "\ufeffown", secret: KEY, context },
    { identity: Buffer.from("000 own", "latin1"), secret: KEY, context },
  ]) {
    assert.deepEqual(await heard(port, { psks: [psk] }), ["ERR_TLS_ALERT_RECEIVED", "decrypt_error"]);
  }
});

test("the first connection of a process that fails has the error of its socket", async (t) => {
  // While the WebAssembly is still being loaded, in a process of its own therefore.
  const port = await freePort();
  const program = `import { connect } from "tls-psk/node";
    const pskCallback = () => ({ identity: "device-7", psk: Buffer.alloc(32, 7) });
    connect({ host: "127.0.0.1", port: ${port}, pskCallback }).on("error", ({ code }) => console.log(code));`;
  const child = start(t, process.execPath, ["--input-type=module", "--eval", program]);
  assert.equal(await child.ended, 0, child.stderr);
  assert.equal(child.stdout, "ECONNREFUSED\n");
});

test("a socket that nobody reads notices a proper end, as one of node:tls does", async (t) => {
  const { server, port } = await listen(t);
  const accepted = once(server, "secureConnection");
  const client = connect({ ...CLIENT, port });
  const [pushing] = await accepted;
  const closed = once(pushing, "close");
  pushing.write("news");
  client.resume().end();
  await closed;
  assert.equal(pushing.readableEnded, true);
});

test("an end without close_notify is an error, behind what had arrived", async (t) => {
  const { server, port } = await listen(t);
  let raw;
  server.prependListener("connection", (socket) => {
    raw = socket;
  });
  const accepted = once(server, "secureConnection");
  const client = connect({ ...CLIENT, port });
  const [theirs] = await accepted;
  theirs.on("error", () => {});
  const data = Buffer.alloc(200_000, "0123456789-");
  let received = 0;
  client.on("data", (chunk) => {
    received += chunk.length;
  });
  theirs.write(data, () => raw.end());
  assert.equal((await once(client, "error"))[0].code, "ERR_TLS_TRUNCATED");
  assert.equal(received, data.length);

  // A socket that is not read notices it, too.
  const deaf = connect({ ...CLIENT, port });
  const [other] = await once(server, "secureConnection");
  other.on("error", () => {});
  raw.end();
  assert.equal((await once(deaf, "error"))[0].code, "ERR_TLS_TRUNCATED");
});

test("destroying a socket leaves its peer without a proper end, and itself without an error", async (t) => {
  const { server, port } = await listen(t);
  const accepted = once(server, "secureConnection");
  const client = connect({ ...CLIENT, port });
  client.on("error", assert.fail);
  const [theirs] = await accepted;
  theirs.resume();
  client.destroy();
  await once(client, "close");
  assert.match((await once(theirs, "error"))[0].code, /^(ERR_TLS_TRUNCATED|ECONNRESET)$/);
});

test("a callback that throws, or that returns no key, is an error with a name", async (t) => {
  const thrown = new Error("no database");
  const { server, port } = await listen(t, {
    pskCallback() {
      throw thrown;
    },
  });
  const failed = once(server, "tlsClientError");
  const client = connect({ ...CLIENT, port });
  assert.equal((await once(client, "error"))[0].alert, "internal_error");
  const [error] = await failed;
  assert.deepEqual([error.code, error.cause], ["ERR_TLS_SELECTION", thrown]);

  for (const [pskCallback, code] of [
    [
      () => {
        throw thrown;
      },
      "ERR_TLS_SELECTION",
    ],
    [() => null, "ERR_TLS_USAGE"],
    [() => ({ identity: IDENTITY, psk: "a password" }), "ERR_TLS_PSK"],
    [() => ({ identity: IDENTITY, psk: Buffer.alloc(8, 1) }), "ERR_TLS_PSK"],
  ]) {
    const [error] = await once(connect({ ...BOTH, port, pskCallback }), "error");
    assert.equal(error.code, code);
  }
});

test("what node:tls knows and this package does not is refused, and never overlooked", async () => {
  for (const options of [
    { maxVersion: "TLSv1.2" },
    { secureContext: {} },
    { ciphers: "TLS_AES_128_CCM_SHA256" },
    { ecdhCurve: "P-521" },
    { cert: "a chain without its key" },
  ]) {
    const [error] = await once(new TLSSocket(pair()[0], { ...CLIENT, ...options }), "error");
    assert.equal(error.code, "ERR_TLS_CONFIG", JSON.stringify(options));
  }
  const both = { ...SERVER, selectPsk: () => null, isServer: true };
  assert.equal((await once(new TLSSocket(pair()[0], both), "error"))[0].code, "ERR_TLS_CONFIG");
  const hint = { ...SERVER, pskIdentityHint: 7, isServer: true };
  assert.equal((await once(new TLSSocket(pair()[0], hint), "error"))[0].code, "ERR_TLS_CONFIG");
});

test("a handshake that nobody answers runs into its deadline, and so does a callback that never does", async () => {
  for (const options of [{}, { pskCallback: () => new Promise(() => {}) }]) {
    const [one, other] = pair();
    const [error] = await once(new TLSSocket(one, { ...CLIENT, handshakeTimeout: 20, ...options }), "error");
    assert.deepEqual([error.code, error.phase], ["ERR_TLS_TIMEOUT", "handshake"]);
    other.resume();
    if (!one.destroyed) await once(one, "close");
  }
  const wrong = new TLSSocket(pair()[0], { ...CLIENT, handshakeTimeout: -1 });
  assert.equal((await once(wrong, "error"))[0].code, "ERR_TLS_CONFIG");
});

test("a signal ends a socket before, in and after the handshake", async (t) => {
  const { port } = await listen(t, {}, (socket) => socket.on("error", () => {}));
  const stages = [
    { pskCallback: () => new Promise(() => {}) },
    { port, reached: "connect" },
    { port, reached: "secureConnect" },
  ];
  for (const { reached, ...options } of stages) {
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    const { signal } = controller;
    const socket = options.port ? {} : { socket: pair()[0] };
    const client = connect({ ...CLIENT, signal, ...socket, ...options });
    if (reached) await once(client, reached);
    controller.abort(reason);
    const [error] = await once(client, "error");
    assert.deepEqual([error.code, error.cause], ["ERR_TLS_ABORTED", reason]);
    assert.equal(listeners(signal), 0);
  }
});
