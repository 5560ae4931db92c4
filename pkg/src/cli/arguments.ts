import { isIP } from "node:net";
import { type ParseArgsConfig, parseArgs } from "node:util";
import type { HashName, TlsOptions } from "../node.js";
import { SHELLS, type Shell } from "./completion.js";
import { groups, hash, modes, suites } from "./names.js";
import { UsageError } from "./usage-error.js";

const COMMON = {
  psk: { type: "string", multiple: true },
  "psk-file": { type: "string", multiple: true },
  context: { type: "string" },
  modes: { type: "string" },
  ciphersuites: { type: "string" },
  groups: { type: "string" },
  alpn: { type: "string" },
  keylog: { type: "string" },
  trace: { type: "boolean" },
  json: { type: "boolean" },
  quiet: { type: "boolean", short: "q" },
  timeout: { type: "string" },
  cert: { type: "string" },
  key: { type: "string" },
  ca: { type: "string" },
  verify: { type: "boolean" },
} as const;

const CLIENT = { ...COMMON, "server-name": { type: "string" }, grease: { type: "string" } } as const;

const CONNECT = {
  ...CLIENT,
  session: { type: "string" },
  "early-data": { type: "string" },
  "key-update": { type: "boolean" },
  export: { type: "string" },
  "show-certs": { type: "boolean" },
} as const;

const LISTENER = {
  listen: { type: "string" },
  "listen-cert": { type: "string" },
  "listen-key": { type: "string" },
  "max-connections": { type: "string" },
  drain: { type: "string" },
} as const;

const TUNNEL = { ...CLIENT, ...LISTENER } as const;

const SERVE = {
  ...COMMON,
  ...LISTENER,
  host: { type: "string" },
  port: { type: "string" },
  psks: { type: "string", multiple: true },
  echo: { type: "boolean" },
  http: { type: "boolean" },
  forward: { type: "string" },
} as const;

const INSPECT = {
  psk: { type: "string", multiple: true },
  "psk-file": { type: "string", multiple: true },
} as const;

const KEYGEN = { bytes: { type: "string" }, hash: { type: "string" } } as const;

/** A TCP endpoint, or a local socket. */
export type Address = { host: string; port: number } | { path: string };

/** The target of a client: an {@link Address}, or a WebSocket. */
export type Target = Address | { url: string };

/** Where a program listens: at an {@link Address}, or for WebSockets with this path, perhaps over HTTPS. */
export type Listening = Address | WebSocketListening;

export interface WebSocketListening {
  host: string;
  port: number;
  webSocketPath: string;
  /** For `wss:`, the files of the web server's certificate and of its key. */
  https: { cert: string; key: string } | undefined;
}

/** The files of certificates, by purpose. */
export interface CertificateArguments {
  /** A chain and its key. */
  credentials: { cert: string; key: string } | undefined;
  ca: string | undefined;
  verify: boolean;
}

/** The options of the commands that use TLS. */
export interface CommonArguments {
  /** As given with --psk. */
  psks: string[];
  pskFiles: string[];
  context: string | undefined;
  tls: Pick<TlsOptions, "modes" | "cipherSuites" | "groups" | "alpn" | "grease">;
  /** Present if any of their options is. */
  certificates: CertificateArguments | undefined;
  keylog: string | undefined;
  trace: boolean;
  json: boolean;
  quiet: boolean;
  /** In milliseconds. */
  timeout: number;
}

/** The options of a client. */
export interface ClientArguments extends CommonArguments {
  target: Target;
  serverName: string | undefined;
}

export interface ConnectArguments extends ClientArguments {
  command: "connect";
  session: string | undefined;
  earlyData: string | undefined;
  keyUpdate: boolean;
  export: { label: string; length: number } | undefined;
  showCerts: boolean;
}

/** The options of a program that listens. */
export interface ListenerArguments {
  listen: Listening;
  maxConnections: number;
  /** In milliseconds. */
  drain: number;
}

export interface TunnelArguments extends ClientArguments, ListenerArguments {
  command: "tunnel";
}

/** The service of `serve`. */
export type Service = { kind: "echo" } | { kind: "http" } | { kind: "forward"; target: Address };

export interface ServeArguments extends CommonArguments, ListenerArguments {
  command: "serve";
  service: Service;
}

export interface KeygenArguments {
  command: "keygen";
  identity: string | undefined;
  bytes: number;
  hash: HashName;
}

export interface InspectArguments {
  command: "inspect";
  file: string;
  /** The keys for its binders, if they are to be verified. */
  keys: Pick<CommonArguments, "psks" | "pskFiles" | "certificates" | "context"> | undefined;
}

export interface CompletionArguments {
  command: "completion";
  shell: Shell;
}

export interface HelpArguments {
  command: "help";
  /** The command to explain. */
  of: string | undefined;
}

export type Arguments =
  | ConnectArguments
  | TunnelArguments
  | ServeArguments
  | KeygenArguments
  | InspectArguments
  | CompletionArguments
  | HelpArguments
  | { command: "version" };

const COMMANDS: Readonly<Record<string, (argv: string[]) => Arguments>> = {
  connect: parseConnect,
  tunnel: parseTunnel,
  serve: parseServe,
  keygen: parseKeygen,
  inspect: parseInspect,
  completion: parseCompletion,
};

/** Throws {@link UsageError}. */
export function parseArguments(argv: readonly string[]): Arguments {
  const [command, ...rest] = argv;
  const asks = (...names: string[]) => argv.some((arg) => names.includes(arg));
  const named = command !== undefined && Object.hasOwn(COMMANDS, command) ? command : undefined;
  if (command === "help") return { command: "help", of: rest[0] };
  if (asks("--help", "-h")) return { command: "help", of: named };
  if (command === "--version" || command === "-V") return { command: "version" };
  if (command === undefined) throw new UsageError("which command?");
  const parse = named && COMMANDS[named];
  if (!parse) throw new UsageError(`unknown command ${JSON.stringify(command)}`);
  return parse(rest);
}

function parseConnect(argv: string[]): ConnectArguments {
  const { values, positionals } = parse({ args: argv, options: CONNECT, allowPositionals: true });
  const shared = client("connect", values, positionals);
  if (shared.pskFiles.includes("-")) throw new UsageError("--psk-file -: connect sends its standard input to the peer");
  return {
    command: "connect",
    ...shared,
    session: values.session,
    earlyData: values["early-data"],
    keyUpdate: values["key-update"] ?? false,
    export: values.export === undefined ? undefined : parseExport(values.export),
    showCerts: values["show-certs"] ?? false,
  };
}

function parseExport(text: string): { label: string; length: number } {
  const [, label = text, bytes = "32"] = /^(.*):(\d+)$/.exec(text) ?? [];
  return { label, length: parseNumber("--export", bytes, 1, 12_240) };
}

function parseTunnel(argv: string[]): TunnelArguments {
  const { values, positionals } = parse({ args: argv, options: TUNNEL, allowPositionals: true });
  if (values.listen === undefined) throw new UsageError("tunnel needs a --listen");
  const shared = client("tunnel", values, positionals);
  return { command: "tunnel", ...shared, ...listener(values, parseListen(values.listen, values)) };
}

type ClientValues = ReturnType<typeof parseArgs<{ options: typeof CLIENT }>>["values"];

function client(command: string, values: ClientValues, positionals: string[]): ClientArguments {
  if (positionals[0] === undefined || positionals.length > 1) throw new UsageError(`${command} needs one HOST:PORT`);
  const target = parseTarget(positionals[0]);
  const shared = common(values);
  if (shared.certificates !== undefined && shared.certificates.ca === undefined) {
    throw new UsageError(`${command} needs a --ca: it sends a certificate only to servers that it can verify`);
  }
  const host = "host" in target ? target.host : "url" in target ? new URL(target.url).hostname : undefined;
  // Without certificates a name is never checked, and would only inform observers.
  const serverName = values["server-name"] ?? (shared.certificates && host);
  if (shared.certificates !== undefined && (serverName === undefined || isIP(serverName))) {
    throw new UsageError("--ca needs a --server-name, as certificates are checked for names, not for addresses");
  }
  const { grease } = values;
  if (grease !== undefined && grease !== "on" && grease !== "off") {
    throw new UsageError(`--grease must be on or off, not ${JSON.stringify(grease)}`);
  }
  return { target, serverName, ...shared, tls: { ...shared.tls, ...(grease && { grease: grease === "on" }) } };
}

function parseServe(argv: string[]): ServeArguments {
  const { values } = parse({ args: argv, options: SERVE });
  if (values.port === undefined && values.listen === undefined) throw new UsageError("serve needs a --port");
  const services: Service[] = [];
  if (values.echo) services.push({ kind: "echo" });
  if (values.http) services.push({ kind: "http" });
  if (values.forward !== undefined) services.push({ kind: "forward", target: parseAddress(values.forward) });
  if (services.length > 1) throw new UsageError("only one of --echo, --http and --forward can be used");
  const { pskFiles, ...shared } = common(values);
  if (shared.certificates !== undefined && shared.certificates.credentials === undefined) {
    throw new UsageError("serve needs a --cert and its --key: it requests certificates only where it sends one");
  }
  const listen =
    values.listen === undefined
      ? { host: values.host ?? "127.0.0.1", port: parsePort(values.port ?? "") }
      : parseListen(values.listen, values);
  return {
    command: "serve",
    service: services[0] ?? { kind: "echo" },
    ...shared,
    ...listener(values, listen),
    pskFiles: [...pskFiles, ...(values.psks ?? [])],
  };
}

function parseKeygen(argv: string[]): KeygenArguments {
  const { values, positionals } = parse({ args: argv, options: KEYGEN, allowPositionals: true });
  if (positionals.length > 1) throw new UsageError("keygen takes one IDENTITY");
  return {
    command: "keygen",
    identity: positionals[0],
    bytes: parseNumber("--bytes", values.bytes ?? "32", 16, 64),
    hash: hash(values.hash ?? "SHA-256"),
  };
}

function parseInspect(argv: string[]): InspectArguments {
  const { values, positionals } = parse({ args: argv, options: INSPECT, allowPositionals: true });
  const [file] = positionals;
  if (file === undefined || positionals.length > 1)
    throw new UsageError("inspect needs one FILE, or - for standard input");
  const [psks, pskFiles] = [values.psk ?? [], values["psk-file"] ?? []];
  if (file === "-" && pskFiles.includes("-")) throw new UsageError("inspect -: standard input cannot be both files");
  const isAsked = psks.length + pskFiles.length > 0;
  const keys = isAsked ? { psks, pskFiles, certificates: undefined, context: undefined } : undefined;
  return { command: "inspect", file, keys };
}

function parseCompletion(argv: string[]): CompletionArguments {
  const { positionals } = parse({ args: argv, options: {}, allowPositionals: true });
  const shell = SHELLS.find((name) => name === positionals[0]);
  if (shell === undefined || positionals.length > 1)
    throw new UsageError(`completion needs one of ${SHELLS.join(", ")}`);
  return { command: "completion", shell };
}

/** Node's parser; its errors become usage errors. */
function parse<const T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

type CommonValues = ReturnType<typeof parseArgs<{ options: typeof COMMON }>>["values"];

function common(values: CommonValues): CommonArguments {
  return {
    psks: values.psk ?? [],
    pskFiles: values["psk-file"] ?? [],
    context: values.context,
    tls: {
      ...(values.modes !== undefined && { modes: modes(values.modes) }),
      ...(values.ciphersuites !== undefined && { cipherSuites: suites(values.ciphersuites) }),
      ...(values.groups !== undefined && { groups: groups(values.groups) }),
      ...(values.alpn !== undefined && { alpn: values.alpn.split(",") }),
    },
    certificates: certificates(values),
    keylog: values.keylog ?? (process.env.SSLKEYLOGFILE || undefined),
    trace: values.trace ?? false,
    json: values.json ?? false,
    quiet: values.quiet ?? false,
    timeout: parseSeconds("--timeout", values.timeout ?? "30", 0.001),
  };
}

type ListenerValues = { "max-connections"?: string | undefined; drain?: string | undefined } & HttpsValues;
type HttpsValues = { "listen-cert"?: string | undefined; "listen-key"?: string | undefined };

function listener(values: ListenerValues, listen: Listening): ListenerArguments {
  return {
    listen,
    maxConnections: parseNumber("--max-connections", values["max-connections"] ?? "1024", 1, 2 ** 31),
    drain: parseSeconds("--drain", values.drain ?? "10"),
  };
}

function certificates({ cert, key, ca, verify = false }: CommonValues): CertificateArguments | undefined {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError("--cert and --key go together");
  if (verify && ca === undefined) throw new UsageError("--verify needs a --ca");
  const credentials = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  return credentials || ca !== undefined ? { credentials, ca, verify } : undefined;
}

function parseTarget(text: string): Target {
  if (/^wss?:\/\//i.test(text)) {
    if (!URL.canParse(text)) throw new UsageError(`${text} is not a WebSocket URL`);
    return { url: text };
  }
  return parseAddress(text);
}

/** `HOST:PORT`, with an IPv6 address in brackets, or `unix:PATH`. */
function parseAddress(text: string): Address {
  if (text.startsWith("unix:")) return { path: text.slice(5) };
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined || match?.[3] === undefined) throw new UsageError(`${text} is not HOST:PORT`);
  return { host, port: parsePort(match[3]) };
}

/** As an address, but the host is optional; or `ws://HOST:PORT/PATH`, or `wss:` with a certificate. */
function parseListen(text: string, { "listen-cert": cert, "listen-key": key }: HttpsValues): Listening {
  const https = cert !== undefined && key !== undefined ? { cert, key } : undefined;
  const isSecure = /^wss:/i.test(text);
  if (isSecure && !https) throw new UsageError("--listen wss: needs the web server's --listen-cert and --listen-key");
  if (!isSecure && (cert ?? key) !== undefined)
    throw new UsageError("--listen-cert and --listen-key are for --listen wss:");
  if (isSecure || /^ws:/i.test(text)) {
    if (!URL.canParse(text)) throw new UsageError(`${text} is not a WebSocket URL`);
    const { hostname, port, pathname } = new URL(text);
    const at = { host: hostname.replace(/^\[|\]$/g, ""), port: parsePort(port || (isSecure ? "443" : "80")) };
    return { ...at, webSocketPath: pathname, https };
  }
  return /^\d+$/.test(text) ? { host: "127.0.0.1", port: parsePort(text) } : parseAddress(text);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new UsageError(`${text} is not a port`);
  return port;
}

function parseNumber(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new UsageError(`${option}: ${JSON.stringify(text)} is not a number from ${least} to ${most}`);
}

/** Seconds as milliseconds. */
function parseSeconds(option: string, text: string, least = 0): number {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= least && seconds <= 86_400) return seconds * 1_000;
  throw new UsageError(`${option}: ${JSON.stringify(text)} is not a number of seconds from ${least} to 86400`);
}
