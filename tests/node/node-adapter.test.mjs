// tls-psk/node: the behaviour of its sockets.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { connect, createServer, TLSSocket } from "tls-psk/node";
import { BOTH, CLIENT, echo, IDENTITY, KEY, listen, pair, readHalf, SERVER } from "./support/duplexes.mjs";
import { readAll } from "./support/streams.mjs";

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

test("a server that would lose early data does not take any", () => {
  assert.throws(() => createServer({ ...SERVER, acceptEarlyData: () => true }), {
    code: "ERR_TLS_CONFIG",
    message: /acceptEarlyData.*use acceptTls/,
  });
});

test("a server reads its options once, and asks pskCallback for each connection", async (t) => {
  let reads = 0;
  const own = {
    identity: "of the server",
    secret: KEY,
    get hmac() {
      reads += 1;
      return "SHA-256";
    },
  };
  const asked = [];
  const pskCallback = (socket, identity) => {
    asked.push([socket.encrypted, identity]);
    return identity === IDENTITY ? KEY : null;
  };
  const { port } = await listen(t, { psks: [own], pskCallback }, echo);
  const before = reads;
  for (let count = 1; count <= 3; count++) {
    const socket = connect({ ...CLIENT, port });
    await once(socket, "secureConnect");
    socket.resume().end();
    await once(socket, "close");
    assert.deepEqual(asked.at(-1), [true, IDENTITY]);
    assert.equal(asked.length, count);
  }
  assert.ok(before > 0 && reads === before, `${reads - before} more`);
});
