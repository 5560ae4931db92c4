// OpenSSL's command line as the peer.

import { start } from "../../node/support/process.mjs";
import { HEX, ourServer, PSK } from "./peers.mjs";

const KEY = ["-psk_identity", PSK.identity, "-psk", HEX];

/** What makes `s_server` send every line back in reverse, which shows that both sides understood it. */
export const REVERSE = "-rev";

/**
 * Starts `openssl s_server` on a free `port` for one connection, after which it ends. Unless told to `REVERSE`, it
 * prints what it receives and sends what it is given on its standard input. Options of `args` precede the usual ones.
 */
export async function startSServer(t, args = []) {
  const accept = ["-nocert", "-accept", "127.0.0.1:0", "-naccept", "1"];
  const server = start(t, "openssl", ["s_server", "-tls1_3", ...KEY, ...accept, ...args]);
  const [, port] = await server.printed(/^ACCEPT 127\.0\.0\.1:(\d+)$/m);
  return Object.assign(server, { port });
}

/** Starts `openssl s_client`, which connects standard input and output to the server; with TLS 1.3 unless told otherwise. */
export function startSClient(t, port, args = []) {
  const version = args.includes("-tls1_2") ? [] : ["-tls1_3"];
  return start(t, "openssl", ["s_client", ...version, ...KEY, "-connect", `127.0.0.1:${port}`, ...args]);
}

/** Our server with the options `ours` and an `s_client` with the arguments `theirs`, as soon as they have met. */
export async function acceptSClient(t, { ours, theirs } = {}) {
  const { port, socket } = await ourServer(t, ours);
  const client = startSClient(t, port, theirs);
  const ended = client.ended.then(() => {
    throw new Error(`s_client ended without connecting:\n${client.stderr}`);
  });
  return { client, socket: await Promise.race([socket, ended]) };
}
