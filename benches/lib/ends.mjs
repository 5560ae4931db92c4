// Two ends of one connection in memory, through each way that the package has, and through node:tls.

import { once } from "node:events";
import { connect as dial, createServer as listen } from "node:net";
import { Duplex } from "node:stream";
import nodeTls from "node:tls";
import { acceptTls, startTls } from "tls-psk";
import { connect as connectDuplex, createServer as createDuplexServer } from "tls-psk/node";

export const IDENTITY = "device-7";
export const SECRET = Buffer.alloc(32, 7);
const BOTH = { allowBothRoles: true };
export const PSKS = { psks: [{ identity: IDENTITY, secret: SECRET }], ...BOTH };

/** A configured pair of the classes' connections, as long as `configure` says. */
export function classEnds(core, configure = () => {}) {
  const { Config, Connection, ExternalPsk } = core;
  const [client, server] = ["client", "server"].map((role) => {
    const config = new Config(role);
    config.setAllowBothRoles(true);
    const external = new ExternalPsk(new TextEncoder().encode(IDENTITY), SECRET);
    config.appendPsk(external);
    external.free();
    configure(config, role);
    return config;
  });
  return {
    client,
    server,
    open() {
      return [new Connection(client), new Connection(server)];
    },
  };
}

/** Moves bytes between two connections until both are silent. `onEvent` gets what each tells. */
export function exchange(one, other, onEvent = () => {}) {
  for (let moved = true; moved; ) {
    moved = false;
    for (const [from, to] of [
      [one, other],
      [other, one],
    ]) {
      for (let bytes = from.pollTransmit(); bytes; bytes = from.pollTransmit()) {
        to.receive(bytes);
        moved = true;
      }
      for (let event = to.pollEvent(); event; event = to.pollEvent()) onEvent(to, event);
    }
  }
}

/** Two byte streams that are each other's end. */
export function pipe() {
  const [there, back] = [new TransformStream(), new TransformStream()];
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

/** Two Duplexes that are each other's end. */
export function duplexes() {
  const ends = [0, 1].map(
    (place) =>
      new Duplex({
        read() {},
        write(chunk, _encoding, done) {
          ends[1 - place].push(chunk);
          done();
        },
        final(done) {
          ends[1 - place].push(null);
          done();
        },
      }),
  );
  return ends;
}

/** A handshake and a close through the streams. */
export async function throughStreams(options = {}) {
  const [clientEnd, serverEnd] = pipe();
  const client = startTls(clientEnd, { ...PSKS, ...options });
  const server = acceptTls(serverEnd, { ...PSKS, ...options });
  await Promise.all([client.opened, server.opened]);
  await Promise.all([client.close(), server.close()]);
}

/** Node's own TLS 1.3 with a PSK, or the package's stand-in for it, between two Duplexes: a handshake and a close. */
export async function throughDuplexes(kind) {
  const [clientEnd, serverEnd] = duplexes();
  const server = kind === "node:tls" ? nodeServer : packageServer;
  const connect = kind === "node:tls" ? nodeTls.connect : connectDuplex;
  const accepted = once(server, "secureConnection");
  server.emit("connection", serverEnd);
  const client = connect({ socket: clientEnd, ...CLIENT });
  client.resume();
  const [socket] = await accepted;
  socket.resume();
  const ends = [client, socket].map((end) => once(end, "close"));
  client.end();
  socket.end();
  await Promise.all(ends);
}

const pskCallback = () => ({ identity: IDENTITY, psk: SECRET });
const SUITE = "TLS_AES_128_GCM_SHA256";
const CLIENT = { pskCallback, ciphers: SUITE, minVersion: "TLSv1.3", checkServerIdentity: () => {}, ...BOTH };
const SERVER = { pskCallback: () => SECRET, ciphers: SUITE, minVersion: "TLSv1.3", ...BOTH };
const nodeServer = nodeTls.createServer({ ...SERVER, pskIdentityHint: "" });
const packageServer = createDuplexServer(SERVER);

/** A TCP server for as long as `work` takes. */
export async function withTcp(onSocket, work) {
  const server = listen(onSocket);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await work(() => dial(server.address().port, "127.0.0.1"));
  } finally {
    server.close();
  }
}

/** Sends so many bytes in chunks from the client to the server, over TCP, and waits for the end. */
export async function transfer(kind, bytes, { ciphers = SUITE, chunk = 16 * 1024, platformCrypto = true } = {}) {
  const data = Buffer.alloc(chunk, 1);
  const received = Promise.withResolvers?.() ?? deferred();
  let length = 0;
  const count = (part) => {
    length += part.length;
  };
  const finish = () => (length === bytes ? received.resolve() : received.reject(new Error(`${length} bytes`)));
  if (kind === "streams") {
    const options = { ...PSKS, cipherSuites: [ciphers], platformCrypto };
    await withTcp(
      async (socket) => {
        const tls = acceptTls(Duplex.toWeb(socket), options);
        for await (const part of tls.readable) count(part);
        finish();
        await tls.close();
      },
      async (connect) => {
        const tls = startTls(Duplex.toWeb(connect()), options);
        const writer = tls.writable.getWriter();
        for (let sent = 0; sent < bytes; sent += chunk) {
          await writer.ready;
          writer.write(data).catch(received.reject);
        }
        await writer.close();
        await received.promise;
        await tls.close();
      },
    );
    return;
  }
  const own = kind === "node:tls";
  const options = { ciphers, ...(own ? {} : { platformCrypto }) };
  const server = own ? nodeTls.createServer({ ...SERVER, ...options }) : createDuplexServer({ ...SERVER, ...options });
  server.on("secureConnection", (socket) => {
    socket.on("data", count);
    socket.on("end", () => {
      finish();
      socket.end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const connect = own ? nodeTls.connect : connectDuplex;
  const client = connect({ port: server.address().port, host: "127.0.0.1", ...CLIENT, ...options });
  client.on("error", received.reject);
  client.resume();
  await once(client, "secureConnect");
  for (let sent = 0; sent < bytes; sent += chunk) {
    if (!client.write(data)) await once(client, "drain");
  }
  client.end();
  await received.promise;
  server.close();
}

function deferred() {
  const handles = {};
  handles.promise = new Promise((resolve, reject) => Object.assign(handles, { resolve, reject }));
  return handles;
}
