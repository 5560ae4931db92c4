// A client in a page or a worker, as strict projects compile it: streams of the platform in, and out into the platform.

import { isTlsError, startTls, type TlsSocket } from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";

const secret = new Uint8Array(32);

export function overWebSocket(socket: WebSocket): TlsSocket {
  return startTls(webSocketTransport(socket), { psks: [{ identity: "device-7", secret }] });
}

export async function overStreams(streams: TransformStream<Uint8Array, Uint8Array>): Promise<string> {
  const tls = startTls(streams, { psks: [{ identity: "device-7", secret }] });
  const decoded: ReadableStream<string> = tls.readable.pipeThrough(new TextDecoderStream());
  await crypto.subtle.digest("SHA-256", tls.exportKeyingMaterial("EXPORTER-x", undefined, 32));
  const blob: Blob = new Blob([tls.exportKeyingMaterial("EXPORTER-x", undefined, 32)]);
  console.log(decoded, blob, await new Response(tls.readable).text());
  return tls.opened.then(
    ({ cipherSuite }) => cipherSuite,
    (error: unknown) => (isTlsError(error, "ERR_TLS_TIMEOUT") ? error.code : "another"),
  );
}
