import { X509Certificate } from "node:crypto";
import type { Duplex } from "node:stream";
import { type Bytes, viewOf } from "../bytes.js";
import type { Authentication, CipherSuite, Group, Negotiated } from "../core-types.js";
import { asConfigError, TlsError } from "../errors.js";
import { Limits } from "../limits.js";
import type { ClientOptions, ServerOptions } from "../options.js";
import { Pump } from "../pump.js";
import type { SavedSession } from "../resumption.js";
import type { Transport } from "../transport.js";
import { DirectInbound, DirectOutbound } from "./direct.js";
import { directTransportOf } from "./duplex.js";
import {
  clientOptions,
  connectionOptions,
  given,
  type NodeClientOptions,
  type NodeServerOptions as OptionsOfServer,
  PREPARED,
  type PreparedNodeServer,
  serverOptions,
} from "./node-options.js";
import { OverDuplex } from "./over-duplex.js";
import { describeChain, NO_CERTIFICATE, NOT_ACCEPTED, type Verification } from "./verification.js";

/** Options of a server, in Node's words or in those of `acceptTls`. */
export interface NodeServerOptions extends OptionsOfServer<TLSSocket> {}

/** Options of a {@link TLSSocket}. */
export type TLSSocketOptions = {
  /**
   * Whether writing continues after the peer has ended. Default: that of the underlying Duplex; for a socket of
   * `node:net` it is `false`.
   */
  allowHalfOpen?: boolean | undefined;
  /** @internal */
  [PREPARED]?: PreparedNodeServer | undefined;
} & ((NodeClientOptions & { isServer?: false; host?: string | undefined }) | (NodeServerOptions & { isServer: true }));

/** The description of the groups in `node:tls`. */
const EPHEMERAL_KEYS: Readonly<Partial<Record<Group, { type: "ECDH"; name: string; size: number }>>> = {
  x25519: { type: "ECDH", name: "X25519", size: 253 },
  secp256r1: { type: "ECDH", name: "prime256v1", size: 256 },
};

type Callback = (error?: Error | null) => void;

const nothing = (): void => {};

/** The kinds of authentication by which a peer is authorized. */
const AUTHENTICATED: readonly Authentication[] = ["psk", "ca", "application"];

/**
 * A TLS connection over a Duplex. It is itself a Duplex, with the members that code written for `node:tls` uses. Errors
 * of TLS are `TlsError`s; errors of the underlying Duplex, such as ECONNRESET, are passed on unchanged.
 *
 * Events: `secure`, on clients `secureConnect` as well, when the handshake is complete; `session` with the bytes of a
 * session, and `keylog` with a line, if there are listeners from the beginning; `connect`, `ready`, `lookup` and
 * `timeout` of the underlying socket.
 */
export class TLSSocket extends OverDuplex {
  readonly encrypted = true;
  /** Whether the peer was authenticated, by a PSK or by a certificate that was verified. */
  authorized = false;
  /** Why the peer is not {@link authorized}: a code of Node's, or of an error of `checkServerIdentity`. */
  authorizationError: string | null = null;
  /** `null` before the handshake is complete, `false` if no protocol was negotiated. */
  alpnProtocol: string | false | null = null;
  /** The server name that the client sent, or `false`. */
  servername: string | false | null = null;
  /** What was negotiated, once the handshake is complete. */
  negotiated: Negotiated | undefined;
  /** Whether the handshake is under way. */
  secureConnecting = true;
  /** Plaintext that has arrived, in bytes. */
  bytesRead = 0;
  /** Plaintext that was sent, in bytes. */
  bytesWritten = 0;

  readonly #isServer: boolean;
  readonly #started: Promise<Pump>;
  readonly #inbound = new DirectInbound(
    (bytes) => this.#onRead(bytes),
    (error) => this.destroy(this.#unwrapped(error)),
  );
  #outbound: DirectOutbound | undefined;
  #limits: Limits | undefined;
  #verification: Verification | undefined;
  #tls: Pump | undefined;
  #session: Buffer | undefined;

  constructor(socket: Duplex, options: TLSSocketOptions = {}) {
    super(socket, options.allowHalfOpen ?? socket.allowHalfOpen, options.highWaterMark);
    this.#isServer = options.isServer ?? false;
    // Until something reads the Duplex, and so would notice.
    socket.once("close", () => {
      if (this.#tls === undefined) this.destroy(socket.errored ?? undefined);
    });
    this.#started = this.#start(socket, options);
    this.#started.catch((error) => this.destroy(error));
    // As in `node:net`: the end is noticed even if the socket is not read.
    this.read(0);
  }

  async #start(socket: Duplex, options: TLSSocketOptions): Promise<Pump> {
    const transport = directTransportOf(socket);
    // Errors of the options are events; they are emitted later, so that the caller can add listeners first.
    await undefined;
    // Here and not in the pump, as the time of `pskCallback` is also part of the handshake.
    const { signal: _, handshakeTimeout, ...rest } = options;
    this.#limits = new Limits(given(options), (code, message, details) => {
      this.destroy(new TlsError(code, message, { phase: this.secureConnecting ? "handshake" : "data", ...details }));
    });
    this.#limits.start(handshakeTimeout);
    const { options: ours, verification } = rest.isServer
      ? this.#serverOptions(options[PREPARED], rest)
      : await this.#clientOptions(rest);
    this.#verification = verification;
    if (this.destroyed) throw new Error("the socket was destroyed");
    if (this.listenerCount("keylog") > 0) {
      ours.onKeylog = (line) => {
        options.onKeylog?.(line);
        queueMicrotask(() => this.emit("keylog", Buffer.from(`${line}\n`)));
      };
    }
    const tls = this.#pump(options.isServer ? "server" : "client", transport, ours);
    this.#tls = tls;
    const asked = options.isServer === true && options.requestCert === true;
    tls.opened.promise.then((negotiated) => queueMicrotask(() => this.#onOpened(negotiated, asked)), nothing);
    tls.closed.promise.catch((error) => {
      // Received data comes first, as long as it is read.
      setImmediate(() => this.#inbound.wanted || this.destroy(this.#unwrapped(error)));
    });
    return tls;
  }

  #pump(role: "client" | "server", transport: Transport, options: ClientOptions | ServerOptions): Pump {
    try {
      return new Pump(role, transport, options, this.#inbound, (sink) => {
        this.#outbound = new DirectOutbound(sink);
        return this.#outbound;
      });
    } catch (thrown) {
      throw asConfigError(thrown);
    }
  }

  #serverOptions(prepared: PreparedNodeServer | undefined, options: NodeServerOptions) {
    return prepared ? connectionOptions(prepared, options, this) : serverOptions(options, this);
  }

  async #clientOptions(options: NodeClientOptions & { host?: string | undefined }) {
    const translated = await clientOptions(options).catch((cause: unknown) => {
      if (cause instanceof TlsError) throw cause;
      throw new TlsError("ERR_TLS_SELECTION", `pskCallback failed: ${cause}`, { phase: "configuration", cause });
    });
    const { session, onSession, pskKinds = "external" } = options;
    if (session !== undefined || onSession || pskKinds !== "external" || this.listenerCount("session") > 0) {
      translated.options.onSession = (saved) => this.#onSession(saved, onSession);
    }
    return translated;
  }

  /** @param asked whether the server requested a certificate */
  #onOpened(negotiated: Negotiated, asked: boolean): void {
    if (this.destroyed) return;
    const { peerAuthentication, alpn, serverName } = negotiated;
    this.negotiated = negotiated;
    this.secureConnecting = false;
    this.#limits?.opened();
    const { refusal, authorizationError = null } = this.#verification ?? {};
    // In a resumed connection it is the authentication of the full handshake.
    this.authorized = AUTHENTICATED.includes(peerAuthentication) && refusal === undefined;
    const unverified = peerAuthentication === "unverified" ? NOT_ACCEPTED : null;
    const missing = asked && peerAuthentication === "none" ? NO_CERTIFICATE : null;
    this.authorizationError = authorizationError ?? unverified ?? missing;
    this.alpnProtocol = alpn ?? false;
    this.servername = serverName ?? false;
    this.emit("secure");
    if (!this.#isServer) this.emit("secureConnect");
  }

  #onSession(saved: SavedSession, onSession: NodeClientOptions["onSession"]): void {
    onSession?.(saved);
    const session = Buffer.from(saved.bytes);
    this.#session = session;
    queueMicrotask(() => this.emit("session", session));
  }

  /** @internal */
  override _read(): void {
    this.#inbound.read();
  }

  #onRead(bytes: Uint8Array<ArrayBuffer> | undefined): boolean {
    if (this.destroyed) return false;
    this.refreshTimeout();
    this.bytesRead += bytes?.length ?? 0;
    if (bytes) return this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.push(null);
    this.read(0);
    return false;
  }

  /** @internal */
  override _write(chunk: Buffer, _encoding: string, callback: Callback): void {
    this.refreshTimeout();
    this.bytesWritten += chunk.length;
    this.#do((outbound, done) => outbound.write(chunk, done), callback);
  }

  /** @internal */
  override _writev(chunks: { chunk: Buffer }[], callback: Callback): void {
    // Together, as each write makes a separate record.
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer", callback);
  }

  /** @internal */
  override _final(callback: Callback): void {
    this.#do((outbound, done) => outbound.end(done), callback);
  }

  #do(action: (outbound: DirectOutbound, done: Callback) => void, callback: Callback): void {
    const done: Callback = (error) => callback(error && this.#unwrapped(error));
    if (this.#outbound) action(this.#outbound, done);
    else
      this.#started.then(
        () => this.#outbound && action(this.#outbound, done),
        (error) => queueMicrotask(() => done(error)),
      );
  }

  /** @internal */
  override _destroy(error: Error | null, callback: Callback): void {
    void this.#end(error).then(() => queueMicrotask(() => callback(error)));
  }

  async #end(error: Error | null): Promise<void> {
    this.#limits?.lift();
    if (this.#tls === undefined) {
      this.under.destroy();
      return;
    }
    // An iteration destroys the socket at its end, before it could end itself as a socket that is not half-open does.
    const over = this.readableEnded && !this.allowHalfOpen && this.writableLength === 0;
    // If this side has not ended, the peer must not believe that it has everything.
    if (error || !(this.writableFinished || over)) {
      this.#outbound?.abort(error ?? new Error("the socket was destroyed"));
    }
    await this.#tls.close().catch(nothing);
  }

  /** `null` before the handshake is complete. */
  getProtocol(): "TLSv1.3" | null {
    return this.negotiated ? "TLSv1.3" : null;
  }

  /** `undefined` before the handshake is complete. */
  getCipher(): { name: CipherSuite; standardName: CipherSuite; version: "TLSv1.3" } | undefined {
    const name = this.negotiated?.cipherSuite;
    return name && { name, standardName: name, version: "TLSv1.3" };
  }

  /** Whether the handshake used a PSK; `node:tls` calls this a reused session. */
  isSessionReused(): boolean {
    return this.negotiated?.pskIdentity !== undefined;
  }

  /** The last session of the event `session`. */
  getSession(): Buffer | undefined {
    return this.#session;
  }

  /**
   * The certificate in the format of `node:tls`; an empty object if the peer has sent none. With `detailed`, each
   * certificate has its issuer's in `issuerCertificate`.
   */
  getPeerCertificate(detailed?: boolean): object {
    const chain = this.negotiated?.peerCertificates ?? [];
    return describeChain(detailed ? chain : chain.slice(0, 1), undefined);
  }

  /** The certificate itself; `undefined` if the peer has sent none. */
  getPeerX509Certificate(): X509Certificate | undefined {
    const [first] = this.negotiated?.peerCertificates ?? [];
    return first && new X509Certificate(first);
  }

  /**
   * Keying material (RFC 9846 section 7.5), with the arguments in Node's order.
   *
   * @throws `ERR_TLS_USAGE` before the handshake is complete and after the end
   */
  exportKeyingMaterial(length: number, label: string, context?: Bytes): Buffer {
    if (this.#tls === undefined) {
      throw new TlsError("ERR_TLS_USAGE", "the connection is not open yet", { phase: "handshake" });
    }
    return Buffer.from(this.#tls.live().exportKeyingMaterial(label, context && viewOf(context), length));
  }

  /** Changes the key of the sending direction, and with `requestPeer` the peer's as well (RFC 9846 section 4.7.3). */
  async updateKeys({ requestPeer = false }: { requestPeer?: boolean } = {}): Promise<void> {
    await (await this.#started).updateKeys(requestPeer);
  }

  /** The group of the key exchange in Node's format; an empty object without a key exchange, `null` on a server. */
  getEphemeralKeyInfo(): { type?: "ECDH"; name?: string; size?: number } | null {
    if (this.#isServer) return null;
    const group = this.negotiated?.group;
    return (group !== undefined && EPHEMERAL_KEYS[group]) || {};
  }

  /** Always `undefined`: TLS 1.3 has no `tls-unique`; `exportKeyingMaterial` replaces it (RFC 9266). */
  getFinished(): undefined {
    return undefined;
  }

  /** As {@link getFinished}. */
  getPeerFinished(): undefined {
    return undefined;
  }

  /** Always `undefined`: the ticket is part of the session, see {@link getSession}. */
  getTLSTicket(): undefined {
    return undefined;
  }

  /** Does nothing: use the option `onTrace`, which receives every message. */
  enableTrace(): void {}

  /** Always `false`: records are as large as the peer accepts. */
  setMaxSendFragment(): boolean {
    return false;
  }

  /** Always `false`, with an error for the callback: TLS 1.3 has no renegotiation. */
  renegotiate(_options?: object, callback?: (error: Error | null) => void): boolean {
    const error = new TlsError("ERR_TLS_USAGE", "TLS 1.3 has no renegotiation", { phase: "data" });
    if (callback) queueMicrotask(() => callback(error));
    return false;
  }

  /** Does nothing: TLS 1.3 has no renegotiation. */
  disableRenegotiation(): void {}

  /**
   * The error that code for sockets expects: that of the underlying Duplex, or of the function that refused a
   * certificate.
   */
  #unwrapped(error: unknown): Error {
    const { code, cause, alertDirection } = error as TlsError;
    const { refusal, authorizationError = null } = this.#verification ?? {};
    if (code === "ERR_TLS_CERTIFICATE" && alertDirection === "sent" && refusal) {
      this.authorizationError = authorizationError;
      return refusal;
    }
    return code === "ERR_TLS_TRANSPORT" && cause instanceof Error ? cause : (error as Error);
  }
}
