import { startTls } from "tls-psk";
import { byteStreams } from "./websocket.js";

async function hello() {
  // the part of the address that no server sees
  const secret = Uint8Array.from(atob(location.hash.slice(1)), (c) => c.charCodeAt(0));
  const transport = byteStreams(new WebSocket("wss://gateway.example/device-7"));
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
