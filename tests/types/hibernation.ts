// A connection that sleeps, as a program of a runtime with messages has it.

import {
  type Asleep,
  MessageConnection,
  type MessageServerOptions,
  type StateName,
  type WakeOptions,
} from "tls-psk/full/hibernation";

/** What of a WebSocket such a program needs; that of `@cloudflare/workers-types` has it. */
interface HibernatingWebSocket {
  send(message: ArrayBuffer | ArrayBufferView | string): void;
  // biome-ignore lint/suspicious/noExplicitAny: as the platform types it
  serializeAttachment(value: any): void;
  // biome-ignore lint/suspicious/noExplicitAny: as the platform types it
  deserializeAttachment(): any | null;
}

const stateKeys = [new Uint8Array(32)];
const newest = new Map<string, number>();

export function accept(webSocket: HibernatingWebSocket): MessageConnection {
  const options: MessageServerOptions = {
    transmit: (bytes) => webSocket.send(bytes),
    stateKeys,
    selectPsk: async ([first]) => (first ? { identity: first.identity, secret: new Uint8Array(32) } : null),
  };
  return MessageConnection.accept(options);
}

export function webSocketMessage(webSocket: HibernatingWebSocket, message: ArrayBuffer | string): void {
  const isNewest = ({ id, counter }: StateName): boolean => counter > (newest.get(String(id)) ?? 0);
  const options: WakeOptions = { transmit: (bytes) => webSocket.send(bytes), stateKeys, scope: "object 7", isNewest };
  const tls = MessageConnection.wake("server", webSocket.deserializeAttachment(), options);
  const data: Uint8Array<ArrayBuffer>[] = tls.receive(message);
  for (const part of data) tls.send(part);
  const asleep: Asleep = tls.sleep();
  webSocket.serializeAttachment(asleep);
}

// @ts-expect-error: such a connection has no timer
MessageConnection.accept({ transmit() {}, stateKeys, handshakeTimeout: 1 });
// @ts-expect-error: a state is always sealed
MessageConnection.accept({ transmit() {} });
