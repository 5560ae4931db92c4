import { createConnection, type NetConnectOpts, type TcpNetConnectOpts } from "node:net";
import type { Duplex } from "node:stream";
import type { NodeClientOptions } from "./node-options.js";
import { TLSSocket } from "./tls-socket.js";

/** What is told to `node:net` of {@link TlsConnectOptions}. */
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

/** Options of {@link connect}: where to, unless there is a `socket`, and what TLS needs. */
export interface TlsConnectOptions
  extends NodeClientOptions,
    Partial<Pick<TcpNetConnectOpts, Exclude<(typeof NET_OPTIONS)[number], "path">>> {
  /** A Duplex to run over, instead of a new connection. */
  socket?: Duplex;
  /** The path of a local socket. */
  path?: string;
  /** Milliseconds without activity until the event `timeout`. */
  timeout?: number;
  /** Whether our writing goes on after the server has ended. As the `socket` has it; else `false` unless given. */
  allowHalfOpen?: boolean;
}

/** Connects as a client. `listener` is for the event `secureConnect`. */
export function connect(options: TlsConnectOptions, listener?: () => void): TLSSocket;
/** As {@link connect}, to a port. */
export function connect(port: number, options?: TlsConnectOptions, listener?: () => void): TLSSocket;
/** As {@link connect}, to a port of a host. */
export function connect(port: number, host?: string, options?: TlsConnectOptions, listener?: () => void): TLSSocket;
export function connect(...args: unknown[]): TLSSocket {
  const { listener, ...options } = optionsOf(args);
  const { socket, allowHalfOpen, timeout } = options;
  const tls = new TLSSocket(socket ?? createConnection(netOptions(options)), {
    ...options,
    isServer: false,
    ...(socket === undefined && { allowHalfOpen: allowHalfOpen ?? false }),
  });
  if (listener) tls.once("secureConnect", listener);
  if (timeout) tls.setTimeout(timeout);
  return tls;
}

function optionsOf(args: unknown[]): TlsConnectOptions & { listener?: () => void } {
  const options: TlsConnectOptions & { listener?: () => void } = {};
  for (const arg of args) {
    if (typeof arg === "number") options.port = arg;
    else if (typeof arg === "string") options.host = arg;
    else if (typeof arg === "function") options.listener = arg as () => void;
    else Object.assign(options, arg);
  }
  return options;
}

function netOptions(options: TlsConnectOptions): NetConnectOpts {
  const given = NET_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return { ...Object.fromEntries(given), allowHalfOpen: true } as unknown as NetConnectOpts;
}
