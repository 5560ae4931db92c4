/**
 * TLS for code written for `node:tls`: Duplex streams on both sides, with PSKs from Node's `pskCallback`.
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
