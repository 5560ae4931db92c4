import { once } from "node:events";
import { createConnection } from "node:net";
import { transportOf } from "../adapters/duplex.js";
import type { Transport } from "../node.js";
import type { Address } from "./arguments.js";

/** A TCP connection, as the streams that TLS takes. Rejects when it cannot be made. */
export async function connectTcp({ host, port }: Address): Promise<Transport> {
  const socket = createConnection({ host, port, allowHalfOpen: true, noDelay: true });
  await once(socket, "connect");
  return transportOf(socket);
}
