/**
 * TLS for code written for `node:tls`: a Duplex in, a Duplex out, with PSKs from a `pskCallback` as Node spells it.
 *
 * @module tls-psk/node
 */

export type { CredentialOptions, Pem, PrivateKey } from "./credentials.js";
export type { NodeClientOptions, NodeTlsOptions } from "./node-options.js";
export type { Awaitable } from "./psk-callback.js";
export { connect, type TlsConnectOptions } from "./tls-connect.js";
export { createServer, Server, type TlsServerOptions } from "./tls-server.js";
export { type NodeServerOptions, TLSSocket, type TLSSocketOptions } from "./tls-socket.js";
export type { CheckServerIdentity } from "./verification.js";
