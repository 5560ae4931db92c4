import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { Duplex } from "node:stream";
import type { Transport } from "../node.js";
import type { Address } from "./arguments.js";

/** A TCP connection, as the streams that TLS takes. Rejects when it cannot be made. */
export async function connectTcp({ host, port }: Address): Promise<Transport> {
  const socket = createConnection({ host, port, allowHalfOpen: true, noDelay: true });
  await once(socket, "connect");
  return transportOf(socket);
}

/** The streams of a connected socket. */
export function transportOf(socket: Socket): Transport {
  // The streams report errors; a second one, as of a reset after the first, must not end the process.
  socket.on("error", () => {});
  return Duplex.toWeb(socket) as unknown as Transport;
}
