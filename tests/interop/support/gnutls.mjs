// GnuTLS's programs as the peer.

import { writeFileSync } from "node:fs";
import { freePort } from "../../node/support/ports.mjs";
import { start } from "../../node/support/process.mjs";
import { HEX, ourServer, PSK, temporaryFile } from "./peers.mjs";

/** What both of its programs may do. */
const priority = (kx, more) => `NORMAL:-VERS-ALL:+VERS-TLS1.3:-KX-ALL:${kx}${more}`;

/**
 * Starts `gnutls-serv`, which sends back what it receives and serves until the test ends. `kx` is
 * `+ECDHE-PSK`, `+PSK` or both; `more` is what else its priority string says.
 */
export async function startGnutlsServer(t, { kx = "+ECDHE-PSK", more = "", args = [] } = {}) {
  const passwords = temporaryFile(t);
  writeFileSync(passwords, `${PSK.identity}:${HEX}\n`);
  // It cannot say which port it got, so it has to be told one that is free.
  const port = await freePort();
  const usual = ["--echo", "--crlf", "--port", String(port), "--pskpasswd", passwords];
  const server = start(t, "gnutls-serv", [...usual, "--priority", priority(kx, more), ...args]);
  await server.printed(/listening on IPv4 .*done$/m);
  return Object.assign(server, { port });
}

/** Starts `gnutls-cli`, which connects standard input and output to the server. */
export function startGnutlsClient(t, port, { kx = "+ECDHE-PSK", more = "", args = [], key = HEX } = {}) {
  const who = ["--pskusername", PSK.identity, "--pskkey", key];
  const usual = ["--port", String(port), ...who, "--priority", priority(kx, more)];
  return start(t, "gnutls-cli", [...usual, ...args, "127.0.0.1"]);
}

/** Our server with the options `ours` and a `gnutls-cli`, as soon as they have met. */
export async function acceptGnutlsClient(t, { ours, theirs, tap } = {}) {
  const { port, socket } = await ourServer(t, ours, tap);
  const client = startGnutlsClient(t, port, theirs);
  const ended = client.ended.then(() => {
    throw new Error(`gnutls-cli ended without connecting:\n${client.stdout}${client.stderr}`);
  });
  return { client, socket: await Promise.race([socket, ended]) };
}
