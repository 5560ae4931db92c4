/// <reference lib="esnext.disposable" preserve="true" />
import { type Bytes, viewOf } from "./bytes.js";
import type { Negotiated } from "./core-types.js";
import { asConfigError, TlsError } from "./errors.js";
import { isInitialised } from "./loader.js";
import { type ClientOptions, openConnection, type ServerOptions } from "./options.js";
import { type PreparedServer, prepare, recall } from "./prepared.js";
import { copyPsks } from "./psk.js";
import { Pump } from "./pump.js";
import type { Transport } from "./transport.js";

/**
 * A TLS connection, in the shape of the sockets of WinterTC and Cloudflare. Those have addresses in `opened`, which only
 * the transport knows, and drop what is under way on `close()`, which here ends in good order: to drop it there are
 * `signal` and `writable.abort()`.
 *
 * When a connection fails, `opened`, `closed` and both streams do so with the same `TlsError`; neither promise is ever
 * reported as an unhandled rejection.
 */
export interface TlsSocket extends AsyncDisposable {
  /** Decrypted data: a byte stream, which ends at the peer's close_notify. The transport is read as this one is. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * On a server, what the client sent before the handshake was complete, if `acceptEarlyData` took it: apart from
   * `readable`, because it may be a copy of what was sent before. It ends when the handshake does.
   */
  readonly earlyData: ReadableStream<Uint8Array<ArrayBuffer>>;
  /**
   * Data to encrypt, in chunks of any size. A write is done when the transport has room for more. Closing the stream
   * sends close_notify and leaves `readable` open; aborting it ends the connection as an error on both sides.
   */
  readonly writable: WritableStream<Bytes>;
  /** What was negotiated, as soon as the handshake is complete and the peer authenticated. Nobody has to wait for it. */
  readonly opened: Promise<Negotiated>;
  /** Settles when both directions have ended and the transport has been let go. */
  readonly closed: Promise<void>;
  /**
   * Closes both directions: sends what was written, then close_notify, and drops what the peer still says. It waits
   * at most a second for the peer's side of it, but as long as it takes for the peer to accept what was written, unless
   * `signal` ends that. During a handshake, it ends the connection with `ERR_TLS_ABORTED`.
   *
   * @returns `closed`
   */
  close(): Promise<void>;
  /**
   * Keying material for another protocol (RFC 9846 section 7.5), which both sides compute alike.
   *
   * @param length in bytes
   * @throws `ERR_TLS_USAGE` before the connection is open and after it is closed
   */
  exportKeyingMaterial(label: string, context: Bytes | undefined, length: number): Uint8Array<ArrayBuffer>;
  /** As {@link exportKeyingMaterial}, from early data's exporter: as soon as the client has sent some, or the server took it. */
  exportEarlyKeyingMaterial(label: string, context: Bytes | undefined, length: number): Uint8Array<ArrayBuffer>;
  /**
   * Changes the key of our direction, and with `requestPeer` the peer's as well (RFC 9846 section 4.7.3). The core does
   * so by itself when a key has been used enough.
   *
   * @throws `ERR_TLS_USAGE` before the connection is open and after it is closed, and with `requestPeer` as long as the
   * peer has not answered the last request: it may be asked once at a time
   */
  updateKeys(options?: { requestPeer?: boolean }): Promise<void>;
  /** As in WinterTC's sockets: it is TLS already. */
  readonly secureTransport: "on";
  /** As in WinterTC's sockets: `startTls` has made no other socket of this one. */
  readonly upgraded: false;
  /**
   * As in WinterTC's sockets, where TLS can begin once. For TLS within TLS, the socket is a transport for the function
   * of that name.
   *
   * @throws `ERR_TLS_USAGE`, always
   */
  startTls(): never;
  /** Closes the socket, as `await using` does at the end of a block. Never throws. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Begins TLS as the client. Returns at once: the socket can be read and written right away.
 *
 * @throws `ERR_TLS_PSK` and `ERR_TLS_CONFIG` for what is wrong at first sight: a secret that is a string, a transport
 * that is locked or has no streams. Everything else, wrong values of options included, makes `opened` and `closed` reject.
 */
export function startTls(transport: Transport, options: ClientOptions): TlsSocket {
  return socketOf("client", transport, options);
}

/** As {@link startTls}, as the server. */
export function acceptTls(transport: Transport, options: ServerOptions): TlsSocket {
  return socketOf("server", transport, options);
}

/**
 * Options of a server, made ready for any number of connections: what costs milliseconds with many PSKs, or with
 * certificates, is done once. Give what comes back to {@link acceptTls}, which does not look at `options` again, nor at
 * what becomes of them. `{ ...prepared, signal }` is prepared, too, and so it is with another `selectPsk`, `onTrace` or
 * `onKeylog` in the place of one, and with other deadlines; with any other change the options are like others that are not
 * prepared. Those are compared with what they said before, and what came of them is kept from their second use on, as long
 * as they say the same.
 *
 * @throws `ERR_TLS_PSK` and `ERR_TLS_CONFIG` for wrong values, all of them if `init` has been waited for
 */
export function prepareServer(options: ServerOptions): PreparedServer {
  const prepared = prepare(options);
  if (isInitialised()) openConnection("server", prepared, copyPsks(prepared.psks ?? []), recall(prepared)).free();
  return prepared;
}

function socketOf(...args: ConstructorParameters<typeof Pump>): TlsSocket {
  let pump: Pump;
  try {
    pump = new Pump(...args);
  } catch (thrown) {
    throw asConfigError(thrown);
  }
  return {
    readable: pump.inbound.stream,
    earlyData: pump.early.stream,
    writable: pump.outbound.stream,
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
