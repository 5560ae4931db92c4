import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { startTls, type TlsSocket } from "../node.js";
import type { ConnectArguments } from "./arguments.js";
import { collectPsks } from "./psks.js";
import { describe, say } from "./report.js";
import { connectTcp } from "./tcp.js";
import { observers } from "./trace.js";

/** How long a server may take for the handshake, in milliseconds. */
const HANDSHAKE_TIMEOUT = 30_000;

/** Runs `tls-psk connect`. Rejects unless the connection was closed cleanly. */
export async function connect(args: ConnectArguments): Promise<void> {
  const psks = collectPsks(args);
  const controller = new AbortController();
  const socket = startTls(await connectTcp(args.target), {
    ...args.tls,
    ...(args.serverName !== undefined && { serverName: args.serverName }),
    ...observers(args),
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
