// A relay that nobody has to trust: it joins two WebSockets to /relay/ROOM, and passes on what it cannot read.

import { WebSocketServer } from "ws";

/** The most that waits in the relay for a slow receiver, in bytes; until it has gone, the sender is not read. */
const HIGH_WATER_MARK = 2 ** 18;

export function relay(httpServer) {
  const server = new WebSocketServer({ noServer: true, maxPayload: 2 ** 20 });
  /** Who waits in which room for a second one. */
  const waiting = new Map();

  httpServer.on("upgrade", (request, socket, head) => {
    const room = request.url.match(/^\/relay\/([\w-]{16,64})$/)?.[1];
    if (room) server.handleUpgrade(request, socket, head, (peer) => enter(room, peer));
  });

  function enter(room, peer) {
    peer.on("error", () => {}); // its close tells
    const other = waiting.get(room);
    if (other === undefined) {
      waiting.set(room, peer);
      peer.pause();
      // Only one that reads learns that it was closed; who waits in an empty room has said hello at most.
      peer.once("close", () => waiting.get(room) === peer && waiting.delete(room));
      return;
    }
    // A room is for two, once.
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
