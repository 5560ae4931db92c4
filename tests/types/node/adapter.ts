// As ../api.ts, for tls-psk/node, which needs Node's types.

import { createPrivateKey } from "node:crypto";
import { createServer as createHttpServer, request } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Negotiated } from "tls-psk";
import * as full from "tls-psk/full/node";
import {
  type Awaitable,
  type CheckServerIdentity,
  type CredentialOptions,
  connect,
  createServer,
  type NodeClientOptions,
  type NodeServerOptions,
  type NodeTlsOptions,
  type Pem,
  type PrivateKey,
  Server,
  TLSSocket,
  type TLSSocketOptions,
  type TlsConnectOptions,
  type TlsServerOptions,
} from "tls-psk/node";

const psk = Buffer.alloc(32, 1);
const pem: Pem = ["-----BEGIN CERTIFICATE-----", Buffer.alloc(0)];
const common: NodeTlsOptions = { ciphers: "TLS_AES_128_GCM_SHA256", ALPNProtocols: ["mqtt"], ca: pem };
const forClients: NodeClientOptions = { ...common, pskCallback: (hint) => ({ identity: hint ?? "device-7", psk }) };
const key: PrivateKey = { pem: "-----BEGIN PRIVATE KEY-----", passphrase: "secret" };
const shown: CredentialOptions = { cert: pem, key: [key, createPrivateKey("")], passphrase: "secret" };
const pin: CheckServerIdentity = (host, cert) => (cert.fingerprint256 === host ? undefined : new Error("another key"));
const later: Awaitable<Buffer> = Promise.resolve(psk);
const forServers: NodeServerOptions = {
  ...common,
  pskCallback: async (_socket, identity) => (identity ? later : null),
};

declare const nodesOptions: import("node:tls").ConnectionOptions;
declare const nodesServerOptions: import("node:tls").TlsOptions;

export function client(socket: Duplex): TLSSocket {
  const options: TlsConnectOptions = { ...forClients, ...shown, socket, checkServerIdentity: pin };
  connect(options, () => {}).end();
  connect(8883, "broker.example", forClients).destroySoon();
  connect("/run/broker.sock", forClients, () => {}).destroySoon();
  const tls = connect(8883, forClients);
  tls.setTimeout(1_000, () => tls.destroy());
  const negotiated: Negotiated | undefined = tls.negotiated;
  const material: Buffer = tls.exportKeyingMaterial(32, "EXPORTER-test");
  console.log(negotiated?.cipherSuite, material, tls.getCipher()?.name, tls.getProtocol(), tls.remoteAddress);
  request({ createConnection: () => connect(443, forClients) });
  const socketOfNode: Socket = tls;
  socketOfNode.unref();
  // Options of node:tls are accepted unchanged.
  full.connect(nodesOptions);
  return full.connect(options);
}

export function server(duplex: Duplex): Server {
  const options: TlsServerOptions = { ...forServers, noDelay: true };
  const settings: TLSSocketOptions = { ...forServers, isServer: true };
  const one = new TLSSocket(duplex, settings);
  createHttpServer().emit("connection", one);
  const tls: Server = createServer(options, (socket: TLSSocket) => socket.pipe(socket));
  createServer((socket) => socket.end());
  createServer({ ...nodesServerOptions, pskCallback: () => psk });
  return tls instanceof Server ? tls : new Server(options);
}
