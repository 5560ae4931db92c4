// The page that tests of the package in a browser drive: the package as it is built, and two ends joined in memory.

import * as full from "./tls-psk/full/index.js";
import * as small from "./tls-psk/index.js";

/** A PSK that differs with the identity. */
function psk(identity = "client") {
  return { identity, secret: new Uint8Array(32).fill(0x5a + identity.length) };
}

/** A client and a server, joined. */
function connect(serverOptions, clientOptions = {}, build = small) {
  const there = new TransformStream();
  const back = new TransformStream();
  const both = { allowBothRoles: true };
  return {
    client: build.startTls(
      { readable: back.readable, writable: there.writable },
      { psks: [psk()], ...both, ...clientOptions },
    ),
    server: build.acceptTls({ readable: there.readable, writable: back.writable }, { ...both, ...serverOptions }),
  };
}

/** Sends a line from the client to the server, whose application sends it back. */
async function echo({ client, server }, line) {
  void server.readable.pipeTo(server.writable);
  const writer = client.writable.getWriter();
  await writer.write(new TextEncoder().encode(line));
  await writer.close();
  return new Response(client.readable).text();
}

/** What a test can be told of the error that a socket ends with. */
async function failure(socket) {
  const error = await socket.opened.then(
    () => new Error("the handshake did not fail"),
    (reason) => reason,
  );
  const closed = await socket.closed.catch((reason) => reason);
  const { code, phase, alert, alertDirection, cause } = error;
  return { code, phase, alert, alertDirection, cause: cause?.message, same: closed === error };
}

async function ends({ client, server }) {
  const [ofServer, ofClient] = await Promise.all([failure(server), failure(client)]);
  return { server: ofServer, client: ofClient };
}

window.play = { connect, echo, ends, full, psk };
document.documentElement.dataset.state = "ready";
