import { type BlockList, Server as NetServer, type ServerOpts, type Socket } from "node:net";
import { prepareServer } from "../socket.js";
import { isBlocked } from "./block-list.js";
import { PREPARED, type PreparedNodeServer, serverOptions } from "./node-options.js";
import { selectorOf } from "./psk-callback.js";
import { type NodeServerOptions, TLSSocket } from "./tls-socket.js";

/** How long a handshake may take, in milliseconds, as in `node:tls`. */
const HANDSHAKE_TIMEOUT = 120_000;

/** What is told to `node:net` of {@link TlsServerOptions}. */
const NET_OPTIONS = ["noDelay", "keepAlive", "keepAliveInitialDelay", "highWaterMark"] as const;

/** Options of {@link createServer}. */
export interface TlsServerOptions extends NodeServerOptions {
  /** Whether our writing goes on after the client has ended; `false` unless given. */
  allowHalfOpen?: boolean | undefined;
  /** Of the sockets underneath, as in `net.createServer`. */
  noDelay?: boolean | undefined;
  keepAlive?: boolean | undefined;
  keepAliveInitialDelay?: number | undefined;
  /** Addresses that are not served: their connections are cut at once. */
  blockList?: BlockList | undefined;
}

/**
 * A server of `node:net` that speaks TLS. Events: `secureConnection` with each {@link TLSSocket} whose handshake is
 * complete, `tlsClientError` with the error and the socket of one that is not, and `keylog`. A Duplex that does not come from
 * `listen` goes in by `server.emit("connection", duplex)`.
 */
export class Server extends NetServer {
  /** Throws `ERR_TLS_CONFIG` for options that no connection could be made with. */
  constructor(options?: TlsServerOptions | ((socket: TLSSocket) => void), listener?: (socket: TLSSocket) => void) {
    const given = typeof options === "function" ? {} : (options ?? {});
    const onConnection = typeof options === "function" ? options : listener;
    const prepared = prepare(given);
    super(netOptions(given));
    if (onConnection) this.on("secureConnection", onConnection);
    this.on("connection", (socket: Socket) => {
      // `node:net` has the option in its later versions only.
      if (given.blockList && isBlocked(given.blockList, socket)) {
        socket.destroy();
        return;
      }
      const tls = new TLSSocket(socket, {
        handshakeTimeout: HANDSHAKE_TIMEOUT,
        ...given,
        [PREPARED]: prepared,
        allowHalfOpen: given.allowHalfOpen ?? false,
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

/**
 * What all connections have in common, prepared once; `undefined` where each has its own judge of certificates. What is
 * wrong with it is not to be found out by the first client.
 */
function prepare({ signal: _, handshakeTimeout: __, ...options }: TlsServerOptions): PreparedNodeServer | undefined {
  // Only `pskCallback` would get the socket, and nothing calls it here.
  const { options: translated, verification } = serverOptions(options, undefined as unknown as TLSSocket);
  if (verification) return undefined;
  return { options: prepareServer(translated), select: selectorOf(options.psks ?? []) };
}

function netOptions(options: TlsServerOptions): ServerOpts {
  const given = NET_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return { ...Object.fromEntries(given), allowHalfOpen: true } as ServerOpts;
}

/** Makes a {@link Server}. Throws `ERR_TLS_CONFIG` for options that no connection could be made with. */
export function createServer(listener?: (socket: TLSSocket) => void): Server;
/** As {@link createServer}, with options. */
export function createServer(options?: TlsServerOptions, listener?: (socket: TLSSocket) => void): Server;
export function createServer(
  options?: TlsServerOptions | ((socket: TLSSocket) => void),
  listener?: (socket: TLSSocket) => void,
): Server {
  return new Server(options, listener);
}
