import { connect } from "cloudflare:sockets";
import { startTls } from "tls-psk";
import { decodeHex } from "tls-psk/encoding";

export default {
  async fetch(_request, env) {
    const secret = decodeHex(env.PSK);
    const tcp = connect("127.0.0.1:4433");
    const tls = startTls(tcp, { psks: [{ identity: "device-7", secret }] });
    const writer = tls.writable.getWriter();
    await writer.write(new TextEncoder().encode("hello\n"));
    await writer.close(); // close_notify: we have said everything
    return new Response(tls.readable);
  },
};
