import { type BlockList, createConnection, type NetConnectOpts, type Socket, type TcpNetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";
import { isBlocked } from "./block-list.js";
import type { Loosely, NodeClientOptions } from "./node-options.js";
import { TLSSocket } from "./tls-socket.js";

/** The part of {@link TlsConnectOptions} that is passed to `node:net`. */
const NET_OPTIONS = [
  "host",
  "port",
  "path",
  "localAddress",
  "localPort",
  "family",
  "hints",
  "lookup",
  "noDelay",
  "keepAlive",
  "keepAliveInitialDelay",
  "autoSelectFamily",
  "autoSelectFamilyAttemptTimeout",
] as const;

/** Options of {@link connect}: the address, unless there is a `socket`, and the options of TLS. */
export interface TlsConnectOptions
  extends NodeClientOptions,
    Loosely<Partial<Pick<TcpNetConnectOpts, Exclude<(typeof NET_OPTIONS)[number], "path">>>> {
  /** A Duplex to run over, instead of a new connection. */
  socket?: Duplex | undefined;
  /** Addresses that are refused. */
  blockList?: BlockList | undefined;
  /** The path of a local socket. */
  path?: string | undefined;
  /** Milliseconds without activity until the event `timeout`. */
  timeout?: number | undefined;
  /** Whether writing continues after the server has ended. Default: that of the `socket`, otherwise `false`. */
  allowHalfOpen?: boolean | undefined;
}

/**
 * Connects as a client. `listener` is for the event `secureConnect`.
 *
 * @example
 * ```js
 * import { connect } from "tls-psk/node";
 *
 * const tls = connect({ host: "broker.example", port: 8883, pskCallback: () => ({ identity: "device-7", psk }) });
 * tls.once("secureConnect", () => tls.end("hello\n"));
 * ```
 */
export function connect(options: TlsConnectOptions, listener?: () => void): TLSSocket;
/** As {@link connect}, to a port. */
export function connect(port: number, options?: TlsConnectOptions, listener?: () => void): TLSSocket;
/** As {@link connect}, to a local socket. */
export function connect(path: string, options?: TlsConnectOptions, listener?: () => void): TLSSocket;
/** As {@link connect}, to a port of a host. */
export function connect(port: number, host?: string, options?: TlsConnectOptions, listener?: () => void): TLSSocket;
export function connect(...args: unknown[]): TLSSocket {
  const { listener, ...options } = optionsOf(args);
  const { socket, allowHalfOpen, timeout } = options;
  const tls = new TLSSocket(socket ?? connectTcp(options), {
    ...options,
    isServer: false,
    ...(socket === undefined && { allowHalfOpen: allowHalfOpen ?? false }),
  });
  if (listener) tls.once("secureConnect", listener);
  if (timeout) tls.setTimeout(timeout);
  return tls;
}

/**
 * The arguments, read like `node:net`: options, a path, or a port and optionally a host; then options and a listener.
 */
function optionsOf([first, ...others]: unknown[]): TlsConnectOptions & { listener?: () => void } {
  const options: TlsConnectOptions & { listener?: () => void } = {};
  if (typeof first === "object") Object.assign(options, first);
  else if (typeof first === "string" && !(Number(first) >= 0)) options.path = first;
  else options.port = first as number;
  for (const [place, arg] of others.entries()) {
    if (typeof arg === "function") options.listener = arg as () => void;
    else if (typeof arg === "string" && place === 0) options.host = arg;
    else if (typeof arg === "object") Object.assign(options, arg);
  }
  return options;
}

function connectTcp(options: TlsConnectOptions): Duplex {
  const socket = createConnection(netOptions(options));
  const { blockList } = options;
  // Before anything is written. Only newer versions of `node:net` have the option.
  if (blockList) socket.once("connect", () => isBlocked(blockList, socket) && socket.destroy(blocked(socket)));
  return socket;
}

function blocked({ remoteAddress }: Socket): Error {
  const error = new Error(`${remoteAddress} is blocked by the option blockList`);
  return Object.assign(error, { code: "ERR_IP_BLOCKED" });
}

function netOptions(options: TlsConnectOptions): NetConnectOpts {
  const given = NET_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return { ...Object.fromEntries(given), allowHalfOpen: true } as unknown as NetConnectOpts;
}
