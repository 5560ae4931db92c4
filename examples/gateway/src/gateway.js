// Terminates TLS with PSKs at the edge. A device reaches it by WebSocket or by TCP; what it says goes on to the origin.

import { connect } from "cloudflare:sockets";
import { acceptTls, singleUse } from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";
import { lookUp } from "./keys.js";
import { usedOnce } from "./used-once.js";

export { UsedOnce } from "./used-once.js";

/** How long a device may take to prove its key, lookups included, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

export default {
  /** A device that speaks TLS inside of a WebSocket, as a page or a device behind an HTTP proxy does. */
  fetch(request, env, ctx) {
    if (request.headers.get("Upgrade") !== "websocket") return new Response("a WebSocket, please\n", { status: 426 });
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    ctx.waitUntil(serve(webSocketTransport(server), env));
    return new Response(null, { status: 101, webSocket: client });
  },

  /** A device that speaks TLS over TCP. */
  connect(socket, env) {
    return serve(socket, env);
  },
};

async function serve(transport, env) {
  const device = acceptTls(transport, {
    handshakeTimeout: HANDSHAKE_TIMEOUT,
    selectPsk: (offered) => select(offered, env.DEVICES),
    acceptEarlyData: singleUse(usedOnce(env.USED_ONCE)),
  });
  try {
    await forward(device, env.ORIGIN);
    await device.closed;
  } catch (error) {
    // the error says what was wrong and never contains a key
    console.warn(`a device was turned away: ${error.code ?? error.name}: ${error.message}`);
  }
}

/** The first offered identity that is in the store. Nobody but this device waits for the store. */
async function select(offered, store) {
  const found = await Promise.all(offered.map(({ identity }) => lookUp(store, identity)));
  return found.find((psk) => psk) ?? null;
}

/** Joins the device and the origin, which hears nothing of whoever has not proven a key. */
async function forward(device, originAddress) {
  const early = device.earlyData.getReader();
  // What comes first: early data, which the store says is no copy, or the end of a handshake that went well.
  const first = await early.read();
  early.releaseLock();
  const origin = connect(originAddress, { allowHalfOpen: true });
  await Promise.all([toOrigin(first, device, origin.writable), origin.readable.pipeTo(device.writable)]);
}

async function toOrigin(first, device, writable) {
  if (!first.done) {
    const writer = writable.getWriter();
    await writer.write(first.value);
    writer.releaseLock();
  }
  await device.earlyData.pipeTo(writable, { preventClose: true });
  await device.readable.pipeTo(writable);
}
