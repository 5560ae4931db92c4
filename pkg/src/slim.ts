/**
 * TLS 1.3 with pre-shared keys over any pair of byte streams.
 *
 * `tls-psk` finds its WebAssembly itself. `tls-psk/slim` is the same without the WebAssembly: pass it to `init` or
 * `initSync` before anything else.
 *
 * `tls-psk/full` is the same with certificates, in a larger WebAssembly; `tls-psk/full/slim` is the same without the
 * WebAssembly.
 *
 * @module tls-psk
 */

export type { Bytes } from "./bytes.js";
export type {
  ClientCertificateOptions,
  Credentials,
  ExternalKey,
  Verdict,
  VerifyCertificate,
} from "./certificate-options.js";
export { ecdsaToDer } from "./certificates.js";
export {
  Config,
  Connection,
  ExternalPsk,
  inspect,
  inspectRecords,
  OfferedPsk,
  OfferedPskList,
  Session,
} from "./core.js";
export type {
  AlertTrace,
  Authentication,
  CipherSuite,
  CloseNotifyEvent,
  ConfigConstructor,
  ConnectedEvent,
  ConnectionConstructor,
  CoreEvent,
  DataEvent,
  DecideEarlyDataEvent,
  Direction,
  EarlyDataEvent,
  EarlyDataRejectedEvent,
  EarlyDataRequest,
  ExternalPskConstructor,
  Field,
  Group,
  HashName,
  ImportedIdentity,
  KeyLogEvent,
  KeyUpdatedEvent,
  MessageTrace,
  Negotiated,
  OfferedIdentity,
  OfferedTicket,
  PskKinds,
  PskMode,
  PskTrace,
  SelectPskEvent,
  SessionConstructor,
  SessionEvent,
  SessionRefusedTrace,
  SignatureRequest,
  SignatureScheme,
  SignEvent,
  StateName,
  TraceEvent,
  VerifyCertificateEvent,
} from "./core-types.js";
export {
  type AcceptEarlyData,
  MemoryReplayStore,
  type MemoryReplayStoreOptions,
  type ReplayStore,
  singleUse,
} from "./early-data.js";
export { isTlsError, TlsError, type TlsErrorCode, type TlsErrorDetails, type TlsPhase } from "./errors.js";
export { init, initSync, type WasmModule, type WasmSource } from "./loader.js";
export type { ClientOptions, PskChoice, SelectPsk, ServerOptions, TlsOptions } from "./options.js";
export type { PreparedServer } from "./prepared.js";
export type { Psk } from "./psk.js";
export type { SavedSession, TicketOptions } from "./resumption.js";
export { acceptTls, prepareServer, startTls, type TlsSocket } from "./socket.js";
export type { StreamTransport, Transport, TransportReadable, TransportWritable } from "./transport.js";
