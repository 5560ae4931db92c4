import { Server as NetServer, type Socket } from "node:net";
import type { NodeServerOptions } from "./node-options.js";
import { TLSSocket } from "./tls-socket.js";

/** How long a handshake may take, in milliseconds, as in `node:tls`. */
const HANDSHAKE_TIMEOUT = 120_000;

/** Options of {@link createServer}. */
export interface TlsServerOptions extends NodeServerOptions {
  /** Whether our writing goes on after the client has ended; `false` unless given. */
  allowHalfOpen?: boolean;
  /** Of the sockets underneath, as in `net.createServer`. */
  noDelay?: boolean;
  keepAlive?: boolean;
  keepAliveInitialDelay?: number;
}

/**
 * A server of `node:net` that speaks TLS. Events: `secureConnection` with each {@link TLSSocket} whose handshake is
 * complete, `tlsClientError` with the error and the socket of one that is not, and `keylog`. A Duplex that does not come from
 * `listen` goes in by `server.emit("connection", duplex)`.
 */
export class Server extends NetServer {
  constructor(options: TlsServerOptions = {}, listener?: (socket: TLSSocket) => void) {
    const { noDelay, keepAlive, keepAliveInitialDelay, allowHalfOpen = false } = options;
    super({
      allowHalfOpen: true,
      ...(noDelay !== undefined && { noDelay }),
      ...(keepAlive !== undefined && { keepAlive }),
      ...(keepAliveInitialDelay !== undefined && { keepAliveInitialDelay }),
    });
    if (listener) this.on("secureConnection", listener);
    this.on("connection", (socket: Socket) => {
      const tls = new TLSSocket(socket, {
        handshakeTimeout: HANDSHAKE_TIMEOUT,
        ...options,
        allowHalfOpen,
        isServer: true,
      });
      const onError = (error: Error) => this.emit("tlsClientError", error, tls);
      tls.on("error", onError);
      if (this.listenerCount("keylog") > 0) tls.on("keylog", (line) => this.emit("keylog", line, tls));
      tls.once("secure", () => {
        tls.off("error", onError);
        this.emit("secureConnection", tls);
      });
    });
  }
}

/** Makes a {@link Server}. */
export function createServer(options?: TlsServerOptions, listener?: (socket: TLSSocket) => void): Server {
  return new Server(options, listener);
}
