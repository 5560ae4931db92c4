import { once } from "node:events";
import { createConnection } from "node:net";
import { transportOf } from "../adapters/duplex.js";
import type { StreamTransport } from "../transport.js";
import type { Target } from "./arguments.js";
import { connectWebSocket } from "./web-sockets.js";

/** A connection, as streams for TLS. Rejects if it cannot be made, within `timeout` milliseconds if given. */
export async function connectTo(target: Target, timeout?: number): Promise<StreamTransport> {
  if ("url" in target) return connectWebSocket(target.url);
  const socket = createConnection({ ...target, allowHalfOpen: true, noDelay: true });
  const timer = timeout && setTimeout(() => socket.destroy(new Error("connecting took too long")), timeout);
  try {
    await once(socket, "connect");
  } finally {
    clearTimeout(timer);
  }
  return transportOf(socket);
}
