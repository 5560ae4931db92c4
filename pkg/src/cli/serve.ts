import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { acceptTls, init, type Psk, type SelectPsk } from "../node.js";
import { openConnection } from "../options.js";
import { checkPsk } from "../psk.js";
import type { ServeArguments } from "./arguments.js";
import { collectPsks } from "./psks.js";
import { describe, explain, say } from "./report.js";
import { runService } from "./services.js";
import { transportOf } from "./tcp.js";
import { observers } from "./trace.js";

/** How long a client may take for the handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT = 30_000;

/** Runs `tls-psk serve` until SIGINT or SIGTERM. Rejects if it cannot listen. */
export async function serve(args: ServeArguments): Promise<void> {
  const psks = collectPsks(args);
  await init();
  // Wrong names and weak secrets shall be known now, not when somebody connects.
  openConnection("server", { ...args.tls, psks }, psks.map(checkPsk)).free();

  const selectPsk = firstOf(psks);
  const connections = new Set<AbortController>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, async (socket) => {
    const controller = new AbortController();
    connections.add(controller);
    await accept(socket, args, selectPsk, controller);
    connections.delete(controller);
  });
  server.listen(args.listen);
  await once(server, "listening");
  const { address, port, family } = server.address() as AddressInfo;
  say(`listening on ${family === "IPv6" ? `[${address}]` : address}:${port}`);

  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  server.close();
  // Clients in the middle of something learn from the missing close_notify that they do not have all of it.
  for (const controller of connections) controller.abort(new Error("the server was stopped"));
}

/** Serves one client. Never rejects. */
async function accept(
  socket: Socket,
  args: ServeArguments,
  selectPsk: SelectPsk,
  controller: AbortController,
): Promise<void> {
  const client = `${socket.remoteAddress}:${socket.remotePort}`;
  try {
    const tls = acceptTls(transportOf(socket), {
      ...args.tls,
      ...observers(args, `${client} `),
      selectPsk,
      signal: controller.signal,
      handshakeTimeout: HANDSHAKE_TIMEOUT,
    });
    const negotiated = await tls.opened;
    say(`${client} ${describe(negotiated)}`);
    await runService(args.service, tls, negotiated);
  } catch (error) {
    say(`${client} ${explain(error)}`);
    controller.abort(error);
  }
}

/**
 * Selects the first PSK of the list that a client offers, as the core would. The core would need all of them for each
 * connection, however; a map finds one among a hundred thousand at once.
 */
function firstOf(psks: readonly Psk[]): SelectPsk {
  const known = new Map(psks.map((psk, rank) => [keyOf(checkPsk(psk).identity), { psk, rank }]));
  return (offered) => {
    let best: { psk: Psk; rank: number } | undefined;
    for (const { identity } of offered) {
      const found = known.get(keyOf(identity));
      if (found !== undefined && (best === undefined || found.rank < best.rank)) best = found;
    }
    return best?.psk;
  };
}

/** Identities are bytes; this is one character for each. */
function keyOf(identity: Uint8Array): string {
  return Buffer.from(identity).toString("latin1");
}
