import type { Duplex } from "node:stream";
import type { StreamTransport } from "../transport.js";

/**
 * The streams of a Duplex of Node, such as a socket. Those of `Duplex.toWeb` would end only when both directions have
 * ended, so that a peer that leaves without close_notify would never be noticed.
 *
 * From now on the Duplex belongs to the streams. It no longer ends automatically when the peer has ended.
 */
export function transportOf(duplex: Duplex): StreamTransport {
  duplex.allowHalfOpen = true;
  // The streams report errors; a second one, such as a reset after the first, must not end the process.
  duplex.on("error", () => {});
  return { readable: readableOf(duplex), writable: writableOf(duplex) };
}

function readableOf(duplex: Duplex): ReadableStream<Uint8Array<ArrayBuffer>> {
  // Otherwise the end of the iteration would end both directions.
  const chunks: AsyncIterator<Uint8Array<ArrayBuffer>> = duplex.iterator({ destroyOnReturn: false });
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next().catch((error: unknown) => {
          throw duplex.errored ?? error;
        });
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => {
        duplex.destroy();
      },
    },
    { highWaterMark: 0 }, // the Duplex has its own buffer
  );
}

function writableOf(duplex: Duplex): WritableStream<Uint8Array> {
  /** Settles when the Duplex calls this callback. */
  const done = (start: (callback: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve, reject) => {
      // The error of a write that comes too late is not the cause.
      start((error) => (error ? reject(duplex.errored ?? error) : resolve()));
    });
  return new WritableStream({
    write: (chunk) => done((callback) => duplex.write(chunk, callback)),
    close: () => done((callback) => duplex.end(callback)),
    abort: () => {
      duplex.destroy();
    },
  });
}
