import { type BlockList, Server as NetServer, type ServerOpts, type Socket } from "node:net";
import { prepareServer } from "../socket.js";
import { isBlocked } from "./block-list.js";
import { PREPARED, type PreparedNodeServer, serverOptions } from "./node-options.js";
import { selectorOf } from "./psk-callback.js";
import { type NodeServerOptions, TLSSocket } from "./tls-socket.js";

/** How long a handshake may take, in milliseconds, as in `node:tls`. */
const HANDSHAKE_TIMEOUT = 120_000;

/** The part of {@link TlsServerOptions} that is passed to `node:net`. */
const NET_OPTIONS = ["noDelay", "keepAlive", "keepAliveInitialDelay", "highWaterMark"] as const;

/** Options of {@link createServer}. */
export interface TlsServerOptions extends NodeServerOptions {
  /** Whether writing continues after the client has ended. Default: `false`. */
  allowHalfOpen?: boolean | undefined;
  /** For the underlying sockets, as in `net.createServer`. */
  noDelay?: boolean | undefined;
  keepAlive?: boolean | undefined;
  keepAliveInitialDelay?: number | undefined;
  /** Addresses that are refused: their connections are cut immediately. */
  blockList?: BlockList | undefined;
}

/**
 * A server of `node:net` with TLS. Events: `secureConnection` with each {@link TLSSocket} whose handshake is complete,
 * `tlsClientError` with the error and the socket of one that is not, and `keylog`. Pass other Duplex streams to it by
 * `server.emit("connection", duplex)`.
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
      // Only newer versions of `node:net` have the option.
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
 * The shared options of all connections, prepared once; `undefined` if each connection has its own verifier of
 * certificates. Errors in them are reported now, not when the first client connects.
 */
function prepare({ signal: _, handshakeTimeout: __, ...options }: TlsServerOptions): PreparedNodeServer | undefined {
  // Only `pskCallback` would use the socket, and it is not called here.
  const { options: translated, verification } = serverOptions(options, undefined as unknown as TLSSocket);
  if (verification) return undefined;
  return { options: prepareServer(translated), select: selectorOf(options.psks ?? []) };
}

function netOptions(options: TlsServerOptions): ServerOpts {
  const given = NET_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return { ...Object.fromEntries(given), allowHalfOpen: true } as ServerOpts;
}

/**
 * Makes a {@link Server}. Throws `ERR_TLS_CONFIG` for options that no connection could be made with.
 *
 * @example
 * ```js
 * import { createServer } from "tls-psk/node";
 *
 * const pskCallback = async (socket, identity) => keys.get(identity);
 * createServer({ pskCallback }, (socket) => socket.pipe(socket)).listen(8883);
 * ```
 */
export function createServer(listener?: (socket: TLSSocket) => void): Server;
/** As {@link createServer}, with options. */
export function createServer(options?: TlsServerOptions, listener?: (socket: TLSSocket) => void): Server;
export function createServer(
  options?: TlsServerOptions | ((socket: TLSSocket) => void),
  listener?: (socket: TLSSocket) => void,
): Server {
  return new Server(options, listener);
}
