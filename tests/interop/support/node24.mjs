// Node 24 as the peer, whose OpenSSL 3.5 has ML-KEM, through the program in node24-peer.mjs.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { start } from "../../node/support/process.mjs";

const fileOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The program itself. */
export const NODE24 = fileOf(`../node_modules/node24-${process.arch}/bin/node`);
const PROGRAM = fileOf("node24-peer.mjs");

function startNode24(t, role, port, { psk, cert, key, ca, servername, groups }) {
  if (!existsSync(NODE24)) throw new Error("Node 24 is not there: npm run setup installs it");
  const secret = psk && Buffer.from(psk.secret).toString("hex");
  const options = { psk: psk && { ...psk, secret }, cert, key, ca, servername, ecdhCurve: groups.join(":") };
  return start(t, NODE24, [PROGRAM, role, String(port), JSON.stringify(options)]);
}

/** Starts a server of Node 24 on a free port for one connection, in which it sends back what it receives. */
export async function startNode24Server(t, options) {
  const server = startNode24(t, "serve", 0, options);
  const [, port] = await server.printed(/^listening on (\d+)$/m);
  return Object.assign(server, { port });
}

/** Starts a client of Node 24, which sends back what it receives. */
export const startNode24Client = (t, port, options) => startNode24(t, "connect", port, options);
