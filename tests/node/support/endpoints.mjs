// The two ends of a TLS connection, and all that `streams.mjs` has.

import { acceptTls, startTls } from "tls-psk";
import { pipe, psk } from "./streams.mjs";

export * from "./streams.mjs";

/** A client and a server, joined. Both options get the PSK of `psk()` unless they bring others. */
export function connect(clientOptions = {}, serverOptions = {}, [clientEnd, serverEnd] = pipe()) {
  const ours = serverOptions.selectPsk ? {} : { psks: [psk()] };
  // Both sides are of one process, which only tests may be.
  const both = { allowBothRoles: true };
  return {
    client: startTls(clientEnd, { psks: [psk()], ...both, ...clientOptions }),
    server: acceptTls(serverEnd, { ...ours, ...both, ...serverOptions }),
  };
}

/** As `connect`, when both sides are open. */
export async function connected(...args) {
  const { client, server } = connect(...args);
  const [clientInfo, serverInfo] = await Promise.all([client.opened, server.opened]);
  return { client, server, clientInfo, serverInfo };
}
