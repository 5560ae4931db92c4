// WebSockets as targets and listeners: Node's own client where there is one, otherwise the package ws, which is optional.

import type { IncomingMessage, Server } from "node:http";
import type { Server as HttpsServer } from "node:https";
import { type WebSocketLike, webSocketTransport } from "../adapters/websocket.js";
import type { StreamTransport } from "../transport.js";
import { UsageError } from "./usage-error.js";

/** A WebSocket of the package ws. */
export type ServerSocket = WebSocketLike & { terminate(): void };

interface Ws {
  WebSocket: new (url: string) => WebSocketLike;
  WebSocketServer: new (options: {
    server: Server | HttpsServer;
    path?: string;
  }) => {
    on(event: "connection", accept: (socket: ServerSocket, request: IncomingMessage) => void): void;
  };
}

/** The package ws. Throws {@link UsageError} if it is not installed; `why` begins the sentence. */
export async function loadWs(why: string): Promise<Ws> {
  const name = "ws";
  try {
    return (await import(name)) as Ws;
  } catch {
    throw new UsageError(`${why} the package ws: npm install ws`);
  }
}

/** A WebSocket as a transport. It need not be open yet: the deadline of the handshake counts from now. */
export async function connectWebSocket(url: string): Promise<StreamTransport> {
  const own = (globalThis as { WebSocket?: Ws["WebSocket"] }).WebSocket;
  const { WebSocket } = own ? { WebSocket: own } : await loadWs("before Node 22, WebSockets need");
  return webSocketTransport(new WebSocket(url));
}
