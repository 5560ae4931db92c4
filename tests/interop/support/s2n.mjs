// s2n-tls as the peer, through the program in s2n-peer/.

import { join } from "node:path";
import { s2nPeer } from "../../../tools/lib/cargo-tools.mjs";
import { start } from "../../node/support/process.mjs";
import { ourServer } from "./peers.mjs";

const PROGRAM = join(await s2nPeer(), "s2n-peer");

const args = (psks) =>
  psks.map(({ identity, secret, hmac }) => `${identity}:${Buffer.from(secret).toString("hex")}:${hmac}`);

/**
 * Starts an s2n-tls server with some PSKs on a free port for one connection, in which it sends back what it receives.
 * `more` are other options of the program, whose source names them.
 */
export async function startS2nServer(t, psks, more = []) {
  const server = start(t, PROGRAM, ["serve", "0", ...args(psks), ...more]);
  const [, port] = await server.printed(/^listening on (\d+)$/m);
  return Object.assign(server, { port });
}

/** Our server with the options `ours` and an s2n-tls client that sends back what it receives, as soon as they have met. */
export async function acceptS2nClient(t, psks, ours, more = []) {
  const { port, socket } = await ourServer(t, ours);
  const client = start(t, PROGRAM, ["connect", String(port), ...args(psks), ...more]);
  const ended = client.ended.then(() => {
    throw new Error(`the client ended without connecting:\n${client.stderr}`);
  });
  return { client, socket: await Promise.race([socket, ended]) };
}
