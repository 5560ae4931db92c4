// Uses every name that the package exports, as a strict program without Node's types would. It is compiled and never
// run: what is wrong with a declaration is an error here. tests/node/docs.test.mjs sees to it that no name is left out.

import {
  type AcceptEarlyData,
  type AlertTrace,
  type Authentication,
  acceptTls,
  type Bytes,
  type CipherSuite,
  type ClientCertificateOptions,
  type ClientOptions,
  type CloseNotifyEvent,
  Config,
  type ConfigConstructor,
  type ConnectedEvent,
  Connection,
  type ConnectionConstructor,
  type CoreEvent,
  type Credentials,
  type DataEvent,
  type DecideEarlyDataEvent,
  type Direction,
  type EarlyDataEvent,
  type EarlyDataRejectedEvent,
  type EarlyDataRequest,
  type ExternalKey,
  ExternalPsk,
  type ExternalPskConstructor,
  ecdsaToDer,
  type Field,
  type Group,
  type HashName,
  type ImportedIdentity,
  init,
  initSync,
  inspect,
  inspectRecords,
  isTlsError,
  type KeyLogEvent,
  type KeyUpdatedEvent,
  MemoryReplayStore,
  type MemoryReplayStoreOptions,
  type MessageTrace,
  type Negotiated,
  type OfferedIdentity,
  OfferedPsk,
  OfferedPskList,
  type OfferedTicket,
  type PreparedServer,
  type Psk,
  type PskChoice,
  type PskKinds,
  type PskMode,
  type PskTrace,
  prepareServer,
  type ReplayStore,
  type SavedSession,
  type SelectPsk,
  type SelectPskEvent,
  type ServerOptions,
  Session,
  type SessionConstructor,
  type SessionEvent,
  type SessionRefusedTrace,
  type SignatureRequest,
  type SignatureScheme,
  type SignEvent,
  type StateName,
  type StreamTransport,
  singleUse,
  startTls,
  type TicketOptions,
  TlsError,
  type TlsErrorCode,
  type TlsErrorDetails,
  type TlsOptions,
  type TlsPhase,
  type TlsSocket,
  type TraceEvent,
  type Transport,
  type TransportReadable,
  type TransportWritable,
  type Verdict,
  type VerifyCertificate,
  type VerifyCertificateEvent,
  type WasmModule,
  type WasmSource,
} from "tls-psk";
import { describe as describeField } from "tls-psk/describe";
import { decodeBase64, decodeHex, encodeBase64, encodeHex } from "tls-psk/encoding";
import * as full from "tls-psk/full";
import * as fullSlim from "tls-psk/full/slim";
import fullWasm from "tls-psk/full/wasm";
import * as slim from "tls-psk/slim";
import wasm from "tls-psk/wasm";
import { type WebSocketLike, type WebSocketTransportOptions, webSocketTransport } from "tls-psk/websocket";

// The streams

const suite: CipherSuite = "TLS_CHACHA20_POLY1305_SHA256";
const group: Group = "x25519";
const mode: PskMode = "psk_dhe_ke";
const hmac: HashName = "SHA-384";
const kinds: PskKinds = "both";
const secret: Bytes = new Uint8Array(32);

const psk: Psk = {
  identity: "device-7",
  secret,
  hmac,
  context: new Uint8Array(0),
  earlyData: { maxSize: 1_024, cipherSuite: suite, alpn: "mqtt" },
};

const common: TlsOptions = {
  psks: [psk],
  modes: [mode],
  cipherSuites: [suite],
  groups: [group],
  alpn: ["mqtt"],
  recordSizeLimit: 1_024,
  grease: false,
  paddingMultiple: 256,
  platformCrypto: false,
  pskKinds: kinds,
  allowBothRoles: true,
  now: () => Date.now(),
  signal: new AbortController().signal,
  handshakeTimeout: 10_000,
  answerTimeout: 2_000,
  certificateWithPsk: true,
  onKeylog: (line: string) => console.log(line),
  onTrace: (event: TraceEvent) => console.log(describe(event)),
};

const scheme: SignatureScheme = "ecdsa_secp256r1_sha256";
const key: ExternalKey = {
  schemes: [scheme],
  sign: async ({ content }: SignatureRequest, { signal }) => ecdsaToDer(signal.aborted ? new Uint8Array(64) : content),
};
const certificate: Credentials = { chain: "PEM", key };
const unverified: Verdict = "unverified";
const verifyCertificate: VerifyCertificate = async ([own], { serverName, signal }) =>
  signal.aborted ? unverified : own?.length === serverName?.length;
const requestCertificate: ClientCertificateOptions = { required: false, verify: verifyCertificate };

const saved: SavedSession[] = [];
const clientOptions: ClientOptions = {
  ...common,
  sessions: [...saved, new Uint8Array(1)],
  reuseSessions: false,
  onSession: (session: SavedSession) => saved.push(session),
  earlyData: new Uint8Array(1),
  serverName: "broker.example",
  ca: new Uint8Array(1),
  verifyCertificate,
  certificate,
};

const lookUp = async (_identity: Uint8Array, _signal: AbortSignal): Promise<Uint8Array | undefined> => undefined;

const selectPsk: SelectPsk = async (offered: readonly OfferedIdentity[], { serverName, alpn, signal }) => {
  const fallback: PskChoice = null;
  for (const candidate of offered) {
    const { identity, index, obfuscatedTicketAge, imported, ticket } = candidate;
    const parts: ImportedIdentity | undefined = imported;
    const known: OfferedTicket | undefined = ticket;
    console.log(
      index,
      obfuscatedTicketAge,
      parts?.externalIdentity,
      parts?.context,
      parts?.targetKdf,
      serverName,
      alpn,
    );
    if (known?.externalIdentity) return candidate;
    const found = await lookUp(identity, signal);
    if (found) return { identity, secret: found };
  }
  return fallback;
};

class Database implements ReplayStore {
  readonly #seen = new Set<string>();

  async add(id: string, until: number | undefined): Promise<boolean> {
    return until !== 0 && !this.#seen.has(id) && this.#seen.add(id).size > 0;
  }
}

const acceptEarlyData: AcceptEarlyData = (request: EarlyDataRequest, { signal }) =>
  request.maxSize < 2_000 && request.id.length > 0 && !signal.aborted;

const tickets: TicketOptions = { keys: [secret], count: 2, lifetime: 3_600, maxEarlyData: 1_024 };
const serverOptions: ServerOptions = {
  ...common,
  selectPsk,
  tickets,
  certificates: [certificate, { chain: new Uint8Array(1), key: "PEM" }],
  requestCertificate,
  cookieKeys: [secret],
  acceptEarlyData,
};
const storeOptions: MemoryReplayStoreOptions = { capacity: 10, coldStart: "accept", now: Date.now };
const stores: ServerOptions[] = [
  { acceptEarlyData: singleUse(new Database()) },
  { acceptEarlyData: singleUse(new MemoryReplayStore(storeOptions)) },
];

export async function streams(transport: Transport): Promise<void> {
  await using client: TlsSocket = startTls(transport, clientOptions);
  const prepared: PreparedServer = prepareServer({ ...serverOptions, maxOfferedPsks: 32 });
  const server = acceptTls(transport, stores[0] ?? prepared);
  const negotiated: Negotiated = await client.opened;
  const proven: Authentication = negotiated.peerAuthentication;
  console.log(proven, negotiated.authenticatedAt);
  console.log(negotiated.pskKind, negotiated.externalIdentity, negotiated.earlyData, negotiated.helloRetryRequest);
  const chain: readonly Uint8Array[] | undefined = negotiated.peerCertificates;
  console.log(negotiated.serverCertificate, chain?.length);
  const exported: Uint8Array = client.exportKeyingMaterial("EXPORTER-test", undefined, 32);
  const early: Uint8Array = client.exportEarlyKeyingMaterial("EXPORTER-test", exported, 32);
  const shape: ["on", false, () => never] = [client.secureTransport, client.upgraded, client.startTls];
  console.log(shape);
  await client.updateKeys({ requestPeer: early.length > 0 });
  await server.earlyData.pipeTo(new WritableStream());
  await server.readable.pipeTo(server.writable);
  await client.close();
  await client.closed;
}

export function failure(reason: unknown): TlsPhase | undefined {
  if (!(reason instanceof TlsError)) return undefined;
  const code: TlsErrorCode = reason.code;
  const details: TlsErrorDetails = { phase: reason.phase, cause: reason.cause };
  console.log(code, reason.alert, reason.alertDirection, details);
  // What is thrown can be narrowed to some codes.
  if (isTlsError(reason, "ERR_TLS_TIMEOUT", "ERR_TLS_ABORTED")) {
    const narrowed: "ERR_TLS_TIMEOUT" | "ERR_TLS_ABORTED" = reason.code;
    console.log(narrowed);
  }
  return isTlsError(reason) ? reason.phase : undefined;
}

// What is handed out goes into what takes bytes that are not shared.
export function consume({ readable }: TlsSocket): Blob {
  readable.pipeThrough(new TextDecoderStream());
  return new Blob([new Uint8Array<ArrayBuffer>(new ArrayBuffer(1))]);
}

/** Objects with streams of bytes are transports; streams of strings are not. */
export function transports(
  readable: TransportReadable,
  writable: TransportWritable,
  streams: StreamTransport,
): Transport[] {
  const { readable: text, writable: back } = new TransformStream<string, string>();
  // @ts-expect-error these are strings
  startTls({ readable: text, writable: back }, common);
  const { readable: out, writable: into } = new TransformStream<Uint8Array, Uint8Array>();
  return [{ readable, writable }, streams, { readable: out, writable: into }];
}

export function overWebSocket(socket: WebSocket): TlsSocket {
  const limits: WebSocketTransportOptions = { maxBuffered: 1_000_000, highWaterMark: 100_000 };
  const like: WebSocketLike = socket;
  return startTls(webSocketTransport(like, limits), common);
}

// The WebAssembly

export async function load(): Promise<void> {
  const module: WasmModule = wasm;
  const source: WasmSource = module;
  await init();
  await init(source);
  initSync(wasm);
  await slim.init(new URL("https://example.org/tls_psk_bg.wasm"));
  fullSlim.initSync(fullWasm);
  const sameTypes: typeof startTls = full.startTls;
  console.log(sameTypes);
}

// The classes

export function classes(bytes: Uint8Array): void {
  const constructors: [ExternalPskConstructor, ConfigConstructor, ConnectionConstructor, SessionConstructor] = [
    ExternalPsk,
    Config,
    Connection,
    Session,
  ];
  console.log(constructors.length);
  using external: ExternalPsk = new ExternalPsk(bytes, bytes, hmac);
  using imported: ExternalPsk = external.withContext(bytes);
  using early: ExternalPsk = external.withEarlyData(1_024, suite);
  ExternalPsk.unsafeShort(bytes, bytes).free();

  using config: Config = new Config("server");
  config.appendPsk(imported);
  config.setPskKinds(kinds);
  config.setTickets(bytes, 1, 3_600, 604_800);
  config.setTicketEarlyData(1_000, bytes);
  config.setSessionIdContext(bytes);
  config.setCookieKeys(bytes);
  config.setSelection("application");
  config.addCredentials(bytes, bytes);
  config.addExternalCredentials(bytes, [scheme]);
  config.setTrustAnchors(bytes);
  config.setApplicationVerification();
  config.setClientCertificatesRequired(false);
  config.setCertificateWithPsk(true);

  using connection: Connection = new Connection(config, bytes);
  connection.setTime(Date.now());
  connection.appendPsk(early);
  using session: Session = Session.fromBytes(bytes);
  connection.appendSession(session);
  connection.start();
  connection.receive(bytes);
  const state: StateName = connection.state;
  for (let event = connection.pollEvent(); event; event = connection.pollEvent()) answer(connection, event, state);
  const flight: Uint8Array | undefined = connection.pollTransmit();
  for (const field of inspect(bytes)) show(field);
  for (const field of inspectRecords(flight ?? bytes)) show(field);
}

function answer(connection: Connection, event: CoreEvent, state: StateName): void {
  switch (event.type) {
    case "connected": {
      const { cipherSuite }: ConnectedEvent = event;
      console.log(cipherSuite, state);
      break;
    }
    case "data":
    case "earlyData": {
      const { data }: DataEvent | EarlyDataEvent = event;
      console.log(data.length);
      break;
    }
    case "closeNotify":
    case "keyUpdated":
    case "earlyDataRejected": {
      const { type }: CloseNotifyEvent | KeyUpdatedEvent | EarlyDataRejectedEvent = event;
      console.log(type);
      break;
    }
    case "selectPsk": {
      const { serverName }: SelectPskEvent = event;
      const list: OfferedPskList | undefined = connection.offeredPsks();
      if (list instanceof OfferedPskList && list.hasNext()) {
        const first: OfferedPsk | undefined = list.next();
        if (first instanceof OfferedPsk) connection.selectOffered(first.index);
      } else {
        console.log(serverName);
        connection.selectNone();
      }
      break;
    }
    case "verifyCertificate": {
      const { chain, serverName }: VerifyCertificateEvent = event;
      connection.decideCertificate(chain.length > 0 && serverName !== undefined);
      console.log(connection.peerCertificates.length);
      break;
    }
    case "sign": {
      const { credentials, scheme, content }: SignEvent = event;
      console.log(credentials, scheme);
      connection.sign(content);
      break;
    }
    case "decideEarlyData": {
      const { id }: DecideEarlyDataEvent = event;
      connection.decideEarlyData(id.length > 0);
      break;
    }
    case "session": {
      const { session }: SessionEvent = event;
      console.log(session.toBytes(), session.expiresAt, session.externalIdentity);
      session.free();
      break;
    }
    case "keyLog": {
      const { line }: KeyLogEvent = event;
      console.log(line);
      break;
    }
    case "message":
    case "alert":
    case "psk":
    case "sessionRefused":
      console.log(describe(event));
      break;
    default:
      assertNever(event);
  }
}

function describe(event: MessageTrace | AlertTrace | PskTrace | SessionRefusedTrace): string {
  switch (event.type) {
    case "message": {
      const direction: Direction = event.direction;
      return `${direction} ${event.name}, ${event.bytes.length} bytes`;
    }
    case "alert":
      return `${event.direction} ${event.description}${event.fatal ? "!" : ""}`;
    case "psk":
      return `${event.index}: ${event.outcome}`;
    case "sessionRefused":
      return `${event.index}: ${event.reason}`;
  }
}

function show(field: Field): void {
  const { name, start, end, depth, value } = field;
  const about: string | undefined = describeField(field);
  console.log(name, start, end, depth, value, about);
}

/** An event that is in no case above is an error of types. */
function assertNever(event: never): void {
  throw new Error(`unknown event ${event}`);
}

/** Keys as text. */
export function again(key: string): string {
  const secret: Uint8Array<ArrayBuffer> = decodeHex(key);
  return encodeHex(decodeBase64(encodeBase64(secret)));
}
