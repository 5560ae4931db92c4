// The other side of every conversation: Node's TLS with a PSK, reached over TCP or the body of a request.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createConnection, createServer } from "node:net";
import { pipeline } from "node:stream";
import { createServer as createTlsServer } from "node:tls";

/** The text that the programs send, and receive again. */
export const LINE = "hello\n";

const IDENTITY = "device-7";
const APPLICATION_DATA = 23;
/** The length of a protected record with nothing but an alert in it: two bytes, the type of content, the tag. */
const PROTECTED_ALERT = 2 + 1 + 16;

/**
 * Starts the peer on free ports of 127.0.0.1: `port` speaks TLS, `requests` passes the bodies of requests on to it.
 * `secret` is the PSK in hexadecimal, `met()` waits for the next conversation to end and checks how it went.
 */
export async function startPeer(t) {
  const secret = randomBytes(32);
  const conversations = queue();

  const tls = createTlsServer({
    minVersion: "TLSv1.3",
    ciphers: "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256",
    pskCallback: (_socket, identity) => (identity === IDENTITY ? secret : null),
  });
  tls.on("secureConnection", (socket) => {
    const seen = { received: "", resumed: socket.isSessionReused(), protocol: socket.getProtocol() };
    socket.setEncoding("utf8").on("data", (text) => {
      seen.received += text;
      socket.write(text);
    });
    socket.on("error", (error) => conversations.push({ error }));
    // what the client has sent last, as seen on the wire
    const { remotePort } = socket;
    socket.on("close", (failed) => failed || conversations.push({ ...seen, last: records.get(remotePort) }));
  });
  tls.on("tlsClientError", (error) => conversations.push({ error }));

  // in front of it, something that sees the records
  const records = new Map();
  const wire = createServer((tcp) => {
    const bytes = [];
    tcp.on("data", (chunk) => bytes.push(chunk));
    const inner = createConnection(tls.address().port, "127.0.0.1", () => {
      records.set(inner.localPort, () => lastRecord(Buffer.concat(bytes)));
    });
    pipeline(tcp, inner, tcp, () => {});
  });

  const http = createHttpServer((request, response) => {
    const tcp = createConnection(wire.address().port, "127.0.0.1");
    response.flushHeaders();
    pipeline(request, tcp, response, () => {});
  });

  for (const server of [tls, wire, http]) {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => {
      server.close();
      server.closeAllConnections?.();
    });
  }
  return {
    secret: secret.toString("hex"),
    port: wire.address().port,
    requests: http.address().port,
    /** Leaves out the connections that have ended so far. */
    forget: () => conversations.clear(),
    async met() {
      const { error, last, ...seen } = await conversations.next();
      if (error) throw new Error(`Node's server: ${error.message}`, { cause: error });
      assert.deepEqual(seen, { received: LINE, resumed: true, protocol: "TLSv1.3" });
      assert.deepEqual(last(), { type: APPLICATION_DATA, length: PROTECTED_ALERT }, "no close_notify from the client");
    },
  };
}

function lastRecord(bytes) {
  let record;
  for (let at = 0; at + 5 <= bytes.length; at += 5 + record.length) {
    record = { type: bytes[at], length: bytes.readUInt16BE(at + 3) };
  }
  return record;
}

/** A queue of values for waiters. */
function queue() {
  const come = [];
  const waiting = [];
  return {
    clear: () => come.splice(0),
    push: (item) => (waiting.length > 0 ? waiting.shift()(item) : come.push(item)),
    next: () => (come.length > 0 ? Promise.resolve(come.shift()) : new Promise((resolve) => waiting.push(resolve))),
  };
}
