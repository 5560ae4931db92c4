import { isIP } from "node:net";
import { type Bytes, isBytes, viewOf } from "../bytes.js";
import { hasCertificates } from "../core.js";
import { configError } from "../errors.js";
import { type ClientOptions, clockOf, type ServerOptions } from "../options.js";
import type { PreparedServer } from "../prepared.js";
import type { TicketOptions } from "../resumption.js";
import { CIPHER_SUITES, groupOf } from "../vocabulary.js";
import { type CredentialOptions, credentialsOf, type Pem, pem } from "./credentials.js";
import { refuseOthers } from "./option-rules.js";
import { type Awaitable, selectorOf, strictText } from "./psk-callback.js";
import { type CheckServerIdentity, Verification } from "./verification.js";

/** The same, but each option may be `undefined`, as in Node. */
export type Loosely<T> = { [Name in keyof T]: T[Name] | undefined };

/** Without the options that are `undefined`. */
export function given<T extends object>(options: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], undefined> };
}

/** Options of both sides with Node's names. */
export interface NodeTlsOptions extends CredentialOptions {
  /** As `alpn`: names, or bytes in which each name follows its length. */
  ALPNProtocols?: readonly (string | Bytes)[] | Bytes | undefined;
  /** Names of cipher suites of TLS 1.3, joined by colons. Those of older versions are ignored. */
  ciphers?: string | undefined;
  /** Groups, joined by colons: `X25519`, `P-256`, `X25519MLKEM768`; `"auto"` for all of them. */
  ecdhCurve?: string | undefined;
  /** The version is TLS 1.3; a `maxVersion` below it is refused. */
  minVersion?: string | undefined;
  maxVersion?: string | undefined;
  /** Trusted authorities, in PEM. `tls-psk/full` only, like the options below. Without it, no authority is trusted. */
  ca?: Pem | undefined;
  /**
   * With `false`, the connection continues if the peer's certificate is not accepted, or if a client has none.
   * `authorized` and `authorizationError` have the result.
   */
  rejectUnauthorized?: boolean | undefined;
  /**
   * How many bytes each direction of the socket buffers before its writer or the peer must wait, as in `node:stream`.
   */
  highWaterMark?: number | undefined;
}

/** Options of a client, with Node's names or those of `startTls`. */
export interface NodeClientOptions extends NodeTlsOptions, Loosely<Omit<ClientOptions, "ca">> {
  /**
   * Returns the PSK to offer, as in `node:tls`, or a promise of it. `hint` is `null`, as TLS 1.3 has none. The PSK is
   * for SHA-256 and has at least 16 bytes; `psks` can have others.
   */
  pskCallback?: ((hint: string | null) => Awaitable<{ identity: string; psk: Bytes } | null | undefined>) | undefined;
  /**
   * Checks the server's identity, instead of a comparison of names, if the certificate is otherwise accepted. If it
   * returns an `Error`, the certificate is refused. As in `node:tls`, it gets `servername`, or else `host`, and is not
   * called if a PSK authenticated the server.
   */
  checkServerIdentity?: CheckServerIdentity | undefined;
  /** As `serverName`. None is sent for an empty string or an IP address. */
  servername?: string | undefined;
  /** A session to resume, from the event `session`. */
  session?: Bytes | undefined;
}

/**
 * Options of a server, with Node's names or those of `acceptTls`. `Socket` is the type of the first argument of
 * `pskCallback`.
 */
export interface NodeServerOptions<Socket> extends NodeTlsOptions, Loosely<ServerOptions> {
  /**
   * Returns the PSK of an identity, as in `node:tls`, or a promise of it. It is called for each identity that the
   * client offers, until it returns a PSK. It cannot be used together with `selectPsk`.
   */
  pskCallback?:
    | ((socket: Socket, identity: string) => Awaitable<Bytes | { psk: Bytes } | null | undefined>)
    | undefined;
  /** Taken and not sent, as in `node:tls`: TLS 1.3 has no hints. */
  pskIdentityHint?: string | undefined;
  /** Asks clients for certificates of one of the `ca`. */
  requestCert?: boolean | undefined;
  /** The lifetime of `tickets`, in seconds. */
  sessionTimeout?: number | undefined;
}

const OLDER_VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2"];

/** Options of a connection, and the verifier of the peer's certificate, if it is not only the core. */
export interface Translated<T> {
  options: T;
  verification?: Verification;
}

/** The options of `startTls`. Calls `pskCallback`. Throws `ERR_TLS_CONFIG`, and what `pskCallback` throws. */
export async function clientOptions(
  options: NodeClientOptions & { host?: string | undefined },
): Promise<Translated<ClientOptions>> {
  const { pskCallback, servername, session, ca, cert, key, passphrase, checkServerIdentity, ...others } = options;
  // Only for servers, as in `node:tls`.
  const { sessionIdContext: _, ...ours } = others as typeof others & { sessionIdContext?: unknown };
  const { rejectUnauthorized = true, host, psks, verifyCertificate, ...rest } = ours;
  const common = commonOptions(options);
  checkFunctions({ pskCallback, checkServerIdentity });
  checkString("servername", servername);
  const shown = credentialsOf(options);
  if (shown.length > 1) throw configError("cert: a client sends only one certificate");
  const answer = await pskCallback?.(null);
  const asked = answer && { identity: answer.identity, secret: answer.psk };
  const trusted = ca === undefined || ca === null ? undefined : pem("ca", ca);
  const name = [servername, trusted && host].find((name) => name && isIP(name) === 0);
  const byCore = trusted && name && rejectUnauthorized && !checkServerIdentity && !verifyCertificate;
  const wantsJudge = trusted || verifyCertificate || (!rejectUnauthorized && hasCertificates());
  const verification =
    wantsJudge && !byCore
      ? new Verification({
          role: "client",
          ca: trusted,
          verifyCertificate,
          checkServerIdentity,
          hostname: servername || host || "localhost",
          rejectUnauthorized,
          now: clockOf(given({ now: options.now })),
        })
      : undefined;
  return {
    options: {
      ...given(rest),
      ...common,
      ...((psks || pskCallback) && { psks: [...(asked ? [asked] : []), ...(psks ?? [])] }),
      ...(name && { serverName: name }),
      ...(session !== undefined && { sessions: [session] }),
      ...(byCore && { ca: trusted }),
      ...(verification && { verifyCertificate: verification.verify }),
      ...(shown[0] && { certificate: shown[0] }),
    },
    ...(verification && { verification }),
  };
}

/** The options of `acceptTls` for one connection. Throws `ERR_TLS_CONFIG`. */
export function serverOptions<Socket>(options: NodeServerOptions<Socket>, socket: Socket): Translated<ServerOptions> {
  const { pskCallback, pskIdentityHint, ca, cert, key, passphrase, requestCert, sessionTimeout, ...others } = options;
  const { rejectUnauthorized = true, ...rest } = others;
  const common = commonOptions(options);
  checkFunctions({ pskCallback });
  checkString("pskIdentityHint", pskIdentityHint);
  if (pskCallback && options.selectPsk) throw configError("pskCallback and selectPsk cannot be used together");
  if (options.acceptEarlyData) {
    throw configError("acceptEarlyData: these sockets cannot deliver early data: use acceptTls");
  }
  if (requestCert && options.requestCertificate)
    throw configError("requestCert and requestCertificate cannot be used together");
  const trusted = ca === undefined || ca === null ? undefined : pem("ca", ca);
  if (requestCert && rejectUnauthorized && trusted === undefined) {
    throw configError("requestCert needs ca, the authorities of the clients: none is trusted by default");
  }
  const shown = credentialsOf(options);
  const verification =
    requestCert && !rejectUnauthorized
      ? new Verification({
          role: "server",
          ca: trusted,
          verifyCertificate: undefined,
          checkServerIdentity: undefined,
          hostname: "",
          rejectUnauthorized,
          now: clockOf(given({ now: options.now })),
        })
      : undefined;
  return {
    options: {
      ...given(rest),
      ...common,
      ...(pskCallback && { selectPsk: selectorOf(options.psks ?? [])((identity) => pskCallback(socket, identity)) }),
      ...(shown.length > 0 && { certificates: [...shown, ...(options.certificates ?? [])] }),
      ...(options.tickets && sessionTimeout !== undefined && { tickets: timed(options.tickets, sessionTimeout) }),
      ...(requestCert && {
        requestCertificate: verification
          ? { required: false, verify: verification.verify }
          : { required: true, ca: trusted ?? "" },
      }),
    },
    ...(verification && { verification }),
  };
}

const timedTickets = new WeakMap<TicketOptions, TicketOptions>();

/**
 * Tickets with this lifetime, unless they have one. Returns the same object for the same tickets, as it holds their
 * keys.
 */
function timed(tickets: TicketOptions, lifetime: number): TicketOptions {
  const before = timedTickets.get(tickets);
  const after = Object.assign(before ?? {}, { lifetime }, tickets);
  timedTickets.set(tickets, after);
  return after;
}

/** Property of the options of a server's sockets: the shared part of its connections. */
export const PREPARED: unique symbol = Symbol("prepared");

/** The shared part of a server's connections, and the way one of them calls its `pskCallback`. */
export interface PreparedNodeServer {
  options: PreparedServer;
  select: ReturnType<typeof selectorOf>;
}

/** The options of one connection of a server. */
export function connectionOptions<Socket>(
  { options, select }: PreparedNodeServer,
  { pskCallback }: NodeServerOptions<Socket>,
  socket: Socket,
): Translated<ServerOptions> {
  if (!pskCallback) return { options: { ...options } };
  return { options: { ...options, selectPsk: select((identity) => pskCallback(socket, identity)) } };
}

function commonOptions(options: NodeTlsOptions): Pick<ClientOptions, "alpn" | "cipherSuites" | "groups"> {
  refuseOthers(options);
  const { ALPNProtocols, ciphers, ecdhCurve, minVersion, maxVersion } = options;
  for (const [name, value] of Object.entries({ ciphers, ecdhCurve, minVersion, maxVersion })) checkString(name, value);
  if (maxVersion && maxVersion !== "TLSv1.3")
    throw configError("maxVersion must be TLSv1.3: no other version is supported");
  if (minVersion && minVersion !== "TLSv1.3" && !OLDER_VERSIONS.includes(minVersion)) {
    throw configError("minVersion must be TLSv1.3: no other version is supported");
  }
  const suites = ciphers?.split(":").filter((name) => name.startsWith("TLS_")) ?? [];
  return {
    ...(ALPNProtocols && { alpn: protocols(ALPNProtocols) }),
    ...(suites.length > 0 && {
      cipherSuites: known("ciphers", suites, (name) => CIPHER_SUITES.find((suite) => suite === name)),
    }),
    ...(ecdhCurve !== undefined &&
      ecdhCurve !== "auto" && {
        groups: known("ecdhCurve", ecdhCurve.split(":"), groupOf),
      }),
  };
}

function checkString(name: string, value: unknown): void {
  if (value !== undefined && value !== null && typeof value !== "string") throw configError(`${name} must be a string`);
}

function checkFunctions(callbacks: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(callbacks)) {
    if (value !== undefined && value !== null && typeof value !== "function") {
      throw configError(`${name} must be a function`);
    }
  }
}

/** Protocol names in any of Node's types. */
function protocols(given: unknown): string[] {
  if (Array.isArray(given)) {
    return given.map((name: unknown) => {
      if (typeof name === "string") return name;
      if (isBytes(name)) return protocolName(viewOf(name));
      throw configError("ALPNProtocols must be names: strings or bytes");
    });
  }
  if (!isBytes(given)) throw configError("ALPNProtocols must be an array of names, or bytes in wire format");
  const names: string[] = [];
  for (let rest = viewOf(given); rest.length > 0; ) {
    const end = 1 + (rest[0] ?? 0);
    if (end === 1 || end > rest.length) throw configError("ALPNProtocols is not in wire format");
    names.push(protocolName(rest.subarray(1, end)));
    rest = rest.subarray(end);
  }
  return names;
}

function protocolName(bytes: Uint8Array): string {
  const name = strictText(bytes);
  if (name === undefined) throw configError("ALPNProtocols has a name that is not UTF-8");
  return name;
}

/** The names of a list that this package supports. */
function known<T>(option: string, names: readonly string[], find: (name: string) => T | undefined): T[] {
  const found = names.map(find).filter((name) => name !== undefined);
  if (found.length === 0) throw configError(`${option} names nothing that this package supports: ${names.join(":")}`);
  return found;
}
