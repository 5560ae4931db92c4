import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClientOptions, TlsSocket } from "../node.js";
import type { ConnectArguments } from "./arguments.js";
import { loadBuild } from "./build.js";
import { collectPsks, read } from "./psks.js";
import { describe, say } from "./report.js";
import { connectTcp } from "./tcp.js";
import { observers } from "./trace.js";

/** How long a server may take for the handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT = 30_000;

/** Runs `tls-psk connect`. Rejects unless the connection was closed cleanly. */
export async function connect(args: ConnectArguments): Promise<void> {
  const psks = collectPsks(args);
  const certificates = certificateOptions(args);
  const build = await loadBuild(args);
  const controller = new AbortController();
  const socket = build.startTls(await connectTcp(args.target), {
    ...args.tls,
    ...(args.serverName !== undefined && { serverName: args.serverName }),
    ...observers(args, build),
    ...certificates,
    psks,
    signal: controller.signal,
    handshakeTimeout: HANDSHAKE_TIMEOUT,
  });
  try {
    await converse(socket);
  } catch (error) {
    controller.abort(error);
    throw error;
  }
}

function certificateOptions({ certificates }: ConnectArguments): Pick<ClientOptions, "ca" | "certificate"> {
  const { ca, credentials } = certificates ?? {};
  return {
    ...(ca !== undefined && { ca: read(ca) }),
    ...(credentials && { certificate: { chain: read(credentials.cert), key: read(credentials.key) } }),
  };
}

async function converse(socket: TlsSocket): Promise<void> {
  say(`connected: ${describe(await socket.opened)}`);

  // The end of the input becomes our close_notify. A failure of this direction is one of the whole connection, and
  // the other direction reports it.
  const input = Readable.toWeb(process.stdin) as unknown as ReadableStream<Uint8Array>;
  input.pipeTo(socket.writable).catch(() => {});

  await pipeline(socket.readable as unknown as AsyncIterable<Uint8Array>, process.stdout, { end: false });
  // The peer has said its last, so that there is nobody left to talk to.
  await socket.close();
}
