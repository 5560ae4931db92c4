import { startTls } from "tls-psk";
import { decodeHex } from "tls-psk/encoding";
import { webSocketTransport } from "tls-psk/websocket";

async function hello() {
  // from behind the # of the address, which no server sees
  const secret = decodeHex(location.hash.slice(1));
  const transport = webSocketTransport(new WebSocket("ws://127.0.0.1:8433"));
  const tls = startTls(transport, { psks: [{ identity: "device-7", secret }] });
  const writer = tls.writable.getWriter();
  await writer.write(new TextEncoder().encode("hello\n"));
  await writer.close(); // close_notify: we have said everything
  const answer = await new Response(tls.readable).text();
  await tls.closed;
  return answer;
}

const show = (text) => document.body.append(text);
hello().then(show, show);
