// Duplexes with TLS, as the tests of tls-psk/node make them.

import { once } from "node:events";
import { Duplex } from "node:stream";
import { createServer } from "tls-psk/node";

export const IDENTITY = "device-7";
export const KEY = Buffer.alloc(32, 7);

/** The tests play both sides. */
export const BOTH = { allowBothRoles: true };
export const CLIENT = { ...BOTH, pskCallback: () => ({ identity: IDENTITY, psk: KEY }) };
export const SERVER = { ...BOTH, pskCallback: (_socket, identity) => (identity === IDENTITY ? KEY : null) };

/** Two Duplexes, joined. */
export function pair() {
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
export async function listen(t, options, listener) {
  const server = createServer({ ...SERVER, ...options }, listener);
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: server.address().port };
}

export const echo = (socket) => socket.pipe(socket);

/** Everything up to the end, and no end of the other direction. */
export async function readHalf(socket) {
  const chunks = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
