import { startTls } from "tls-psk";

const tcp = await Deno.connect({ hostname: "127.0.0.1", port: 4433 });
const secret = Uint8Array.fromHex(Deno.env.get("PSK"));
const tls = startTls(tcp, { psks: [{ identity: "device-7", secret }] });

const writer = tls.writable.getWriter();
await writer.write(new TextEncoder().encode("hello\n"));
await writer.close(); // close_notify: we have said everything
console.log(await new Response(tls.readable).text());
await tls.closed;
