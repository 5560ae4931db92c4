import { isIP } from "node:net";
import { type Bytes, isBytes, viewOf } from "../bytes.js";
import { hasCertificates } from "../core.js";
import type { CipherSuite, Group, OfferedIdentity } from "../core-types.js";
import { configError } from "../errors.js";
import type { ClientOptions, SelectPsk, ServerOptions } from "../options.js";
import type { Psk } from "../psk.js";
import type { TLSSocket } from "./tls-socket.js";

/** A value, or the promise of one: what a callback of Node's may return here, too. */
export type Awaitable<T> = T | Promise<T>;

/** PEM as Node takes it. */
export type Pem = string | Bytes | readonly (string | Bytes)[];

/** What both sides can be told in Node's words. */
export interface NodeTlsOptions {
  /** As `alpn`. */
  ALPNProtocols?: readonly string[];
  /** Names of cipher suites of TLS 1.3, joined by colons. Those of older versions are passed over. */
  ciphers?: string;
  /** Groups, joined by colons: `X25519`, `P-256`, `X25519MLKEM768`; `"auto"` for all of them. */
  ecdhCurve?: string;
  /** The version is TLS 1.3; a `maxVersion` below it is refused. */
  minVersion?: string;
  maxVersion?: string;
  /** Authorities that are trusted, in PEM. `tls-psk/full` only, as the rest; none are trusted unless given. */
  ca?: Pem;
  /** A certificate chain of ours, in PEM. */
  cert?: Pem;
  /** Its private key, in PEM. */
  key?: Pem;
  /**
   * With `false`, a client takes any certificate unseen and is not `authorized`; a server does without those of clients
   * that have none.
   */
  rejectUnauthorized?: boolean;
}

/** Options of a client, in Node's words or in those of `startTls`. */
export interface NodeClientOptions extends NodeTlsOptions, Omit<ClientOptions, "ca"> {
  /**
   * Says which PSK to offer, as `node:tls` would have it, or promises to. `hint` is `null`, as TLS 1.3 has none. The PSK
   * is one for SHA-256, of 16 bytes at least; `psks` can have others.
   */
  pskCallback?: (hint: string | null) => Awaitable<{ identity: string; psk: Bytes } | null | undefined>;
  /** As `serverName`. */
  servername?: string;
  /** A session to resume, as the event `session` gave it. */
  session?: Bytes;
}

/** Options of a server, in Node's words or in those of `acceptTls`. */
export interface NodeServerOptions extends NodeTlsOptions, ServerOptions {
  /**
   * Says which PSK belongs to an identity, as `node:tls` would have it, or promises to. It is asked for each identity
   * that the client offers, until it knows one. Cannot be had together with `selectPsk`.
   */
  pskCallback?: (socket: TLSSocket, identity: string) => Awaitable<Bytes | { psk: Bytes } | null | undefined>;
  /** Taken and not sent, as in `node:tls`: TLS 1.3 has no hints. */
  pskIdentityHint?: string;
  /** Asks clients for certificates of one of the `ca`. */
  requestCert?: boolean;
}

/** What `node:tls` knows and we do not. Overlooking these could make a connection less than was asked for. */
const UNKNOWN = ["pfx", "passphrase", "crl", "secureContext", "SNICallback", "ALPNCallback", "ticketKeys", "dhparam"];

const OLDER_VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2"];

const SUITES: readonly string[] = [
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
] satisfies CipherSuite[];

const GROUPS = new Map<string, Group>([
  ["x25519", "x25519"],
  ["p-256", "secp256r1"],
  ["prime256v1", "secp256r1"],
  ["secp256r1", "secp256r1"],
  ["x25519mlkem768", "X25519MLKEM768"],
]);

/** The options of `startTls`. Asks for the PSK. Throws `ERR_TLS_CONFIG`, and what `pskCallback` throws. */
export async function clientOptions(
  options: NodeClientOptions & { host?: string | undefined },
): Promise<ClientOptions> {
  const { pskCallback, servername, session, ca, cert, key, rejectUnauthorized = true, host, psks, ...rest } = options;
  const serverName = servername ?? (ca !== undefined && host !== undefined && isIP(host) === 0 ? host : undefined);
  const answer = await pskCallback?.(null);
  const asked = answer && { identity: answer.identity, secret: answer.psk };
  return {
    ...rest,
    ...commonOptions(options),
    ...((psks || pskCallback) && { psks: [...(asked ? [asked] : []), ...(psks ?? [])] }),
    ...(serverName !== undefined && { serverName }),
    ...(session !== undefined && { sessions: [session] }),
    ...(ca !== undefined && rejectUnauthorized && { ca: pem(ca) }),
    ...(!rejectUnauthorized && hasCertificates() && { verifyCertificate: () => true }),
    ...(cert !== undefined && { certificate: credentials(cert, key) }),
  };
}

/** The options of `acceptTls` for one connection. Throws `ERR_TLS_CONFIG`. */
export function serverOptions(options: NodeServerOptions, socket: TLSSocket): ServerOptions {
  const { pskCallback, pskIdentityHint, ca, cert, key, requestCert, rejectUnauthorized = true, ...rest } = options;
  if (pskIdentityHint !== undefined && typeof pskIdentityHint !== "string") {
    throw configError("pskIdentityHint must be a string");
  }
  if (pskCallback && options.selectPsk) throw configError("pskCallback and selectPsk both want to choose the PSK");
  return {
    ...rest,
    ...commonOptions(options),
    ...(pskCallback && { selectPsk: selectBy(pskCallback, socket, options.psks ?? []) }),
    ...(cert !== undefined && { certificates: [credentials(cert, key)] }),
    ...(requestCert && {
      requestCertificate: { required: rejectUnauthorized, ...(ca !== undefined && { ca: pem(ca) }) },
    }),
  };
}

function commonOptions(options: NodeTlsOptions): Pick<ClientOptions, "alpn" | "cipherSuites" | "groups"> {
  const unknown = UNKNOWN.find((name) => (options as Record<string, unknown>)[name] !== undefined);
  if (unknown !== undefined) throw configError(`${unknown} is an option of node:tls that this package does not have`);
  const { ALPNProtocols, ciphers, ecdhCurve, maxVersion } = options;
  if (maxVersion !== undefined && OLDER_VERSIONS.includes(maxVersion)) throw configError("there is only TLS 1.3");
  const suites = ciphers?.split(":").filter((name) => name.startsWith("TLS_")) ?? [];
  return {
    ...(ALPNProtocols && { alpn: ALPNProtocols }),
    ...(suites.length > 0 && { cipherSuites: known("ciphers", suites, (name) => find(SUITES, name)) }),
    ...(ecdhCurve !== undefined &&
      ecdhCurve !== "auto" && {
        groups: known("ecdhCurve", ecdhCurve.split(":"), (name) => GROUPS.get(name.toLowerCase())),
      }),
  };
}

const find = (names: readonly string[], name: string) => names.find((other) => other === name) as CipherSuite;

/** Those of a list that this package has. */
function known<T>(option: string, names: readonly string[], find: (name: string) => T | undefined): T[] {
  const found = names.map(find).filter((name) => name !== undefined);
  if (found.length === 0) throw configError(`${option} has nothing that this package has`);
  return found;
}

/** Asks Node's callback for one offered identity after the other. */
function selectBy(
  pskCallback: NonNullable<NodeServerOptions["pskCallback"]>,
  socket: TLSSocket,
  psks: readonly Psk[],
): SelectPsk {
  const own = new Set(psks.map(({ identity }) => text(identity)));
  return async (offered) => {
    for (const offer of offered) {
      const identity = whoseIs(offer);
      // A session is as good as the PSK that it descends from, which may have been revoked.
      const answer = identity === undefined ? undefined : await pskCallback(socket, identity);
      if (answer) {
        const psk = isBytes(answer) ? answer : answer.psk;
        return offer.ticket ? offer : { identity: offer.identity, secret: psk };
      }
      if (own.has(text(offer.identity)) || (offer.ticket && identity === undefined)) return offer;
    }
    return null;
  };
}

/** The identity to ask for; a session that was begun with a certificate has none. */
function whoseIs({ identity, ticket }: OfferedIdentity): string | undefined {
  if (ticket === undefined) return text(identity);
  return ticket.externalIdentity && text(ticket.externalIdentity);
}

const text = (identity: string | Bytes): string =>
  typeof identity === "string" ? identity : new TextDecoder().decode(viewOf(identity));

function credentials(cert: Pem, key: Pem | undefined): { chain: string; key: string } {
  if (key === undefined) throw configError("cert needs a key");
  return { chain: pem(cert), key: pem(key) };
}

function pem(given: Pem): string {
  const parts = typeof given === "string" || isBytes(given) ? [given] : given;
  return parts.map(text).join("\n");
}
