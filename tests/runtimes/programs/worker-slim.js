import { connect } from "cloudflare:sockets";
import { decodeHex } from "tls-psk/encoding";
import { initSync, startTls } from "tls-psk/slim";
import wasm from "tls-psk/tls-psk.wasm";

initSync(wasm);

export default {
  async fetch(_request, env) {
    const secret = decodeHex(env.PSK);
    const tcp = connect("127.0.0.1:4433");
    const tls = startTls(tcp, { psks: [{ identity: "device-7", secret }] });
    const writer = tls.writable.getWriter();
    await writer.write(new TextEncoder().encode("hello\n"));
    await writer.close();
    return new Response(tls.readable);
  },
};
