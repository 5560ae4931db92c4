import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import type { Transport } from "../node.js";
import type { Address } from "./arguments.js";

/** A TCP connection, as the streams that TLS takes. Rejects when it cannot be made. */
export async function connectTcp({ host, port }: Address): Promise<Transport> {
  const socket = createConnection({ host, port, allowHalfOpen: true, noDelay: true });
  await once(socket, "connect");
  return transportOf(socket);
}

/**
 * The streams of a connected socket. Those of `Duplex.toWeb` would end only when both directions have: a peer that goes
 * without close_notify would never be noticed.
 */
export function transportOf(socket: Socket): Transport {
  // The streams report errors; a second one, as of a reset after the first, must not end the process.
  socket.on("error", () => {});
  return { readable: readableOf(socket), writable: writableOf(socket) };
}

function readableOf(socket: Socket): ReadableStream<Uint8Array> {
  // Else the end of the iteration would be one of both directions.
  const chunks: AsyncIterator<Uint8Array> = socket.iterator({ destroyOnReturn: false });
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => {
        socket.destroy();
      },
    },
    { highWaterMark: 0 }, // the socket has a buffer of its own
  );
}

function writableOf(socket: Socket): WritableStream<Uint8Array> {
  /** Settles when the socket has done what it was told with this callback. */
  const done = (start: (callback: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
  return new WritableStream({
    write: (chunk) => done((callback) => socket.write(chunk, callback)),
    close: () => done((callback) => socket.end(callback)),
    abort: () => {
      socket.destroy();
    },
  });
}
