import { startTls } from "tls-psk";
import { decodeHex } from "tls-psk/encoding";

export const config = { runtime: "edge" };

export default async function handler() {
  const secret = decodeHex(process.env.PSK);
  // no sockets here: the gateway sends the request's body to the device, and what the device says as the response's
  const up = new TransformStream();
  const down = new TransformStream();
  fetch("https://gateway.example/device-7", { method: "POST", body: up.readable, duplex: "half" })
    .then(({ body }) => body.pipeTo(down.writable))
    .catch((error) => down.writable.abort(error));
  const transport = { readable: down.readable, writable: up.writable };
  const tls = startTls(transport, { psks: [{ identity: "device-7", secret }] });
  const writer = tls.writable.getWriter();
  await writer.write(new TextEncoder().encode("hello\n"));
  await writer.close(); // close_notify: we have said everything
  return new Response(tls.readable);
}
