// Connects to a TCP server that requires a PSK: POST /HOST:PORT sends the request's body there, and returns its answer.

import { connect } from "cloudflare:sockets";
import { startTls } from "tls-psk";
import { lookUp } from "./keys.js";

export default {
  async fetch(request, env) {
    const address = new URL(request.url).pathname.slice(1);
    const psk = await lookUp(env.SERVERS, new TextEncoder().encode(address));
    // only servers with a key in the store, or anyone could make this worker connect to any server
    if (!psk || !request.body) return new Response("a POST to /HOST:PORT of a known server, please\n", { status: 404 });

    const tls = startTls(connect(address), {
      psks: [{ ...psk, identity: psk.as ?? psk.identity }],
      handshakeTimeout: 10_000,
      signal: request.signal,
    });
    try {
      await tls.opened;
    } catch (error) {
      return new Response(`${error.code}: ${error.message}\n`, { status: 502 });
    }
    // closing the writable side sends close_notify; the server's close_notify ends the response
    request.body.pipeTo(tls.writable).catch(() => {});
    return new Response(tls.readable);
  },
};
