// A connection of the page to a server on this machine: TLS here, a WebSocket to the relay, TCP from there.

import {
  ExternalPsk,
  type HashName,
  type Negotiated,
  startTls,
  TlsError,
  type TlsSocket,
  type TraceEvent,
} from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";
import type { Recording } from "./recording.js";

export interface ConsolePsk {
  identity: Uint8Array;
  secret: Uint8Array;
  hmac: HashName;
}

export interface SessionOptions {
  port: number;
  psk: ConsolePsk;
  recording: Recording;
  /** A handshake message or an alert was sent or received. */
  onTrace(event: TraceEvent): void;
  onData(bytes: Uint8Array): void;
}

export interface Session {
  negotiated: Negotiated;
  say(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  /** Settles when the connection has ended, with the error if it was one. */
  ended: Promise<TlsError | undefined>;
}

/** Connects. Throws an error with a sentence for the visitor. */
export async function connectTo({ port, psk, recording, onTrace, onData }: SessionOptions): Promise<Session> {
  refuseBad(psk);
  const address = new URL(`relay?port=${port}`, document.baseURI);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  let reached = false;
  let closing = "";
  socket.addEventListener("open", () => {
    reached = true;
  });
  socket.addEventListener("close", ({ reason }) => {
    closing = reason;
  });
  try {
    const tls = startTls(recorded(webSocketTransport(socket), recording), {
      psks: [psk],
      onTrace(event) {
        recording.trace(event);
        onTrace(event);
      },
      onKeylog: (line) => recording.keyLog.push(line),
    });
    const ended = read(tls, (bytes) => {
      recording.compute();
      onData(bytes);
    });
    const negotiated = await tls.opened;
    const writer = tls.writable.getWriter();
    return {
      negotiated,
      say: (bytes) => writer.write(bytes),
      close: () => tls.close(),
      ended,
    };
  } catch (thrown) {
    const error = TlsError.from(thrown, "handshake");
    if (!reached)
      throw new Error("There is no relay here. Only the page that “npm start” serves has one.", { cause: error });
    throw new Error(closing ? `${closing}.` : sentenceOf(error), { cause: error });
  }
}

/** Lets the core check the PSK before connecting. */
function refuseBad({ identity, secret, hmac }: ConsolePsk): void {
  try {
    new ExternalPsk(identity, secret, hmac).free();
  } catch (thrown) {
    const error = TlsError.from(thrown, "configuration");
    throw new Error(sentenceOf(error), { cause: error });
  }
}

/** The transport, with a record of every byte that goes through it. */
function recorded({ readable, writable }: ReturnType<typeof webSocketTransport>, recording: Recording) {
  const writer = writable.getWriter();
  return {
    readable: readable.pipeThrough(
      new TransformStream({
        transform(bytes, controller) {
          recording.carry("server", bytes);
          controller.enqueue(bytes);
        },
      }),
    ),
    writable: new WritableStream({
      write(bytes) {
        recording.carry("client", bytes);
        return writer.write(bytes);
      },
      close: () => writer.close(),
      abort: (reason) => writer.abort(reason),
    }),
  };
}

/** Passes on received data until the connection ends. */
async function read(tls: TlsSocket, onData: (bytes: Uint8Array) => void): Promise<TlsError | undefined> {
  try {
    for (let reader = tls.readable.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      onData(value);
    }
  } catch (thrown) {
    return TlsError.from(thrown, "data");
  }
}

export function sentenceOf(error: TlsError): string {
  const alert = error.alert ? `; alert ${error.alert} ${error.alertDirection}` : "";
  return `${error.code}: ${error.message}${alert}.`;
}
