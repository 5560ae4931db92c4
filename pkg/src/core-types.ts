/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The classes of the core: TLS without any I/O, synchronous, for callers who bring their own loop. They are generated
 * by wasm-bindgen; these are the types they have. Everything here throws `TlsError`, and everything with a `free()`
 * owns memory of the WebAssembly until that is called (or, much later, until the garbage collector finds it). All of
 * it is exported by `tls-psk`.
 *
 * @module core
 */

/** The hash a PSK belongs to. It decides which cipher suites the PSK can be used with. */
export type HashName = "SHA-256" | "SHA-384";

/** A PSK key exchange mode (RFC 9846 section 4.3.9): with (EC)DHE, or without it and so without forward secrecy. */
export type PskMode = "psk_dhe_ke" | "psk_ke";

/** Which kinds of PSK are used: those from outside of TLS, those of session tickets, or both (s2n-tls's PSK mode). */
export type PskKinds = "external" | "resumption" | "both";

/** A cipher suite (RFC 9846 appendix B.4). The last one needs a SHA-384 PSK, the others a SHA-256 PSK. */
export type CipherSuite = "TLS_CHACHA20_POLY1305_SHA256" | "TLS_AES_128_GCM_SHA256" | "TLS_AES_256_GCM_SHA384";

/**
 * A group for the key exchange (RFC 9846 section 4.3.7). `X25519MLKEM768` is in `tls-psk/full` only: it withstands quantum
 * computers, which an external PSK does as well.
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

/** The states of RFC 9846 appendix A, and those this implementation adds to them, such as `SELECTING_PSK`. */
export type StateName = string;

interface Freeable {
  /** Gives the memory back and wipes the secrets in it. The object must not be used afterwards. */
  free(): void;
  /** As {@link free}, at the end of a block with `using`. */
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
   * A copy to be imported (RFC 9258), once for each hash among the cipher suites. Both sides have to agree on the
   * context, which may be empty and best names the roles of both.
   */
  withContext(context: Uint8Array): ExternalPsk;
  /**
   * A copy that allows early data (RFC 9846 section 4.3.10): at most `maxSize` bytes, protected by `cipherSuite`, in the
   * application protocol `alpn`. Both sides have to agree on all three.
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
  /** Takes a secret of fewer than 16 bytes. For published test vectors, and for nothing else (RFC 9257 section 6). */
  unsafeShort(identity: Uint8Array, secret: Uint8Array, hmac?: HashName): ExternalPsk;
}

/** What a client keeps of a connection to resume it later: the PSK of a session ticket (RFC 9846 section 4.7.1). */
export interface Session extends Freeable {
  /** The session with its secret, to be kept where only this client can read. */
  toBytes(): Uint8Array<ArrayBuffer>;
  /** The identity on the wire. */
  readonly ticket: Uint8Array<ArrayBuffer>;
  /** The suite of the connection it resumes. */
  readonly cipherSuite: CipherSuite;
  /** The most early data that the server takes with it, in bytes; 0 for none. */
  readonly maxEarlyData: number;
  /** The identity of the external PSK whose handshake it descends from. */
  readonly externalIdentity: Uint8Array<ArrayBuffer> | undefined;
  /** The name of the server that it resumes a connection to. */
  readonly serverName: string | undefined;
  /** When it expires, in milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  /** Whether a connection has used it. */
  readonly used: boolean;
  /** Lets more than one connection use it, which lets observers link them. */
  allowReuse(): void;
}

/** Makes {@link Session}s from what was kept of them. */
export interface SessionConstructor {
  /** Takes what `toBytes` gave. Throws `ERR_TLS_PSK` for anything else. */
  fromBytes(bytes: Uint8Array): Session;
}

/** What a connection is made from. It may be freed once the connection is there, or serve for many. */
export interface Config extends Freeable {
  /** Appends a copy of the PSK. The order is the order of preference. Throws `ERR_TLS_PSK` for a duplicate identity. */
  appendPsk(psk: ExternalPsk): void;
  /**
   * In order of preference. By default: ChaCha20-Poly1305, AES-128-GCM, AES-256-GCM; a server that is not told takes its
   * client's order.
   */
  setCipherSuites(names: CipherSuite[]): void;
  /** In order of preference. A client sends a key share for the first. */
  setGroups(names: Group[]): void;
  /** By default `["psk_dhe_ke"]`. */
  setModes(names: PskMode[]): void;
  /** In order of preference (RFC 7301). */
  setAlpn(protocols: string[]): void;
  /** The server's DNS name, for a client to send (RFC 6066 section 3). */
  setServerName(name: string): void;
  /** How many of the offered identities a server looks at, the first ones; 32 unless set. */
  setMaxOfferedPsks(count: number): void;
  /** What a server does with an offer: take the first of its own PSKs that was offered, or ask with `selectPsk`. */
  setSelection(policy: "first-match" | "application"): void;
  /** `"external"` unless set. Throws `ERR_TLS_PSK` against PSKs that are there already. */
  setPskKinds(kinds: PskKinds): void;
  /** Whether a client offers early data, and a server asks with `decideEarlyData` instead of rejecting it. */
  setEarlyData(on: boolean): void;
  /**
   * Makes a server issue tickets, and accept them again.
   *
   * @param keys of 32 bytes each in one array: the first seals, all open
   * @param count how many for each handshake, up to 16
   * @param lifetime in seconds, up to 604,800
   * @param maxSessionAge in seconds from the full handshake on, up to 604,800, however often tickets are renewed
   */
  setTickets(keys: Uint8Array, count: number, lifetime: number, maxSessionAge: number): void;
  /**
   * Lets tickets allow early data, after {@link setTickets}.
   *
   * @param maxSize in bytes
   * @param replayScope names the store that tells copies of early data from originals, in 1 to 255 bytes. A server with
   *   another store rejects the early data.
   */
  setTicketEarlyData(maxSize: number, replayScope: Uint8Array): void;
  /**
   * Names the application that a server serves, in up to 65,535 bytes: tickets and cookies of another name do not open,
   * even if their keys are the same.
   */
  setSessionIdContext(context: Uint8Array): void;
  /** Lets this process use an identity as a client and as a server, against RFC 9257 section 4.1. */
  setAllowBothRoles(on: boolean): void;
  /**
   * Puts the state of a HelloRetryRequest into a cookie (RFC 9846 section 4.3.2), so that any server with the same keys
   * can take the answer. 32 bytes for each key, one behind the other: the first seals, all of them open.
   */
  setCookieKeys(keys: Uint8Array): void;
  /** Whether {@link KeyLogEvent}s are wanted. They contain the secrets of the connection. */
  setKeyLog(on: boolean): void;
  /** Whether {@link MessageTrace} and {@link PskTrace} are wanted. */
  setTrace(on: boolean): void;
  /** The largest plaintext of a record that we accept, in bytes and with its type (RFC 8449): 64 to 16,385. */
  setRecordSizeLimit(bytes: number): void;
  /** Whether a client offers reserved values (RFC 8701), so that servers keep ignoring unknown ones. By default it does. */
  setGrease(on: boolean): void;
  /** Pads every encrypted record to a multiple of so many bytes (RFC 9846 section 5.4). By default none. */
  setPaddingMultiple(bytes: number): void;
  /**
   * Adds a certificate chain with its private key, both in PEM: to a server as the next to be looked at, to a client as
   * its only one. This and what follows is of `tls-psk/full` alone; without certificates the methods do not exist.
   * Throws `ERR_TLS_CONFIG` for an RSA key, which has to sign outside: see {@link addExternalCredentials}.
   */
  addCredentials(chain: Uint8Array, key: Uint8Array): void;
  /** As {@link addCredentials}, with a key that is elsewhere: a {@link SignEvent} asks for each signature. */
  addExternalCredentials(chain: Uint8Array, schemes: SignatureScheme[]): void;
  /**
   * Accepts certificates of the peer that lead to one of these authorities, in PEM; a server's has to be for the name
   * that the client asked for. A server asks its clients for certificates then.
   */
  setTrustAnchors(pem: Uint8Array): void;
  /**
   * As {@link setTrustAnchors}, but a {@link VerifyCertificateEvent} asks for each verdict.
   *
   * @param rules names the rules of the verdict, in up to 255 bytes. What was accepted by rules of another name is not
   *   resumed without a verdict by these; without a name, nothing that another configuration accepted.
   */
  setApplicationVerification(rules?: Uint8Array): void;
  /**
   * Judges a chain of the peer, in DER, by path validation to the trust anchors, and leaves its name to the caller. `now`
   * is in milliseconds since the Unix epoch. Throws the error that a handshake would end with; without trust anchors, for
   * every chain.
   */
  judgePath(chain: Uint8Array[], now: number): void;
  /** Whether a server that asks for certificates refuses clients that have none. By default it does. */
  setClientCertificatesRequired(required: boolean): void;
  /** A certificate of the server beside an external PSK (RFC 8773): a client asks for it, a server shows it. */
  setCertificateWithPsk(on: boolean): void;
}

/** Makes {@link Config}s. */
export interface ConfigConstructor {
  new (role: "client" | "server"): Config;
}

/**
 * One TLS connection, without its transport. The contract: after each call that changes something, take everything
 * out of {@link pollTransmit} and {@link pollEvent}, also when the call threw, since it may have left an alert to send.
 * A first fatal error ends the connection for good. `ERR_TLS_USAGE` is never fatal.
 */
export interface Connection extends Freeable {
  /** Appends a copy of the PSK: on a client before {@link start}, on a server before the selection is answered. */
  appendPsk(psk: ExternalPsk): void;
  /** Client, before {@link start}: offers to resume a session, before all external PSKs. */
  appendSession(session: Session): void;
  /** Overrides the configuration's kinds of PSK, as long as nothing has begun. */
  setPskKinds(kinds: PskKinds): void;
  /**
   * Tells the time, in milliseconds since the Unix epoch. Tickets and certificates need it: a connection that may meet
   * them has to be told before it starts, and then before each call, or {@link start} and {@link receive} throw
   * `ERR_TLS_USAGE`.
   */
  setTime(now: number): void;
  /** Begins the handshake: a client queues its ClientHello. A server has nothing to do yet. */
  start(): void;
  /** Takes what the transport delivered, in pieces of any size. */
  receive(bytes: Uint8Array): void;
  /**
   * Says that the transport ended. Throws `ERR_TLS_TRUNCATED` unless close_notify was received before, and in a handshake
   * `ERR_TLS_HANDSHAKE_FAILURE`.
   */
  transportClosed(): void;
  /** Client, once started: how much early data can be sent now, in bytes; `undefined` if none. */
  readonly earlyDataLimit: number | undefined;
  /** Client: encrypts early data, all of it or none. The server may get copies of it. */
  sendEarlyData(data: Uint8Array): void;
  /** Server: answers {@link DecideEarlyDataEvent}. */
  decideEarlyData(accepted: boolean): void;
  /** Answers {@link VerifyCertificateEvent}; `unverified` goes on with a peer that is not authenticated. `tls-psk/full` only, as {@link sign} and {@link peerCertificates}. */
  decideCertificate(accepted: boolean, unverified?: boolean): void;
  /** Answers {@link SignEvent}. Throws `ERR_TLS_SIGNING` if the signature does not verify. */
  sign(signature: Uint8Array): void;
  /** The certificates that the peer has shown, in DER, its own first; none before the handshake is complete. */
  readonly peerCertificates: Uint8Array<ArrayBuffer>[];
  /** Encrypts application data, once connected. */
  send(plaintext: Uint8Array): void;
  /**
   * Changes the keys of our direction, and on request the peer's (RFC 9846 section 4.7.3). Throws `ERR_TLS_USAGE` for a
   * request while the peer has not answered the last one.
   */
  updateKeys(requestPeer: boolean): void;
  /** Queues close_notify; reading goes on. During a handshake the peer is told user_canceled as well. */
  close(): void;
  /** Fails the handshake with internal_error while it waits for an answer of the application, of whatever kind. */
  cancelSelection(): void;
  /** The next bytes for the transport. */
  pollTransmit(): Uint8Array<ArrayBuffer> | undefined;
  /** The next event. */
  pollEvent(): CoreEvent | undefined;
  /** What the client offered, while selection waits. */
  offeredPsks(): OfferedPskList | undefined;
  /** Chooses the offered identity with this index, for which the connection has a PSK. */
  selectOffered(index: number): void;
  /** Appends the PSK, whose identity must have been offered, and chooses it. */
  selectPsk(psk: ExternalPsk): void;
  /** Chooses the first of our own PSKs that was offered. */
  selectDefault(): void;
  /** Chooses none: the server shows a certificate, or if it has none ends the handshake with decrypt_error. */
  selectNone(): void;
  /**
   * As {@link selectNone}, after the work of choosing `psk`: for those who make a PSK when they are asked, so that the
   * time does not tell for which identities there is one. Make one with the first offered identity, imported if that is.
   */
  selectUnknown(psk: ExternalPsk): void;
  /** Keying material for other protocols (RFC 9846 section 7.5), `length` bytes of it. */
  exportKeyingMaterial(label: string, context: Uint8Array | undefined, length: number): Uint8Array<ArrayBuffer>;
  /** As {@link exportKeyingMaterial}, from the early exporter: as soon as early data is offered, or accepted. */
  exportEarlyKeyingMaterial(label: string, context: Uint8Array | undefined, length: number): Uint8Array<ArrayBuffer>;
  readonly state: StateName;
  /**
   * Whether bytes from the transport are of use now: not while the handshake waits for an answer and 64 KiB have come, nor
   * after the peer's close_notify. Whoever goes on all the same fails the connection after a megabyte.
   */
  readonly wantsRead: boolean;
  /** Whether the handshake waits for an answer: one of the `select` calls, `decideEarlyData`, `decideCertificate`, `sign`. */
  readonly suspended: boolean;
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
  /** A version of TLS as on the wire, 0x0304 for TLS 1.3. */
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
  /** What the identity consists of, if it reads as that of an imported PSK. */
  readonly imported?: ImportedIdentity | undefined;
  /** What is known of it, if it is a ticket that this server issued and still accepts. */
  readonly ticket?: OfferedTicket | undefined;
}

/**
 * An offered identity that is a ticket of this server: how its client proved who it is, in the full handshake that the
 * ticket descends from. A ticket that descends from an external PSK is chosen by that PSK.
 */
export interface OfferedTicket {
  /** The identity of that external PSK. */
  readonly externalIdentity?: Uint8Array<ArrayBuffer>;
  /** The importer context of that PSK, if it was imported. */
  readonly context?: Uint8Array<ArrayBuffer>;
  readonly authentication: Authentication;
  /** When the full handshake was, in milliseconds since the Unix epoch. */
  readonly authenticatedAt: number;
  /** What the ticket keeps of the client's certificates, in DER, its own first; absent if it showed none. */
  readonly peerCertificates?: readonly Uint8Array<ArrayBuffer>[];
}

/**
 * How a peer proved who it is:
 * - `psk`: by an external PSK
 * - `ca`: by a certificate of a trusted authority
 * - `application`: by a certificate that the application accepted
 * - `unverified`: it showed a certificate, and the connection went on although that was not accepted
 * - `none`: not at all
 */
export type Authentication = "psk" | "ca" | "application" | "unverified" | "none";

/** As {@link OfferedIdentity}, from the cursor of an {@link OfferedPskList}. */
export interface OfferedPsk extends OfferedIdentity, Freeable {}

/** The offered identities: a copy that outlives the handshake, with a cursor. Iteration yields plain objects. */
export interface OfferedPskList extends Freeable, Iterable<OfferedIdentity> {
  readonly length: number;
  /** The one with this place in the list, wherever the cursor is. */
  get(index: number): OfferedPsk | undefined;
  /** Whether there is another one behind the cursor. */
  hasNext(): boolean;
  /** The next one, or `undefined` at the end of the list. */
  next(): OfferedPsk | undefined;
  /** Moves the cursor back to the beginning. */
  reread(): void;
}

/**
 * A part of a handshake message or a record. Spans are in bytes, `end` is exclusive, parents come before their children,
 * and every byte is in one field without children. `describe` of `tls-psk/describe` has a sentence about each.
 */
export interface Field {
  /** As in RFC 9846: of a structure, a vector, an element or a number. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** 0 for a message or a record, 1 for its fields, and so on. */
  readonly depth: number;
  /**
   * The value as text, such as `"TLS_AES_128_GCM_SHA256"`, where there is more to say than the bytes; of a message, a
   * record or an extension, which one it is.
   */
  readonly value?: string;
}

/** What was negotiated. */
export interface Negotiated {
  /** The identity of the PSK both sides proved to have. */
  readonly pskIdentity?: Uint8Array<ArrayBuffer>;
  /** Its place in the ClientHello. */
  readonly pskIndex?: number;
  /** Where it comes from: from outside of TLS, imported (RFC 9258), or from a session ticket. */
  readonly pskKind?: "external" | "imported" | "resumption";
  /**
   * The identity that the PSK was provisioned with: who the peer is. For an imported PSK and a ticket it differs from
   * `pskIdentity`, which is what was on the wire.
   */
  readonly externalIdentity?: Uint8Array<ArrayBuffer>;
  /** What became of early data; absent if the client offered none. */
  readonly earlyData?: "accepted" | "rejected";
  readonly pskMode?: PskMode;
  readonly cipherSuite: CipherSuite;
  /** The group of the key exchange; absent with `psk_ke`. */
  readonly group?: Group;
  readonly alpn?: string;
  /** The server name that the client sent. */
  readonly serverName?: string;
  /** Whether the server proved who it is by a certificate: without a PSK, or beside one (RFC 8773). */
  readonly serverCertificate: boolean;
  /** How the peer proved who it is; in a resumed connection, how it did so in the full handshake. */
  readonly peerAuthentication: Authentication;
  /** When that was, in milliseconds since the Unix epoch. */
  readonly authenticatedAt: number;
  /**
   * The certificates that the peer has shown, in DER, its own first; absent if it showed none. In a resumed connection
   * they are from the full handshake, on a server as many as its ticket has kept.
   */
  readonly peerCertificates?: readonly Uint8Array<ArrayBuffer>[];
  /** Whether the server asked for another ClientHello (RFC 9846 section 4.2.4). */
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
  /** The most that will be taken, in bytes. */
  readonly maxSize: number;
  /**
   * How long a copy could still be accepted, in milliseconds since the Unix epoch. Absent with an external PSK, which
   * says nothing about the time: its copies are good for ever.
   */
  readonly replayableUntil?: number;
}

/** Early data: it may be a copy of what was sent before, and has no forward secrecy. */
export interface EarlyDataEvent {
  readonly type: "earlyData";
  /** In memory of its own, which may be transferred. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The server rejected the early data. What still holds of it is to be sent again. */
export interface EarlyDataRejectedEvent {
  readonly type: "earlyDataRejected";
}

/** A session that a later connection can resume. It is the receiver's to free. */
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

/** The peer will send nothing more. */
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
  /** The suites that the handshake can come to, most preferred first: a PSK must have the hash of one of them. */
  readonly cipherSuites: readonly CipherSuite[];
}

/**
 * The peer has shown certificates, and proved that it has the key of the first; {@link Connection.decideCertificate}
 * says whether that is whom we want.
 */
export interface VerifyCertificateEvent {
  readonly type: "verifyCertificate";
  /** In DER, the peer's own first. */
  readonly chain: readonly Uint8Array<ArrayBuffer>[];
  /** The server's name as the client sent it. */
  readonly serverName?: string;
}

/** The key of a certificate of ours is elsewhere; {@link Connection.sign} takes the signature. */
export interface SignEvent extends SignatureRequest {
  readonly type: "sign";
  /** Which one: its place among those that were added, from 0. */
  readonly credentials: number;
}

/** What is to be signed. */
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

/** A handshake message went by. */
export interface MessageTrace {
  readonly type: "message";
  readonly direction: Direction;
  /** Such as `"client_hello"` or `"hello_retry_request"`. */
  readonly name: string;
  /** The message with its header, decrypted. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it was encrypted on the wire. */
  readonly protected: boolean;
}

/** An alert went by. */
export interface AlertTrace {
  readonly type: "alert";
  readonly direction: Direction;
  /** Such as `"decrypt_error"`. */
  readonly description: string;
  readonly fatal: boolean;
}

/** What became of an identity that a client offered to us. Those never looked at have no event. */
export interface PskTrace {
  readonly type: "psk";
  readonly index: number;
  /**
   * - `unknown`: we have no such PSK
   * - `withdrawn`: a ticket of ours whose PSK is not there any more, or has another key
   * - `unusable`: no common cipher suite has its hash
   * - `notPreferred`: another one came first
   * - `chosen`, and then its binder was `verified` or `failed`
   */
  readonly outcome: "unknown" | "withdrawn" | "unusable" | "notPreferred" | "chosen" | "verified" | "failed";
}

/** A session that a client does not offer. The handshake goes on with other sessions, PSKs and certificates. */
export interface SessionRefusedTrace {
  readonly type: "sessionRefused";
  /** Its place among the sessions that were appended. */
  readonly index: number;
  /** Why, in a sentence for people. */
  readonly reason: string;
}

/** What can be watched of a connection without taking part in it. */
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
 * The fields of one or more handshake messages, each with its header of 4 bytes. Where the bytes stop making sense, it
 * ends.
 */
export type Inspect = (handshakeMessages: Uint8Array) => Field[];

/**
 * As {@link Inspect}, of one or more records as they are on the wire, such as the first bytes of a connection. What is
 * encrypted stays so, and a handshake message that goes on in another record is not taken apart.
 */
export type InspectRecords = (records: Uint8Array) => Field[];
