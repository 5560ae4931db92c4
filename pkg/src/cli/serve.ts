import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { transportOf } from "../adapters/duplex.js";
import type { Psk, SelectPsk, ServerOptions } from "../node.js";
import { checkPsk } from "../psk.js";
import type { ServeArguments } from "./arguments.js";
import { type Build, loadBuild } from "./build.js";
import { collectPsks, read } from "./psks.js";
import { describe, explain, say } from "./report.js";
import { runService } from "./services.js";
import { observers } from "./trace.js";

/** How long a client may take for the handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT = 30_000;

/** Runs `tls-psk serve` until SIGINT or SIGTERM. Rejects if it cannot listen. */
export async function serve(args: ServeArguments): Promise<void> {
  const psks = collectPsks(args);
  const build = await loadBuild(args);
  await build.init();
  const options = { ...args.tls, ...certificateOptions(args) };
  // Wrong names, weak secrets and keys of other certificates shall be known now, not when somebody connects.
  build.prepareServer({ ...options, psks });
  const prepared = build.prepareServer({ ...options, selectPsk: firstOf(psks), ...observers(args, build, "") });

  const connections = new Set<AbortController>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, async (socket) => {
    const controller = new AbortController();
    connections.add(controller);
    await accept(socket, { args, build, options: prepared, controller });
    connections.delete(controller);
  });
  server.listen(args.listen);
  await once(server, "listening");
  // As when there are no more descriptors: one connection less is no end.
  server.on("error", (error) => say(`a connection could not be accepted: ${explain(error)}`));
  const { address, port, family } = server.address() as AddressInfo;
  say(`listening on ${family === "IPv6" ? `[${address}]` : address}:${port}`);

  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  server.close();
  // Clients in the middle of something learn from the missing close_notify that they do not have all of it.
  for (const controller of connections) controller.abort(new Error("the server was stopped"));
}

function certificateOptions({
  certificates,
}: ServeArguments): Pick<ServerOptions, "certificates" | "requestCertificate"> {
  const { credentials, ca, verify = false } = certificates ?? {};
  return {
    ...(credentials && { certificates: [{ chain: read(credentials.cert), key: read(credentials.key) }] }),
    ...(ca !== undefined && { requestCertificate: { ca: read(ca), required: verify } }),
  };
}

/** Serves one client. Never rejects. */
async function accept(
  socket: Socket,
  {
    args,
    build,
    options,
    controller,
  }: {
    args: ServeArguments;
    build: Build;
    options: ServerOptions;
    controller: AbortController;
  },
): Promise<void> {
  const client = nameOf(socket);
  try {
    const tls = build.acceptTls(transportOf(socket), {
      ...options,
      ...observers(args, build, `${client} `),
      signal: controller.signal,
      handshakeTimeout: HANDSHAKE_TIMEOUT,
    });
    const negotiated = await tls.opened;
    say(`${client} ${describe(negotiated)}${negotiated.peerCertificates ? " client_certificate" : ""}`);
    await runService(args.service, tls, negotiated);
  } catch (error) {
    say(`${client} ${explain(error)}`);
    controller.abort(error);
  }
}

/** The address of a client, which one that is gone already has none of. */
function nameOf({ remoteAddress, remotePort, remoteFamily }: Socket): string {
  if (remoteAddress === undefined) return "a client that is gone";
  return `${remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
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
