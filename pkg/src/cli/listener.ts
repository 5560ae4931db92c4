import { once } from "node:events";
import { rmSync, statSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { transportOf } from "../adapters/duplex.js";
import { webSocketTransport } from "../adapters/websocket.js";
import type { StreamTransport } from "../transport.js";
import type { ListenerArguments, Listening, WebSocketListening } from "./arguments.js";
import { read } from "./psks.js";
import { complain, explain, say } from "./report.js";
import { UsageError } from "./usage-error.js";
import { loadWs } from "./web-sockets.js";

/** A connection that was accepted. */
export interface Accepted {
  /** The address of the peer, for people. */
  peer: string;
  transport: StreamTransport;
  /** Cuts it. */
  destroy(): void;
}

/** Serves one connection until it is over, or `signal` aborts. Never rejects. */
type Serve = (accepted: Accepted, signal: AbortSignal) => Promise<void>;

/** Listens until SIGINT, or SIGTERM and the end of its connections. Rejects if it cannot listen. */
export async function listen({ listen, maxConnections, drain }: ListenerArguments, serve: Serve): Promise<void> {
  const connections = new Map<AbortController, Promise<void>>();
  const server = await serverOf(listen, (accepted) => {
    const controller = new AbortController();
    const served = serve(accepted, controller.signal).finally(() => connections.delete(controller));
    connections.set(controller, served);
  });
  server.maxConnections = maxConnections;
  if ("path" in listen) removeSocket(listen.path);
  server.listen(listen);
  await once(server, "listening");
  // For example when there are no more descriptors: the server continues.
  server.on("error", (error) => complain(`a connection could not be accepted: ${explain(error)}`));
  say(`listening on ${nameOf(listen, server.address() as AddressInfo | string)}`);

  const signal = await Promise.race(["SIGINT", "SIGTERM"].map((name) => once(process, name).then(() => name)));
  server.close();
  if (signal === "SIGTERM" && drain > 0 && connections.size > 0) {
    say(`stopping: ${connections.size} connections are still open`);
    const patience = new AbortController();
    const enough = [once(process, "SIGINT"), once(process, "SIGTERM"), delay(drain, undefined, patience)];
    await Promise.race([Promise.all(connections.values()), ...enough]).catch(() => {});
    patience.abort();
  }
  // Peers notice by the missing close_notify that their data is incomplete.
  for (const controller of connections.keys()) controller.abort(new Error("the server was stopped"));
}

async function serverOf(listen: Listening, accept: (accepted: Accepted) => void): Promise<Server> {
  if (!("webSocketPath" in listen)) {
    return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      accept({ peer: peerOf(socket), transport: transportOf(socket), destroy: () => socket.destroy() });
    });
  }
  const { WebSocketServer } = await loadWs("--listen ws://… needs");
  const server = webServer(listen, (_request, response) => response.writeHead(426).end("This is a WebSocket.\n"));
  const sockets = new WebSocketServer({ server, path: listen.webSocketPath });
  sockets.on("connection", (socket, { socket: tcp }) => {
    accept({ peer: peerOf(tcp), transport: webSocketTransport(socket), destroy: () => socket.terminate() });
  });
  return server;
}

/** A web server over HTTP or HTTPS. SIGHUP reloads its certificate. Throws if certificate and key do not fit. */
function webServer({ https }: WebSocketListening, answer: RequestListener) {
  if (!https) return createHttpServer(answer);
  const load = () => {
    const files = { cert: read(https.cert), key: read(https.key) };
    try {
      createSecureContext(files);
    } catch (error) {
      throw new UsageError(`--listen-cert ${https.cert} with --listen-key ${https.key}: ${(error as Error).message}`);
    }
    return files;
  };
  const server = createHttpsServer(load(), answer);
  process.on("SIGHUP", () => {
    try {
      server.setSecureContext(load());
    } catch (error) {
      complain(`the certificate of the web server was not reloaded: ${explain(error)}`);
    }
  });
  return server;
}

/** Removes the socket of an earlier process, which would prevent listening. */
function removeSocket(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isSocket()) rmSync(path);
}

function nameOf(listen: Listening, bound: AddressInfo | string): string {
  if ("path" in listen || typeof bound === "string") return `unix:${bound}`;
  const address = addressOf(bound);
  return "webSocketPath" in listen ? `ws${listen.https ? "s" : ""}://${address}${listen.webSocketPath}` : address;
}

function addressOf(bound: AddressInfo): string {
  return `${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`;
}

/** The address of a peer. A peer that has gone has none, and neither has a peer on a local socket. */
function peerOf({ remoteAddress, remotePort, remoteFamily, destroyed }: Socket): string {
  if (remoteAddress === undefined) return destroyed ? "a client that has gone" : "a local client";
  return `${remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`;
}
