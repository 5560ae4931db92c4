// Terminates TLS with PSKs at the edge. A device connects by WebSocket or by TCP; its data is forwarded to the origin.

import { connect } from "cloudflare:sockets";
import { acceptTls, singleUse } from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";
import { lookUp } from "./keys.js";
import { usedOnce } from "./used-once.js";

export { UsedOnce } from "./used-once.js";

/** How long a device may take to prove its key, including look-ups, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;

export default {
  /** A device that uses TLS inside a WebSocket, such as a page or a device behind an HTTP proxy. */
  fetch(request, env, ctx) {
    if (request.headers.get("Upgrade") !== "websocket") return new Response("a WebSocket, please\n", { status: 426 });
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    ctx.waitUntil(serve(webSocketTransport(server), env));
    return new Response(null, { status: 101, webSocket: client });
  },

  /** A device that uses TLS over TCP. */
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
    // the error says what went wrong and never contains a key
    console.warn(`a device was turned away: ${error.code ?? error.name}: ${error.message}`);
  }
}

/** The first offered identity that is in the store. Only this device waits for the store. */
async function select(offered, store) {
  const found = await Promise.all(offered.map(({ identity }) => lookUp(store, identity)));
  return found.find((psk) => psk) ?? null;
}

/** Connects the device and the origin, which receives nothing from a device that has not proven its key. */
async function forward(device, originAddress) {
  const early = device.earlyData.getReader();
  // Whichever comes first: early data that the store confirms is not a copy, or the end of a successful handshake.
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
