import { isIP } from "node:net";
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { CipherSuite, Group, PskMode, TlsOptions } from "../node.js";
import { UsageError } from "./usage-error.js";

export const USAGE = `Usage:
  tls-psk connect HOST:PORT [options]    TLS from standard input and to standard output
  tls-psk serve --port PORT [options]    TLS in front of a TCP service

Keys, in order of preference; at least one is needed unless there are certificates:
  --psk IDENTITY:HEX[:HASH]   HASH is SHA-256 (default) or SHA-384. Other users of the machine can read arguments
  --psk-file FILE             a file with one IDENTITY:HEX[:HASH] on each line; # begins a comment line
  TLS_PSK                     environment variable, as a --psk-file; used when there is neither of the options

Certificates, which a server shows where no key is chosen:
  --cert FILE                 PEM of a chain, the own certificate first, with its --key; needed by serve to show one
  --key FILE                  PEM of its private key
  --ca FILE                   PEM of the authorities that are trusted: connect checks a server's certificate against
                              them and the name of --server-name or HOST, serve asks its clients for certificates
  --verify                    serve refuses clients without a certificate; connect always verifies what it is shown

Options:
  --modes LIST                psk_dhe_ke (default), psk_ke, or both, separated by a comma as all lists
  --ciphersuites LIST         TLS_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384
  --groups LIST               x25519, secp256r1, X25519MLKEM768
  --alpn LIST                 application protocols, in order of preference
  --keylog FILE               append the connection's secrets in the format of SSLKEYLOGFILE
  --trace                     print every handshake message, field by field
  --help

connect:
  --server-name NAME          send this server name

serve:
  --host ADDRESS              listen here (default 127.0.0.1)
  --port PORT                 0 takes any that is free
  --psks FILE                 the same as --psk-file
  --echo                      send everything back (default)
  --http                      answer an HTTP request with what was negotiated
  --forward HOST:PORT         pass the plaintext on to a TCP service

The exit status is 0 after a clean close, which is one with close_notify, 1 after an error, and 2 if the arguments are
wrong. At the end of its input, connect sends close_notify and reads on until the peer has sent its own. serve ends
with status 0 on SIGINT and SIGTERM.
`;

const COMMON = {
  psk: { type: "string", multiple: true },
  "psk-file": { type: "string", multiple: true },
  modes: { type: "string" },
  ciphersuites: { type: "string" },
  groups: { type: "string" },
  alpn: { type: "string" },
  keylog: { type: "string" },
  trace: { type: "boolean" },
  cert: { type: "string" },
  key: { type: "string" },
  ca: { type: "string" },
  verify: { type: "boolean" },
} as const;

const CONNECT = { ...COMMON, "server-name": { type: "string" } } as const;

const SERVE = {
  ...COMMON,
  host: { type: "string" },
  port: { type: "string" },
  psks: { type: "string", multiple: true },
  echo: { type: "boolean" },
  http: { type: "boolean" },
  forward: { type: "string" },
} as const;

/** A TCP endpoint. */
export interface Address {
  host: string;
  port: number;
}

/** The files of certificates, and what they are for. */
export interface CertificateArguments {
  /** A chain and its key. */
  credentials: { cert: string; key: string } | undefined;
  ca: string | undefined;
  verify: boolean;
}

/** What both commands are told. */
export interface CommonArguments {
  /** As given with --psk. */
  psks: string[];
  pskFiles: string[];
  tls: Pick<TlsOptions, "modes" | "cipherSuites" | "groups" | "alpn">;
  /** If any of their options is there. */
  certificates: CertificateArguments | undefined;
  keylog: string | undefined;
  trace: boolean;
}

export interface ConnectArguments extends CommonArguments {
  command: "connect";
  target: Address;
  serverName: string | undefined;
}

/** What `serve` does with the plaintext. */
export type Service = { kind: "echo" } | { kind: "http" } | { kind: "forward"; target: Address };

export interface ServeArguments extends CommonArguments {
  command: "serve";
  listen: Address;
  service: Service;
}

/** Throws {@link UsageError}. `undefined` if help is wanted. */
export function parseArguments(argv: readonly string[]): ConnectArguments | ServeArguments | undefined {
  const [command, ...rest] = argv;
  if (argv.includes("--help") || command === "help") return undefined;
  if (command === "connect") return parseConnect(rest);
  if (command === "serve") return parseServe(rest);
  throw new UsageError(command === undefined ? "which command?" : `unknown command ${command}`);
}

function parseConnect(argv: string[]): ConnectArguments {
  const { values, positionals } = parse({ args: argv, options: CONNECT, allowPositionals: true });
  if (positionals[0] === undefined || positionals.length > 1) throw new UsageError("connect needs one HOST:PORT");
  const target = parseAddress(positionals[0]);
  const shared = common(values);
  if (shared.certificates !== undefined && shared.certificates.ca === undefined) {
    throw new UsageError("connect needs a --ca: it shows a certificate only to servers that it can verify");
  }
  // Without certificates a name is nobody's to check, and would only tell observers something.
  const serverName = values["server-name"] ?? (shared.certificates && target.host);
  if (shared.certificates !== undefined && serverName !== undefined && isIP(serverName)) {
    throw new UsageError("--ca needs a --server-name, as certificates are checked for names and not for addresses");
  }
  return { command: "connect", target, serverName, ...shared };
}

function parseServe(argv: string[]): ServeArguments {
  const { values } = parse({ args: argv, options: SERVE });
  if (values.port === undefined) throw new UsageError("serve needs a --port");
  const services: Service[] = [];
  if (values.echo) services.push({ kind: "echo" });
  if (values.http) services.push({ kind: "http" });
  if (values.forward !== undefined) services.push({ kind: "forward", target: parseAddress(values.forward) });
  if (services.length > 1) throw new UsageError("only one of --echo, --http and --forward is possible");
  const { pskFiles, ...shared } = common(values);
  if (shared.certificates !== undefined && shared.certificates.credentials === undefined) {
    throw new UsageError("serve needs a --cert and its --key: it asks for certificates only where it shows one");
  }
  return {
    command: "serve",
    listen: { host: values.host ?? "127.0.0.1", port: parsePort(values.port) },
    service: services[0] ?? { kind: "echo" },
    ...shared,
    pskFiles: [...pskFiles, ...(values.psks ?? [])],
  };
}

/** Node's parser, whose errors are our usage errors. */
function parse<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type CommonValues = ReturnType<typeof parseArgs<{ options: typeof COMMON }>>["values"];

function common(values: CommonValues): CommonArguments {
  const tls: { -readonly [K in keyof CommonArguments["tls"]]: CommonArguments["tls"][K] } = {};
  // The core knows the names, and says so when one is wrong.
  if (values.modes !== undefined) tls.modes = values.modes.split(",") as PskMode[];
  if (values.ciphersuites !== undefined) tls.cipherSuites = values.ciphersuites.split(",") as CipherSuite[];
  if (values.groups !== undefined) tls.groups = values.groups.split(",") as Group[];
  if (values.alpn !== undefined) tls.alpn = values.alpn.split(",");
  return {
    psks: values.psk ?? [],
    pskFiles: values["psk-file"] ?? [],
    tls,
    certificates: certificates(values),
    keylog: values.keylog,
    trace: values.trace ?? false,
  };
}

function certificates({ cert, key, ca, verify = false }: CommonValues): CertificateArguments | undefined {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key go together");
  if (verify && ca === undefined) throw new UsageError("--verify needs a --ca");
  const credentials = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  return credentials || ca !== undefined ? { credentials, ca, verify } : undefined;
}

/** `HOST:PORT`, with an IPv6 address in brackets. */
function parseAddress(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || match?.[3] === undefined) throw new UsageError(`${text} is not HOST:PORT`);
  return { host, port: parsePort(match[3]) };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`${text} is not a port`);
  return port;
}
