/**
 * Connections that sleep while a runtime puts its program away: TLS for Durable Objects with WebSocket hibernation.
 *
 * @module tls-psk/full/hibernation
 */

export { init, initSync } from "../loader.js";
export type {
  Asleep,
  HibernationOptions,
  MessageClientOptions,
  MessageServerOptions,
  StateName,
  WakeOptions,
} from "./message-connection.js";
export { MessageConnection } from "./message-connection.js";
