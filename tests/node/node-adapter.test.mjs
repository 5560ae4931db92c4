// tls-psk/node among Node's own modules: what is written for node:net and node:tls gets its sockets.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import net from "node:net";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { connect, createServer, TLSSocket } from "tls-psk/node";
import { WebSocket, WebSocketServer } from "ws";
import { readAll } from "./support/streams.mjs";
import { listeners } from "./support/usage.mjs";

const IDENTITY = "device-7";
const KEY = Buffer.alloc(32, 7);

/** The tests play both sides. */
const BOTH = { allowBothRoles: true };
const CLIENT = { ...BOTH, pskCallback: () => ({ identity: IDENTITY, psk: KEY }) };
const SERVER = { ...BOTH, pskCallback: (_socket, identity) => (identity === IDENTITY ? KEY : null) };

/** Two Duplexes, joined. */
function pair() {
  const ends = [0, 1].map(
    (_, index) =>
      new Duplex({
        read() {},
        write(chunk, _encoding, callback) {
          ends[1 - index].push(chunk);
          callback();
        },
        final(callback) {
          ends[1 - index].push(null);
          callback();
        },
      }),
  );
  return ends;
}

/** A server on a free port, until the test is over. */
async function listen(t, options, listener) {
  const server = createServer({ ...SERVER, ...options }, listener);
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: server.address().port };
}

const echo = (socket) => socket.pipe(socket);

/** Everything up to the end, and no end of the other direction. */
async function readHalf(socket) {
  const chunks = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("a client and a server meet over TCP, and know all that node:tls would tell", async (t) => {
  const { server, port } = await listen(t, { ALPNProtocols: ["mqtt"] }, echo);
  const accepted = once(server, "secureConnection");
  const client = connect({ ...CLIENT, host: "127.0.0.1", port, servername: "b.example", ALPNProtocols: ["x", "mqtt"] });
  assert.deepEqual([client.getProtocol(), client.alpnProtocol, client.authorized], [null, null, false]);
  assert.throws(() => client.exportKeyingMaterial(32, "EXPORTER-x"), { code: "ERR_TLS_USAGE" });
  await once(client, "secureConnect");
  const [theirs] = await accepted;
  for (const socket of [client, theirs]) {
    assert.equal(socket.encrypted, true);
    assert.equal(socket.authorized, true);
    assert.equal(socket.getProtocol(), "TLSv1.3");
    assert.equal(socket.getCipher().name, "TLS_CHACHA20_POLY1305_SHA256");
    assert.equal(socket.alpnProtocol, "mqtt");
    assert.equal(socket.servername, "b.example");
    assert.equal(socket.remoteAddress, "127.0.0.1");
    assert.equal(String(Buffer.from(socket.negotiated.pskIdentity)), IDENTITY);
    assert.deepEqual(socket.getPeerCertificate(), {});
  }
  assert.equal(client.remotePort, port);
  assert.equal(theirs.remotePort, client.localPort);
  const [one, other] = [client, theirs].map((socket) =>
    socket.exportKeyingMaterial(32, "EXPORTER-x", Buffer.from("c")),
  );
  assert.ok(one.equals(other));
  client.end("hello");
  assert.equal(String(await readAll(client)), "hello");
  assert.deepEqual([client.bytesRead, client.bytesWritten], [5, 5]);
});

test("a Duplex that is no socket is as good, in both roles", async () => {
  const [one, other] = pair();
  const client = new TLSSocket(one, CLIENT);
  const server = new TLSSocket(other, { ...SERVER, isServer: true });
  echo(server);
  client.end("over a Duplex");
  assert.equal(String(await readAll(client)), "over a Duplex");
  assert.deepEqual(client.address(), {});
  assert.equal(client.ref().unref().setNoDelay().setKeepAlive(), client);
});

test("callbacks may wait, on both sides, and the client's gets no hint", async (t) => {
  const later = (value) => new Promise((resolve) => setImmediate(resolve, value));
  const asked = [];
  const { port } = await listen(
    t,
    {
      pskIdentityHint: "nobody sees this",
      async pskCallback(socket, identity) {
        asked.push([socket instanceof TLSSocket, identity]);
        return await later(identity === IDENTITY ? { psk: KEY } : undefined);
      },
    },
    echo,
  );
  const client = connect(port, "127.0.0.1", {
    ...BOTH,
    pskCallback: (hint) => later({ identity: `${IDENTITY}${hint ?? ""}`, psk: KEY }),
    psks: [{ identity: "another", secret: KEY }],
  });
  client.end("hello");
  assert.equal(String(await readAll(client)), "hello");
  assert.deepEqual(asked, [[true, IDENTITY]]);
});

test("the server's callback is asked for one offered identity after the other", async (t) => {
  const asked = [];
  const pskCallback = (_socket, identity) => {
    asked.push(identity);
    return identity === IDENTITY ? KEY : null;
  };
  const { port } = await listen(t, { pskCallback }, echo);
  const psks = ["unheard of", IDENTITY, "not reached"].map((identity) => ({ identity, secret: KEY }));
  const client = connect({ ...BOTH, port, psks });
  client.end("hello");
  assert.equal(String(await readAll(client)), "hello");
  assert.deepEqual(asked, ["unheard of", IDENTITY]);
});

test("half-close: each side ends when it wants to, if both allow it", async (t) => {
  const { server, port } = await listen(t, { allowHalfOpen: true });
  const accepted = once(server, "secureConnection");
  const client = connect({ ...CLIENT, port, allowHalfOpen: true });
  client.end("question");
  const [theirs] = await accepted;
  assert.equal(await readHalf(theirs), "question");
  const closed = Promise.all([client, theirs].map((socket) => once(socket, "close")));
  theirs.write("long ");
  await new Promise((resolve) => setImmediate(resolve));
  theirs.end("answer");
  assert.equal(await readHalf(client), "long answer");
  await closed;
});

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
  const free = net.createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address();
  free.close();
  await once(free, "close");
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

  // Whoever does not read learns of it, too.
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

test("ciphers and ecdhCurve are read as Node spells them; names of TLS 1.2 are passed over", async (t) => {
  const { port } = await listen(t, { ecdhCurve: "P-521:prime256v1" }, echo);
  const ciphers = "PSK-AES128-CBC-SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256";
  const client = connect({ ...CLIENT, port, ciphers, ecdhCurve: "X25519:P-256", minVersion: "TLSv1.2" });
  await once(client, "secureConnect");
  assert.equal(client.getCipher().name, "TLS_AES_128_GCM_SHA256");
  assert.equal(client.negotiated.group, "secp256r1");
  client.resume().end();
});

test("a session is an event, and resumes with the option of the same name", async (t) => {
  const { port } = await listen(t, { tickets: {} }, echo);
  const first = connect({ ...CLIENT, port });
  const received = once(first, "session");
  first.end("first");
  assert.equal(String(await readAll(first)), "first");
  const [session] = await received;
  assert.ok(first.getSession().equals(session));
  const second = connect({ ...CLIENT, port, session });
  second.end("second");
  assert.equal(String(await readAll(second)), "second");
  assert.equal(second.negotiated.pskKind, "resumption");
});

test("the lines of the key log are events on both sides, and nothing is logged unless somebody listens", async (t) => {
  const { server, port } = await listen(t, {}, echo);
  const [ours, theirs] = [[], []];
  server.on("keylog", (line, socket) => theirs.push([String(line), socket instanceof TLSSocket]));
  const client = connect({ ...CLIENT, port });
  client.on("keylog", (line) => ours.push([String(line), true]));
  client.end("hello");
  assert.equal(String(await readAll(client)), "hello");
  assert.ok(ours.length >= 4);
  assert.match(ours[0][0], /^\w+ [0-9a-f]{64} [0-9a-f]{64}\n$/);
  assert.deepEqual(ours.toSorted(), theirs.toSorted());
});

test("a timeout is an event, over a socket and over a Duplex", async (t) => {
  const { port } = await listen(t, {}, (socket) => socket.resume());
  const client = connect({ ...CLIENT, port, timeout: 20 });
  await once(client, "timeout");
  client.resume().end();

  const [one, other] = pair();
  const [ours, theirs] = [new TLSSocket(one, CLIENT), new TLSSocket(other, { ...SERVER, isServer: true })];
  await once(ours, "secure");
  await new Promise((resolve) => ours.setTimeout(20, resolve));
  theirs.on("error", () => {});
  ours.destroy();
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

test("a writer is stopped by a reader that stalls", async (t) => {
  const { server, port } = await listen(t);
  const accepted = once(server, "secureConnection");
  const client = connect({ ...CLIENT, port });
  const [theirs] = await accepted;
  const chunk = Buffer.alloc(64 * 1024);
  let offered = 0;
  const offer = () => {
    while (offered < 1e9) {
      offered += chunk.length;
      if (!client.write(chunk)) return;
    }
  };
  client.on("drain", offer);
  offer();
  // Whatever the two kernels take, it is not a gigabyte.
  let before = -1;
  while (before !== offered) {
    before = offered;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(offered < 64e6, `${offered} bytes were taken`);
  client.off("drain", offer);
  client.end();
  let received = 0;
  for await (const part of theirs) received += part.length;
  assert.equal(received, offered);
});

test("http.request takes a socket, and http.createServer serves one", async (t) => {
  const web = http.createServer((request, response) => {
    request.pipe(response);
    assert.equal(request.socket.encrypted, true);
  });
  const { port } = await listen(t, {}, (socket) => web.emit("connection", socket));
  const createConnection = () => connect({ ...CLIENT, port });
  for (const body of ["hello", "x".repeat(300_000)]) {
    const request = http.request({ createConnection, method: "POST", host: "device.example" });
    request.end(body);
    const [response] = await once(request, "response");
    assert.equal(response.statusCode, 200);
    assert.equal(String(await readAll(response)), body);
  }
});

test("the agent of http keeps a connection, and the server lets it go", async (t) => {
  const web = http.createServer((_request, response) => response.end("answer"));
  let connections = 0;
  const { port } = await listen(t, {}, (socket) => {
    connections += 1;
    web.emit("connection", socket);
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => connect({ ...CLIENT, port });
  t.after(() => agent.destroy());
  for (let request = 0; request < 3; request++) {
    const [response] = await once(http.get({ agent, host: "device.example" }), "response");
    assert.equal(String(await readAll(response)), "answer");
  }
  assert.equal(connections, 1);
});

test("http2 multiplexes over the socket", async (t) => {
  const web = http2.createServer();
  web.on("stream", (stream) => {
    stream.respond({ ":status": 200 });
    stream.pipe(stream);
  });
  const alpn = { ALPNProtocols: ["h2"] };
  const { port } = await listen(t, alpn, (socket) => web.emit("connection", socket));
  const createConnection = () => connect({ ...CLIENT, ...alpn, port });
  const session = http2.connect("http://device.example", { createConnection });
  const bodies = ["first", "second"].map((text) => Buffer.alloc(500_000, text));
  const answers = bodies.map((body) => {
    const stream = session.request({ ":method": "POST" });
    stream.end(body);
    return readAll(stream);
  });
  for (const [index, answer] of (await Promise.all(answers)).entries()) assert.ok(answer.equals(bodies[index]));
  session.close();
  await once(session, "close");
});

test("ws talks through the socket", async (t) => {
  const web = http.createServer();
  const sockets = new WebSocketServer({ server: web });
  sockets.on("connection", (socket) => socket.on("message", (data) => socket.send(data)));
  const { port } = await listen(t, {}, (socket) => web.emit("connection", socket));
  const client = new WebSocket("ws://device.example/", { createConnection: () => connect({ ...CLIENT, port }) });
  await once(client, "open");
  client.send("through TLS");
  assert.equal(String((await once(client, "message"))[0]), "through TLS");
  client.close();
  await once(client, "close");
});
