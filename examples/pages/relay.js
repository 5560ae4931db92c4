// A relay that need not be trusted: it connects two WebSockets to /relay/ROOM, and forwards data that it cannot read.

import { WebSocketServer } from "ws";

/**
 * How much the relay buffers for a slow receiver, in bytes. While the buffer is full, it does not read from the sender.
 */
const HIGH_WATER_MARK = 2 ** 18;

export function relay(httpServer) {
  const server = new WebSocketServer({ noServer: true, maxPayload: 2 ** 20 });
  /** The peers that wait for a second one, by room. */
  const waiting = new Map();

  httpServer.on("upgrade", (request, socket, head) => {
    const room = request.url.match(/^\/relay\/([\w-]{16,64})$/)?.[1];
    if (room) server.handleUpgrade(request, socket, head, (peer) => enter(room, peer));
  });

  function enter(room, peer) {
    peer.on("error", () => {}); // its close event reports it
    const other = waiting.get(room);
    if (other === undefined) {
      waiting.set(room, peer);
      peer.pause();
      // A peer notices that it was closed only if it reads; one that waits in an empty room has sent a ClientHello at
      // most.
      peer.once("close", () => waiting.get(room) === peer && waiting.delete(room));
      return;
    }
    // A room is for two peers, and is used once.
    waiting.delete(room);
    join(peer, other);
    join(other, peer);
    other.resume();
  }
}

function join(from, to) {
  from.on("message", (data, isBinary) => {
    to.send(data, { binary: isBinary }, () => from.isPaused && to.bufferedAmount < HIGH_WATER_MARK && from.resume());
    if (to.bufferedAmount >= HIGH_WATER_MARK) from.pause();
  });
  from.on("close", () => to.close(1000));
}
