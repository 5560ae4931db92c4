// tls-psk/node behaves like node:tls: each behaviour runs against both, over TLS 1.3 with a PSK. docs/node-options.md
// lists the intended differences.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import tls from "node:tls";
import * as ours from "tls-psk/node";
import { freePort } from "./support/ports.mjs";
import { readAll } from "./support/streams.mjs";

const KEY = Buffer.alloc(32, 7);
const BOTH = { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256", ecdhCurve: "X25519", allowBothRoles: true };
const CLIENT = {
  ...BOTH,
  host: "127.0.0.1",
  checkServerIdentity() {},
  pskCallback: () => ({ identity: "device-7", psk: KEY }),
};

/** A behaviour: `run` gets an implementation and how to meet a peer, and what it returns is compared. */
function both(name, run, expected) {
  test(name, async (t) => {
    for (const [which, implementation] of Object.entries({ "node:tls": tls, "tls-psk/node": ours })) {
      const meet = async (clientOptions = {}, serverOptions = {}) => {
        const server = implementation.createServer({ ...BOTH, pskCallback: () => KEY, ...serverOptions });
        t.after(() => server.close());
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        const accepted = once(server, "secureConnection");
        const client = implementation.connect({ ...CLIENT, port: server.address().port, ...clientOptions });
        await once(client, "secureConnect");
        const [socket] = await accepted;
        for (const end of [client, socket]) {
          end.on("error", () => {});
          t.after(() => end.destroy());
        }
        return { client, socket };
      };
      assert.deepEqual(await run({ implementation, meet }), expected, which);
    }
  });
}

/** Settles with the event, errors before it or not. */
const closeOf = (socket) => new Promise((resolve) => socket.once("close", resolve));

/** The names of events as they come. */
function record(emitter, names) {
  const events = [];
  for (const name of names) emitter.on(name, (...args) => events.push(name === "close" ? `close ${args[0]}` : name));
  return events;
}

const LIFE = ["connect", "ready", "secure", "secureConnect", "data", "end", "finish", "close", "error"];

both(
  "the events of a client, in their order",
  async ({ implementation }) => {
    const server = implementation.createServer({ ...BOTH, pskCallback: () => KEY }, (socket) => socket.end("hello"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = implementation.connect({ ...CLIENT, port: server.address().port });
    const events = record(client, LIFE);
    await closeOf(client);
    server.close();
    return events.filter((name) => name !== "secure");
  },
  ["connect", "ready", "secureConnect", "data", "end", "finish", "close false"],
);

both(
  "a connection that is refused: one error, and a close that says so",
  async ({ implementation }) => {
    const client = implementation.connect({ ...CLIENT, port: await freePort() });
    const events = record(client, LIFE);
    const closed = closeOf(client);
    const [error] = await once(client, "error");
    await closed;
    return [error.code, error.syscall, events];
  },
  ["ECONNREFUSED", "connect", ["error", "close true"]],
);

both(
  "an end that nobody reads is noticed, and ends a socket that is not half-open",
  async ({ meet }) => {
    const { client, socket } = await meet();
    const events = record(socket, ["end", "finish", "close"]);
    client.resume().end();
    await closeOf(socket);
    return events;
  },
  ["end", "finish", "close false"],
);

both(
  "allowHalfOpen lets a side go on after the other has ended",
  async ({ meet }) => {
    const { client, socket } = await meet({ allowHalfOpen: true }, { allowHalfOpen: true });
    client.end("question");
    const question = [];
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) question.push(chunk);
    socket.end(`${Buffer.concat(question)} answered`);
    return String(await readAll(client));
  },
  "question answered",
);

both(
  "what a socket tells of itself",
  async ({ meet }) => {
    const { client, socket } = await meet(
      { servername: "broker.example", ALPNProtocols: ["mqtt"] },
      { ALPNProtocols: ["mqtt"] },
    );
    const told = [client, socket].map((end) => ({
      encrypted: end.encrypted,
      protocol: end.getProtocol(),
      cipher: end.getCipher(),
      alpn: end.alpnProtocol,
      servername: end.servername,
      reused: end.isSessionReused(),
      state: end.readyState,
      connecting: end.connecting,
      pending: end.pending,
      ephemeral: { ...end.getEphemeralKeyInfo() },
      remote: [end.remoteAddress, end.remoteFamily],
      local: [end.localAddress, end.localFamily],
      buffered: end.bufferSize,
      error: end.authorizationError,
    }));
    client.end();
    return told.map(({ servername, ...rest }, place) => (place === 0 ? rest : { ...rest, servername }));
  },
  ["client", "server"].map((side) => ({
    encrypted: true,
    protocol: "TLSv1.3",
    cipher: { name: "TLS_AES_128_GCM_SHA256", standardName: "TLS_AES_128_GCM_SHA256", version: "TLSv1.3" },
    alpn: "mqtt",
    reused: true,
    state: "open",
    connecting: false,
    pending: false,
    ephemeral: side === "client" ? { type: "ECDH", name: "X25519", size: 253 } : {},
    remote: ["127.0.0.1", "IPv4"],
    local: ["127.0.0.1", "IPv4"],
    buffered: 0,
    error: null,
    ...(side === "server" && { servername: "broker.example" }),
  })),
);

both(
  "readyState over the life of a socket",
  async ({ implementation }) => {
    const server = implementation.createServer({ ...BOTH, pskCallback: () => KEY, allowHalfOpen: true }, (s) =>
      s.resume(),
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = implementation.connect({ ...CLIENT, port: server.address().port, allowHalfOpen: true });
    const states = [client.readyState];
    await once(client, "secureConnect");
    states.push(client.readyState);
    client.end();
    await once(client, "finish");
    states.push(client.readyState);
    client.destroy();
    states.push(client.readyState);
    await closeOf(client);
    server.close();
    return states;
  },
  ["opening", "open", "readOnly", "closed"],
);

both(
  "members that libraries call do not throw, and return what they can be chained by",
  async ({ meet }) => {
    const { client } = await meet();
    const chained = [
      client.setKeepAlive(true, 1000),
      client.setNoDelay(true),
      client.ref(),
      client.unref(),
      client.setTimeout(0),
    ];
    client.disableRenegotiation();
    client.end();
    return chained.map((returned) => returned === client);
  },
  [true, true, true, true, true],
);

both(
  "a peer that destroys its socket is an error or an end, and always a close",
  async ({ meet }) => {
    const { client, socket } = await meet();
    socket.destroy();
    client.resume();
    await closeOf(client);
    return client.destroyed;
  },
  true,
);

test("every member of node:tls is there, but those that are not had on purpose", async () => {
  const missing = [
    "getCertificate",
    "getSharedSigalgs",
    "getX509Certificate",
    "setKeyCert",
    "setServername",
    "setSession",
  ];
  const names = [tls.TLSSocket, Object.getPrototypeOf(tls.TLSSocket)]
    .flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
    .filter((name) => !name.startsWith("_"));
  assert.ok(names.length > 30);
  assert.deepEqual(
    [...new Set(names)].filter((name) => !(name in ours.TLSSocket.prototype || isOwn(name))).sort(),
    missing,
  );
});

/** Whether each instance has it. */
const isOwn = (name) => ["bytesRead", "bytesWritten", "timeout"].includes(name);
