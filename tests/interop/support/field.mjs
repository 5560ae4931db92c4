// Peers of the field as programs that take the same words: Mbed TLS, wolfSSL, tlslite-ng and embedded-tls.

import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { Duplex } from "node:stream";
import * as tlsPsk from "tls-psk";
import { cPeers } from "../../../tools/lib/c-peers.mjs";
import { embeddedTlsPeer } from "../../../tools/lib/cargo-tools.mjs";
import { inRoot } from "../../../tools/lib/paths.mjs";
import { tlslitePython } from "../../../tools/lib/python.mjs";
import { start } from "../../node/support/process.mjs";
import { deferred, PSK } from "./peers.mjs";

const c = await cPeers();

/** The command of each peer. */
const COMMANDS = {
  "Mbed TLS": [join(c, "mbedtls-peer")],
  wolfSSL: [join(c, "wolfssl-peer")],
  "tlslite-ng": [tlslitePython(), inRoot("tests/interop/tlslite-peer/peer.py")],
  "embedded-tls": [join(await embeddedTlsPeer(), "embedded-tls-peer")],
};

const words = ({ identity, secret }, options) => [`${identity}:${Buffer.from(secret).toString("hex")}`, ...options];

/** Starts a peer as a server on a free port. `options` are words of the program, which `c-peers/peer.h` names. */
export async function startFieldServer(t, name, psk, options = []) {
  const [program, ...args] = COMMANDS[name];
  const server = start(t, program, [...args, "serve", "0", ...words(psk, options)]);
  const [, port] = await server.printed(/^listening on (\d+)$/m);
  return Object.assign(server, { port });
}

/** Starts a peer as a client of a port. */
export function startFieldClient(t, name, port, psk, options = []) {
  const [program, ...args] = COMMANDS[name];
  return start(t, program, [...args, "connect", String(port), ...words(psk, options)]);
}

/** Our server, which takes `count` connections of a client, one after the other; resolves to what `talk` made of each. */
export async function serveField(t, { ours = {}, count = 1, build = tlsPsk, talk }) {
  const sockets = [];
  const waiting = Array.from({ length: count }, () => deferred());
  const server = createServer({ noDelay: true }, (tcp) => {
    tcp.on("error", () => {}); // the streams tell
    t.after(() => tcp.destroy());
    const socket = build.acceptTls(Duplex.toWeb(tcp), { psks: [PSK], allowBothRoles: true, ...ours });
    const { resolve, reject } = waiting[sockets.push(socket) - 1];
    talk(socket).then(resolve, reject);
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: server.address().port, talks: Promise.all(waiting.map(({ promise }) => promise)) };
}
