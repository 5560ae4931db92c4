/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The classes of the core: TLS without any I/O, synchronous, for callers with their own event loop. wasm-bindgen
 * generates the classes; these are their types. They all throw `TlsError`. An object with a `free()` owns memory of the
 * WebAssembly until `free()` is called (or, much later, until the garbage collector finds it). `tls-psk` exports all of
 * them.
 *
 * @module core
 */

/** The hash a PSK belongs to. It decides which cipher suites the PSK can be used with. */
export type HashName = "SHA-256" | "SHA-384";

/** A PSK key exchange mode (RFC 9846 section 4.3.9): with (EC)DHE, or without it and so without forward secrecy. */
export type PskMode = "psk_dhe_ke" | "psk_ke";

/** Which kinds of PSK are used: external PSKs, those of session tickets, or both. */
export type PskKinds = "external" | "resumption" | "both";

/** A cipher suite (RFC 9846 appendix B.4). The last one needs a SHA-384 PSK, the others a SHA-256 PSK. */
export type CipherSuite = "TLS_CHACHA20_POLY1305_SHA256" | "TLS_AES_128_GCM_SHA256" | "TLS_AES_256_GCM_SHA384";

/**
 * A group for the key exchange (RFC 9846 section 4.3.7). `X25519MLKEM768` is in `tls-psk/full` only: it withstands
 * quantum computers, as an external PSK does, too.
 */
export type Group = "x25519" | "secp256r1" | "X25519MLKEM768";

/** How a certificate's key signs a handshake (RFC 9846 section 4.3.3). */
export type SignatureScheme =
  | "ecdsa_secp256r1_sha256"
  | "ecdsa_secp384r1_sha384"
  | "ed25519"
  | "rsa_pss_rsae_sha256"
  | "rsa_pss_rsae_sha384"
  | "rsa_pss_rsae_sha512";

/** Who sent something: we, or the peer. */
export type Direction = "sent" | "received";

/** The states of RFC 9846 appendix A, and those that this implementation adds, such as `SELECTING_PSK`. */
export type StateName = string;

interface Freeable {
  /** Frees the memory and wipes the secrets in it. The object must not be used afterwards. */
  free(): void;
  /** Calls {@link free} at the end of a block with `using`. */
  [Symbol.dispose](): void;
}

/** An external pre-shared key, held in the memory of the WebAssembly. */
export interface ExternalPsk extends Freeable {
  /** A copy of the identity. */
  readonly identity: Uint8Array<ArrayBuffer>;
  readonly hmac: HashName;
  /** The context of an imported PSK. */
  readonly context: Uint8Array<ArrayBuffer> | undefined;
  /**
   * A copy that is imported (RFC 9258), once for each hash among the cipher suites. Both sides must agree on the
   * context, which may be empty and should name the roles of both sides.
   */
  withContext(context: Uint8Array): ExternalPsk;
  /**
   * A copy that allows early data (RFC 9846 section 4.3.10): at most `maxSize` bytes, protected by `cipherSuite`, in
   * the application protocol `alpn`. Both sides must agree on all three.
   */
  withEarlyData(maxSize: number, cipherSuite: CipherSuite, alpn?: string): ExternalPsk;
}

/** Makes {@link ExternalPsk}s. */
export interface ExternalPskConstructor {
  /**
   * @param identity 1 to 65,535 bytes, sent in clear
   * @param secret 16 to 65,535 bytes, not all zero
   * @param hmac `"SHA-256"` unless the PSK was provisioned for another hash
   * @throws `ERR_TLS_PSK`, and `ERR_TLS_CONFIG` for another hash
   */
  new (identity: Uint8Array, secret: Uint8Array, hmac?: HashName): ExternalPsk;
  /** Accepts a secret of fewer than 16 bytes. Only for published test vectors (RFC 9257 section 6). */
  unsafeShort(identity: Uint8Array, secret: Uint8Array, hmac?: HashName): ExternalPsk;
}

/** What a client stores of a connection to resume it later: the PSK of a session ticket (RFC 9846 section 4.7.1). */
export interface Session extends Freeable {
  /** The session with its secret. Store it where only this client can read it. */
  toBytes(): Uint8Array<ArrayBuffer>;
  /** The identity on the wire. */
  readonly ticket: Uint8Array<ArrayBuffer>;
  /** The suite of the connection it resumes. */
  readonly cipherSuite: CipherSuite;
  /** The most early data that the server accepts with it, in bytes; 0 for none. */
  readonly maxEarlyData: number;
  /** The identity of the external PSK whose handshake it descends from. */
  readonly externalIdentity: Uint8Array<ArrayBuffer> | undefined;
  /** The name of the server that it resumes a connection to. */
  readonly serverName: string | undefined;
  /** When it expires, in milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** Whether a connection has used it. */
  readonly used: boolean;
  /** Allows more than one connection to use it, which lets observers link them. */
  allowReuse(): void;
}

/** Makes {@link Session}s from their stored bytes. */
export interface SessionConstructor {
  /** Accepts the bytes that `toBytes` returned. Throws `ERR_TLS_PSK` for anything else. */
  fromBytes(bytes: Uint8Array): Session;
}

/** The configuration of connections. It may be used for many, and freed once they are constructed. */
export interface Config extends Freeable {
  /** Appends a copy of the PSK. The order is the order of preference. Throws `ERR_TLS_PSK` for a duplicate identity. */
  appendPsk(psk: ExternalPsk): void;
  /** See the option `TlsOptions.cipherSuites`. */
  setCipherSuites(names: CipherSuite[]): void;
  /** See the option `TlsOptions.groups`. */
  setGroups(names: Group[]): void;
  /** See the option `TlsOptions.modes`. */
  setModes(names: PskMode[]): void;
  /** See the option `TlsOptions.alpn`. */
  setAlpn(protocols: string[]): void;
  /** See the option `ClientOptions.serverName`. */
  setServerName(name: string): void;
  /** See the option `ServerOptions.maxOfferedPsks`. */
  setMaxOfferedPsks(count: number): void;
  /** How a server selects a PSK: the first of its own PSKs that was offered, or by asking with a `selectPsk` event. */
  setSelection(policy: "first-match" | "application"): void;
  /** Default: `"external"`. Throws `ERR_TLS_PSK` if PSKs of an excluded kind are present. */
  setPskKinds(kinds: PskKinds): void;
  /** Whether a client offers early data, and whether a server asks with `decideEarlyData` instead of rejecting it. */
  setEarlyData(on: boolean): void;
  /**
   * Makes a server issue tickets, and accept them for resumption.
   *
   * @param keys 32 bytes each, concatenated: the first seals, all of them open
   * @param count how many tickets follow each handshake, up to 16
   * @param lifetime in seconds, up to 604,800
   * @param maxSessionAge in seconds from the full handshake on, up to 604,800, even if tickets are renewed
   */
  setTickets(keys: Uint8Array, count: number, lifetime: number, maxSessionAge: number): void;
  /**
   * Lets tickets allow early data, after {@link setTickets}.
   *
   * @param maxSize in bytes
   * @param replayScope the name of the store that distinguishes copies of early data from originals, 1 to 255 bytes. A
   *   server with another store rejects the early data.
   */
  setTicketEarlyData(maxSize: number, replayScope: Uint8Array): void;
  /**
   * The name of the application that a server serves, up to 65,535 bytes. Tickets and cookies of another name do not
   * open, even if their keys are the same.
   */
  setSessionIdContext(context: Uint8Array): void;
  /** See the option `TlsOptions.allowBothRoles`. */
  setAllowBothRoles(on: boolean): void;
  /**
   * Puts the state of a HelloRetryRequest into a cookie (RFC 9846 section 4.3.2), so that any server with the same keys
   * can process the answer. The keys are 32 bytes each, concatenated: the first seals, all of them open.
   */
  setCookieKeys(keys: Uint8Array): void;
  /** Whether to emit {@link KeyLogEvent}s. They contain the secrets of the connection. */
  setKeyLog(on: boolean): void;
  /** Whether to emit {@link TraceEvent}s. */
  setTrace(on: boolean): void;
  /** See the option `TlsOptions.recordSizeLimit`. */
  setRecordSizeLimit(bytes: number): void;
  /** See the option `TlsOptions.grease`. */
  setGrease(on: boolean): void;
  /** See the option `TlsOptions.platformCrypto`. */
  setPlatformCrypto(on: boolean): void;
  /** See the option `TlsOptions.paddingMultiple`. */
  setPaddingMultiple(bytes: number): void;
  /**
   * Adds a certificate chain with its private key, both in PEM. A server may have several, in order of preference; a
   * client only one. Throws `ERR_TLS_CONFIG` for an RSA key, which must sign externally: see
   * {@link addExternalCredentials}. This method and those below exist only in `tls-psk/full`.
   */
  addCredentials(chain: Uint8Array, key: Uint8Array): void;
  /** As {@link addCredentials}, with an external key: a {@link SignEvent} requests each signature. */
  addExternalCredentials(chain: Uint8Array, schemes: SignatureScheme[]): void;
  /**
   * Accepts certificates of the peer that lead to one of these authorities, in PEM. A server's certificate must be for
   * the server name that the client sends. A server with trust anchors requests certificates from its clients.
   */
  setTrustAnchors(pem: Uint8Array): void;
  /**
   * As {@link setTrustAnchors}, but a {@link VerifyCertificateEvent} requests each verdict.
   *
   * @param rules the name of the rules of the verdict, up to 255 bytes. A session whose certificate was accepted under
   *   rules of another name is not resumed without a new verdict. Without a name, the same goes for a session that
   *   another configuration accepted.
   */
  setApplicationVerification(rules?: Uint8Array): void;
  /**
   * Verifies a chain of the peer, in DER, by path validation to the trust anchors, without checking its name. `now` is
   * in milliseconds since the Unix epoch. Throws the error that a handshake would end with; without trust anchors, it
   * throws for every chain.
   */
  judgePath(chain: Uint8Array[], now: number): void;
  /** Whether a server that requests certificates refuses clients without one. Default: `true`. */
  setClientCertificatesRequired(required: boolean): void;
  /** See the option `TlsOptions.certificateWithPsk`. */
  setCertificateWithPsk(on: boolean): void;
}

/** Makes {@link Config}s. */
export interface ConfigConstructor {
  new (role: "client" | "server"): Config;
}

/**
 * One TLS connection, without its transport. The contract: after each call that changes something, drain
 * {@link pollTransmit} and {@link pollEvent}, even if the call threw, since there may be an alert to send. The first
 * fatal error ends the connection permanently. `ERR_TLS_USAGE` is never fatal.
 */
export interface Connection extends Freeable {
  /** Appends a copy of the PSK: on a client before {@link start}, on a server before the selection is answered. */
  appendPsk(psk: ExternalPsk): void;
  /** Client, before {@link start}: offers to resume a session, before all external PSKs. */
  appendSession(session: Session): void;
  /** Overrides the configuration's kinds of PSK, before the handshake begins. */
  setPskKinds(kinds: PskKinds): void;
  /**
   * Sets the time, in milliseconds since the Unix epoch. Tickets and certificates need it: for a connection that may
   * use them, set it before the connection starts, and then before each call. Otherwise {@link start} and
   * {@link receive} throw `ERR_TLS_USAGE`.
   */
  setTime(now: number): void;
  /** Begins the handshake: a client queues its ClientHello. A server has nothing to do yet. */
  start(): void;
  /** Processes bytes from the transport, in chunks of any size. */
  receive(bytes: Uint8Array): void;
  /**
   * Tells the connection that the transport ended. Throws `ERR_TLS_TRUNCATED` unless close_notify was received before,
   * and during a handshake `ERR_TLS_HANDSHAKE_FAILURE`.
   */
  transportClosed(): void;
  /** Client, once started: how much early data can be sent now, in bytes; `undefined` if none. */
  readonly earlyDataLimit: number | undefined;
  /** Client: encrypts early data, all of it or none. The server may receive it more than once. */
  sendEarlyData(data: Uint8Array): void;
  /** Server: answers {@link DecideEarlyDataEvent}. */
  decideEarlyData(accepted: boolean): void;
  /**
   * Answers {@link VerifyCertificateEvent}; `unverified` continues with a peer that is not authenticated.
   * `tls-psk/full` only, as {@link sign} and {@link peerCertificates}.
   */
  decideCertificate(accepted: boolean, unverified?: boolean): void;
  /** Answers {@link SignEvent}. Throws `ERR_TLS_SIGNING` if the signature does not verify. */
  sign(signature: Uint8Array): void;
  /** The certificates that the peer has sent, in DER, its own first; none before the handshake is complete. */
  readonly peerCertificates: Uint8Array<ArrayBuffer>[];
  /** Encrypts application data, once connected. */
  send(plaintext: Uint8Array): void;
  /**
   * Changes the key of the sending direction, and on request the peer's (RFC 9846 section 4.7.3). Throws
   * `ERR_TLS_USAGE` for a request while the peer has not answered the last one.
   */
  updateKeys(requestPeer: boolean): void;
  /** Queues close_notify; reading continues. During a handshake, user_canceled is sent as well. */
  close(): void;
  /** Fails the handshake with internal_error while it waits for an answer of the application, of any kind. */
  cancelQuestion(): void;
  /** The next bytes for the transport. */
  pollTransmit(): Uint8Array<ArrayBuffer> | undefined;
  /** The next event. */
  pollEvent(): CoreEvent | undefined;
  /** The identities that the client offered, while a selection is pending. */
  offeredPsks(): OfferedPskList | undefined;
  /** Selects the offered identity with this index, for which the connection has a PSK. */
  selectOffered(index: number): void;
  /** Appends the PSK, whose identity must have been offered, and selects it. */
  selectPsk(psk: ExternalPsk): void;
  /** Selects the first of the connection's own PSKs that was offered. */
  selectDefault(): void;
  /** Selects none: the server sends a certificate, or if it has none ends the handshake with decrypt_error. */
  selectNone(): void;
  /**
   * As {@link selectNone}, after the same work as selecting `psk`. For applications that make PSKs on demand, so that
   * the time does not reveal which identities are known. Make `psk` with the first offered identity, imported if that
   * is.
   */
  selectUnknown(psk: ExternalPsk): void;
  /** Keying material for other protocols (RFC 9846 section 7.5), `length` bytes of it. */
  exportKeyingMaterial(label: string, context: Uint8Array | undefined, length: number): Uint8Array<ArrayBuffer>;
  /** As {@link exportKeyingMaterial}, from the early exporter, once early data is offered or accepted. */
  exportEarlyKeyingMaterial(label: string, context: Uint8Array | undefined, length: number): Uint8Array<ArrayBuffer>;
  readonly state: StateName;
  /**
   * Whether to read from the transport now: not while the handshake waits for an answer and 64 KiB are buffered, nor
   * after the peer's close_notify. If the caller continues anyway, the connection fails after a megabyte.
   */
  readonly wantsRead: boolean;
  /**
   * Whether the handshake waits for an answer: one of the `select` calls, `decideEarlyData`, `decideCertificate` or
   * `sign`.
   */
  readonly asking: boolean;
}

/** Makes {@link Connection}s. */
export interface ConnectionConstructor {
  /** @param seed 32 bytes that make the connection reproducible and so insecure: for tests and demonstrations */
  new (config: Config, seed?: Uint8Array): Connection;
}

/** The parts of an imported identity (RFC 9258 section 5.1). */
export interface ImportedIdentity {
  readonly externalIdentity: Uint8Array<ArrayBuffer>;
  readonly context: Uint8Array<ArrayBuffer>;
  /** A version of TLS in wire format, 0x0304 for TLS 1.3. */
  readonly targetProtocol: number;
  /** 1 for HKDF_SHA256, 2 for HKDF_SHA384. */
  readonly targetKdf: number;
}

/** An identity from the offered list of a ClientHello (RFC 9846 section 4.3.11), as a plain object. */
export interface OfferedIdentity {
  readonly identity: Uint8Array<ArrayBuffer>;
  /** Its place in the list, from 0. */
  readonly index: number;
  /** As the client sent it; 0 for an external PSK. */
  readonly obfuscatedTicketAge: number;
  /** The parts of the identity, if it has the format of an imported one. */
  readonly imported?: ImportedIdentity | undefined;
  /** The content of the ticket, if it is one that this server issued and still accepts. */
  readonly ticket?: OfferedTicket | undefined;
}

/**
 * An offered identity that is a ticket of this server: how its client was authenticated in the full handshake that the
 * ticket descends from. To select a ticket that descends from an external PSK, select that PSK.
 */
export interface OfferedTicket {
  /** The identity of that external PSK. */
  readonly externalIdentity?: Uint8Array<ArrayBuffer>;
  /** The importer context of that PSK, if it was imported. */
  readonly context?: Uint8Array<ArrayBuffer>;
  readonly authentication: Authentication;
  /** When the full handshake was, in milliseconds since the Unix epoch. */
  readonly authenticatedAt: number;
  /** The client's certificates as far as the ticket holds them, in DER, its own first; absent if it sent none. */
  readonly peerCertificates?: readonly Uint8Array<ArrayBuffer>[];
}

/**
 * How a peer was authenticated:
 * - `psk`: by an external PSK
 * - `ca`: by a certificate of a trusted authority
 * - `application`: by a certificate that the application accepted
 * - `unverified`: not; it sent a certificate, and the connection continued although it was not accepted
 * - `none`: not at all
 */
export type Authentication = "psk" | "ca" | "application" | "unverified" | "none";

/** As {@link OfferedIdentity}, from the cursor of an {@link OfferedPskList}. */
export interface OfferedPsk extends OfferedIdentity, Freeable {
  readonly imported: ImportedIdentity | undefined;
  readonly ticket: OfferedTicket | undefined;
}

/** The offered identities: a copy that outlives the handshake, with a cursor. Iteration yields plain objects. */
export interface OfferedPskList extends Freeable, Iterable<OfferedIdentity> {
  readonly length: number;
  /** The element at this index; independent of the cursor. */
  get(index: number): OfferedPsk | undefined;
  /** Whether there is a next one. */
  hasNext(): boolean;
  /** The next one, or `undefined` at the end of the list. */
  next(): OfferedPsk | undefined;
  /** Moves the cursor back to the beginning. */
  reread(): void;
}

/**
 * A part of a handshake message or a record. Spans are in bytes, `end` is exclusive, parents come before their
 * children, and every byte is in one field without children. `describe` of `tls-psk/describe` has a sentence about
 * each.
 */
export interface Field {
  /** The name in RFC 9846 of a structure, a vector, an element or a number. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** 0 for a message or a record, 1 for its fields, and so on. */
  readonly depth: number;
  /**
   * The value as text, such as `"TLS_AES_128_GCM_SHA256"`, if it says more than the bytes; the type of a message, a
   * record or an extension.
   */
  readonly value?: string;
}

/** What was negotiated. */
export interface Negotiated {
  /** The identity of the PSK that both sides proved to have. */
  readonly pskIdentity?: Uint8Array<ArrayBuffer>;
  /** Its place in the ClientHello. */
  readonly pskIndex?: number;
  /** The kind of the PSK: external, imported (RFC 9258), or from a session ticket. */
  readonly pskKind?: "external" | "imported" | "resumption";
  /**
   * The identity that the PSK was provisioned with: who the peer is. For an imported PSK and a ticket it differs from
   * `pskIdentity`, which is what was on the wire.
   */
  readonly externalIdentity?: Uint8Array<ArrayBuffer>;
  /** The outcome for early data; absent if the client offered none. */
  readonly earlyData?: "accepted" | "rejected";
  readonly pskMode?: PskMode;
  readonly cipherSuite: CipherSuite;
  /** The group of the key exchange; absent with `psk_ke`. */
  readonly group?: Group;
  readonly alpn?: string;
  /** The server name that the client sent. */
  readonly serverName?: string;
  /** Whether a certificate authenticated the server: without a PSK, or in addition to one (RFC 8773). */
  readonly serverCertificate: boolean;
  /** How the peer was authenticated; in a resumed connection, how it was in the full handshake. */
  readonly peerAuthentication: Authentication;
  /** When that was, in milliseconds since the Unix epoch. */
  readonly authenticatedAt: number;
  /**
   * The certificates that the peer has sent, in DER, its own first; absent if it sent none. In a resumed connection
   * they are from the full handshake, on a server as many as its ticket holds.
   */
  readonly peerCertificates?: readonly Uint8Array<ArrayBuffer>[];
  /** Whether the server requested a second ClientHello (RFC 9846 section 4.2.4). */
  readonly helloRetryRequest: boolean;
}

/** The handshake is complete. */
export interface ConnectedEvent extends Negotiated {
  readonly type: "connected";
}

/** The client sent early data under a PSK that allows it; {@link Connection.decideEarlyData} answers. */
export interface DecideEarlyDataEvent extends EarlyDataRequest {
  readonly type: "decideEarlyData";
}

/** What is to be decided: whether this ClientHello may be a copy of one that was accepted before. */
export interface EarlyDataRequest {
  /** Differs for every ClientHello, and is the same for a copy: the binder of the PSK. */
  readonly id: Uint8Array<ArrayBuffer>;
  /** The identity on the wire. */
  readonly identity: Uint8Array<ArrayBuffer>;
  /** The most early data that will be accepted, in bytes. */
  readonly maxSize: number;
  /**
   * Until when a copy could still be accepted, in milliseconds since the Unix epoch. Absent with an external PSK, whose
   * offer says nothing about the time: its copies never expire.
   */
  readonly replayableUntil?: number;
}

/** Early data: it may be a copy of data that was sent before, and has no forward secrecy. */
export interface EarlyDataEvent {
  readonly type: "earlyData";
  /** In memory of its own, which may be transferred. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The server rejected the early data. Send what is still relevant of it again. */
export interface EarlyDataRejectedEvent {
  readonly type: "earlyDataRejected";
}

/** A session that a later connection can resume. The receiver must free it. */
export interface SessionEvent {
  readonly type: "session";
  readonly session: Session;
}

/** Application data. */
export interface DataEvent {
  readonly type: "data";
  /** In memory of its own, which may be transferred. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The peer sends nothing further. */
export interface CloseNotifyEvent {
  readonly type: "closeNotify";
}

/** The handshake waits for a PSK; {@link Connection.offeredPsks} has the offer. */
export interface SelectPskEvent {
  readonly type: "selectPsk";
  /** The server name that the client sent. */
  readonly serverName?: string;
  /** The protocols that the client offers (RFC 7301). */
  readonly alpn?: string[];
  /** The suites that the handshake may use, most preferred first: the PSK must have the hash of one of them. */
  readonly cipherSuites: readonly CipherSuite[];
}

/**
 * The peer has sent certificates, and proved that it has the key of the first. {@link Connection.decideCertificate}
 * accepts or refuses them.
 */
export interface VerifyCertificateEvent {
  readonly type: "verifyCertificate";
  /** In DER, the peer's own first. */
  readonly chain: readonly Uint8Array<ArrayBuffer>[];
  /** The server's name as the client sent it. */
  readonly serverName?: string;
}

/** A signature by an external key is needed; pass it to {@link Connection.sign}. */
export interface SignEvent extends SignatureRequest {
  readonly type: "sign";
  /** Which credentials: their place among those that were added, from 0. */
  readonly credentials: number;
}

/** The content to sign. */
export interface SignatureRequest {
  readonly scheme: SignatureScheme;
  /** Not hashed yet: the scheme names the hash. */
  readonly content: Uint8Array<ArrayBuffer>;
}

/** The peer has changed its key (RFC 9846 section 4.7.3). */
export interface KeyUpdatedEvent {
  readonly type: "keyUpdated";
}

/** A line in the format of SSLKEYLOGFILE (RFC 9850). */
export interface KeyLogEvent {
  readonly type: "keyLog";
  readonly line: string;
}

/** A handshake message was sent or received. */
export interface MessageTrace {
  readonly type: "message";
  readonly direction: Direction;
  /** The name of the message, such as `"client_hello"` or `"hello_retry_request"`. */
  readonly name: string;
  /** The message with its header, decrypted. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it was encrypted on the wire. */
  readonly protected: boolean;
}

/** An alert was sent or received. */
export interface AlertTrace {
  readonly type: "alert";
  readonly direction: Direction;
  /** The name of the alert, such as `"decrypt_error"`. */
  readonly description: string;
  readonly fatal: boolean;
}

/**
 * The outcome for an identity that a client offered to this server. Identities that were not considered have no event.
 */
export interface PskTrace {
  readonly type: "psk";
  readonly index: number;
  /**
   * - `unknown`: the server has no such PSK
   * - `withdrawn`: a ticket of this server whose PSK no longer exists, or has another key
   * - `unusable`: no common cipher suite has its hash
   * - `notPreferred`: another PSK was preferred
   * - `chosen`: it was selected; then its binder was `verified` or `failed`
   */
  readonly outcome: "unknown" | "withdrawn" | "unusable" | "notPreferred" | "chosen" | "verified" | "failed";
}

/** A session that a client does not offer. The handshake continues with other sessions, PSKs and certificates. */
export interface SessionRefusedTrace {
  readonly type: "sessionRefused";
  /** Its place among the sessions that were appended. */
  readonly index: number;
  /** The reason, as a sentence. */
  readonly reason: string;
}

/** Events for observing a connection. */
export type TraceEvent = MessageTrace | AlertTrace | PskTrace | SessionRefusedTrace;

/** Everything that {@link Connection.pollEvent} yields. */
export type CoreEvent =
  | ConnectedEvent
  | DataEvent
  | CloseNotifyEvent
  | SelectPskEvent
  | VerifyCertificateEvent
  | SignEvent
  | DecideEarlyDataEvent
  | EarlyDataEvent
  | EarlyDataRejectedEvent
  | SessionEvent
  | KeyUpdatedEvent
  | KeyLogEvent
  | TraceEvent;

/**
 * The fields of one or more handshake messages, each with its header of 4 bytes. The list ends where the bytes stop
 * making sense.
 */
export type Inspect = (handshakeMessages: Uint8Array) => Field[];

/**
 * As {@link Inspect}, for one or more records in wire format, such as the first bytes of a connection. Encrypted
 * content stays encrypted, and a handshake message that continues in another record is not split into fields.
 */
export type InspectRecords = (records: Uint8Array) => Field[];
