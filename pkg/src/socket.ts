/// <reference lib="esnext.disposable" preserve="true" />
import { type Bytes, viewOf } from "./bytes.js";
import { openConnection } from "./configuration.js";
import type { Negotiated } from "./core-types.js";
import { asConfigError, TlsError } from "./errors.js";
import { Inbound } from "./inbound.js";
import { isInitialised } from "./loader.js";
import type { ClientOptions, ServerOptions } from "./options.js";
import { Outbound } from "./outbound.js";
import { type PreparedServer, prepare, recall } from "./prepared.js";
import { copyPsks } from "./psk.js";
import { Pump } from "./pump.js";
import type { Transport } from "./transport.js";

/**
 * A TLS connection, with the interface of the sockets of WinterTC and Cloudflare. There are two differences: `opened`
 * has no addresses, which only the transport knows, and `close()` closes gracefully instead of dropping data in flight.
 * To drop it, use `signal` or `writable.abort()`.
 *
 * If a connection fails, `opened`, `closed` and both streams fail with the same `TlsError`. Neither promise ever causes
 * an unhandled rejection.
 *
 * @group Connections
 */
export interface TlsSocket extends AsyncDisposable {
  /**
   * Decrypted data: a byte stream that ends at the peer's close_notify. The transport is read only as this stream is.
   */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * On a server, the early data of the client, if `acceptEarlyData` accepted it. It is separate from `readable` because
   * it may be a copy of data that was sent before. The stream ends when the handshake does.
   */
  readonly earlyData: ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Data to encrypt, in chunks of any size. A write is done when the transport has room for more. Closing the stream
   * sends close_notify and leaves `readable` open; aborting it ends the connection as an error on both sides.
   */
  readonly writable: WritableStream<Bytes>;
  /** What was negotiated, once the handshake is complete and the peer is authenticated. You need not wait for it. */
  readonly opened: Promise<Negotiated>;
  /** Settles when both directions have ended and the transport has been released. */
  readonly closed: Promise<void>;
  /**
   * Closes both directions: sends what was written, then close_notify, and discards further data of the peer. It waits
   * as long as the peer takes to accept what was written, unless `signal` ends that, and then at most one second for
   * the peer's close_notify. During a handshake, it ends the connection with `ERR_TLS_ABORTED`.
   *
   * @returns `closed`
   */
  close(): Promise<void>;
  /**
   * Keying material for another protocol (RFC 9846 section 7.5). Both sides compute the same bytes.
   *
   * @param length in bytes
   * @throws `ERR_TLS_USAGE` before the connection is open and after it is closed
   */
  exportKeyingMaterial(label: string, context: Bytes | undefined, length: number): Uint8Array<ArrayBuffer>;
  /**
   * As {@link exportKeyingMaterial}, from the early exporter, once the client has sent early data or the server
   * accepted it.
   */
  exportEarlyKeyingMaterial(label: string, context: Bytes | undefined, length: number): Uint8Array<ArrayBuffer>;
  /**
   * Changes the key of the sending direction, and with `requestPeer` the peer's as well (RFC 9846 section 4.7.3). The
   * core does this automatically when a key nears its limit.
   *
   * @throws `ERR_TLS_USAGE` before the connection is open and after it is closed, and with `requestPeer` while the peer
   *   has not answered the last request
   */
  updateKeys(options?: { requestPeer?: boolean }): Promise<void>;
  /** As in WinterTC's sockets: the connection already uses TLS. */
  readonly secureTransport: "on";
  /** As in WinterTC's sockets: `startTls` has not upgraded this socket. */
  readonly upgraded: false;
  /**
   * As in WinterTC's sockets, where TLS can begin only once. For TLS within TLS, pass this socket to the function
   * `startTls` as a transport.
   *
   * @throws `ERR_TLS_USAGE`, always
   */
  startTls(): never;
  /** Closes the socket, as `await using` does at the end of a block. Never throws. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Begins TLS as the client. Returns immediately; the socket can be read and written right away.
 *
 * @example
 * ```js
 * import { startTls } from "tls-psk";
 *
 * const tls = startTls(transport, { psks: [{ identity: "device-7", secret }] });
 * const { cipherSuite } = await tls.opened;
 * await tls.readable.pipeTo(destination);
 * ```
 *
 * @throws `ERR_TLS_PSK` and `ERR_TLS_CONFIG` for mistakes that are visible at once: a secret that is a string, a
 *   transport that is locked or has no streams. All other errors, including wrong values of options, make `opened` and
 *   `closed` reject.
 *
 * @group Connections
 */
export function startTls(transport: Transport, options: ClientOptions): TlsSocket {
  return socketOf("client", transport, options);
}

/**
 * As {@link startTls}, as the server.
 *
 * @example
 * ```js
 * import { acceptTls } from "tls-psk";
 *
 * const tls = acceptTls(transport, {
 *   async selectPsk(offered, { signal }) {
 *     const [{ identity }] = offered;
 *     const secret = await store.get(new TextDecoder().decode(identity), { signal });
 *     return secret ? { identity, secret } : null;
 *   },
 *   answerTimeout: 2_000,
 * });
 * await tls.readable.pipeTo(tls.writable);
 * ```
 *
 * @group Connections
 */
export function acceptTls(transport: Transport, options: ServerOptions): TlsSocket {
  return socketOf("server", transport, options);
}

/**
 * Prepares the options of a server for any number of connections, so that work that takes milliseconds with many PSKs,
 * or with certificates, is done only once. Pass the result to {@link acceptTls}. Later changes to `options` have no
 * effect.
 *
 * A copy of the result with a `signal`, other deadlines, or a replaced `selectPsk`, `onTrace` or `onKeylog` is
 * prepared, too, for example `{ ...prepared, signal }`. A copy with any other change is not.
 *
 * Options that are not prepared are cached from their second use on, as long as a comparison by content finds them
 * unchanged.
 *
 * @example
 * ```js
 * import { acceptTls, init, prepareServer } from "tls-psk";
 *
 * await init();
 * const prepared = prepareServer({ psks: tenThousandPsks });
 * for await (const transport of connections) acceptTls(transport, { ...prepared, signal });
 * ```
 *
 * @throws `ERR_TLS_PSK` and `ERR_TLS_CONFIG` for wrong values; it finds all of them only after `init` has resolved
 *
 * @group Connections
 */
export function prepareServer(options: ServerOptions): PreparedServer {
  const prepared = prepare(options);
  if (isInitialised()) openConnection("server", prepared, copyPsks(prepared.psks ?? []), recall(prepared)).free();
  return prepared;
}

function socketOf(role: "client" | "server", transport: Transport, options: ClientOptions | ServerOptions): TlsSocket {
  const inbound = new Inbound();
  let outbound!: Outbound;
  let pump: Pump;
  try {
    pump = new Pump(role, transport, options, inbound, (sink) => {
      outbound = new Outbound(sink);
      return outbound;
    });
  } catch (thrown) {
    throw asConfigError(thrown);
  }
  return {
    readable: inbound.stream,
    get earlyData() {
      return pump.early.stream;
    },
    writable: outbound.stream,
    opened: pump.opened.promise,
    closed: pump.closed.promise,
    close: () => pump.close(),
    exportKeyingMaterial: (label, context, length) =>
      pump.live().exportKeyingMaterial(label, context && viewOf(context), length),
    exportEarlyKeyingMaterial: (label, context, length) =>
      pump.live().exportEarlyKeyingMaterial(label, context && viewOf(context), length),
    updateKeys: ({ requestPeer = false } = {}) => pump.updateKeys(requestPeer),
    secureTransport: "on",
    upgraded: false,
    startTls() {
      throw new TlsError("ERR_TLS_USAGE", "the socket has already begun TLS", { phase: pump.phase });
    },
    [Symbol.asyncDispose]: () => pump.close().catch(() => {}),
  };
}
