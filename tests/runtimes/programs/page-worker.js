import { startTls } from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";

self.onmessage = async ({ data: secret }) => {
  const transport = webSocketTransport(new WebSocket("ws://127.0.0.1:8433"));
  const tls = startTls(transport, { psks: [{ identity: "device-7", secret }] });
  const writer = tls.writable.getWriter();
  await writer.write(new TextEncoder().encode("hello\n"));
  await writer.close(); // close_notify: we have said everything
  postMessage(await new Response(tls.readable).text());
  await tls.closed;
};
