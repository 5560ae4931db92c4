import { type Duplex, finished } from "node:stream";
import type { StreamTransport, Transport, TransportReadable, TransportWritable } from "../transport.js";

/**
 * The streams of a Duplex of Node, such as a socket. Those of `Duplex.toWeb` would end only when both directions have
 * ended, so that a peer that leaves without close_notify would never be noticed.
 *
 * From now on the Duplex belongs to the streams. It no longer ends automatically when the peer has ended.
 */
export function transportOf(duplex: Duplex): StreamTransport {
  takeOver(duplex);
  return { readable: readableOf(duplex), writable: writableOf(duplex) };
}

/** As {@link transportOf}, with only what TLS uses of the streams, which costs a tenth of complete ones. */
export function directTransportOf(duplex: Duplex): Transport {
  takeOver(duplex);
  return {
    readable: { locked: false, getReader: () => readerOf(duplex) },
    writable: { locked: false, getWriter: () => writerOf(duplex) },
  };
}

function takeOver(duplex: Duplex): void {
  duplex.allowHalfOpen = true;
  // The streams report errors; a second one, such as a reset after the first, must not end the process.
  duplex.on("error", () => {});
}

function readerOf(duplex: Duplex): ReturnType<TransportReadable["getReader"]> {
  let over: { error: Error | null | undefined } | undefined;
  let listens = false;
  let cancelled = false;
  let wake: (() => void) | undefined;
  const wakeUp = (): void => wake?.();
  // Not before the first read, as a listener makes the Duplex flow.
  const listen = (): void => {
    if (listens) return;
    listens = true;
    duplex.on("readable", wakeUp);
    finished(duplex, { writable: false }, (error) => {
      over = { error };
      wakeUp();
    });
  };
  return {
    async read() {
      listen();
      for (;;) {
        const value: Uint8Array | null = duplex.destroyed ? null : duplex.read();
        if (value !== null) return { done: false, value };
        if (cancelled) return { done: true };
        if (over?.error) throw duplex.errored ?? over.error;
        if (over) return { done: true };
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    async cancel() {
      cancelled = true;
      // A Duplex that has ended still writes.
      if (over === undefined || over.error) duplex.destroy();
      wakeUp();
    },
  };
}

function writerOf(duplex: Duplex): ReturnType<TransportWritable["getWriter"]> {
  let written: Promise<unknown> = Promise.resolve();
  return {
    get ready() {
      return duplex.writableNeedDrain ? written : Promise.resolve();
    },
    write(chunk) {
      written = done(duplex, (callback) => duplex.write(chunk, callback));
      return written;
    },
    close: () => done(duplex, (callback) => duplex.end(callback)),
    async abort() {
      if (!duplex.writableFinished) duplex.destroy();
    },
  };
}

/** Settles when the Duplex calls the callback. */
function done(duplex: Duplex, start: (callback: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    // The error of a write that comes too late is not the cause.
    start((error) => (error ? reject(duplex.errored ?? error) : resolve()));
  });
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
  return new WritableStream({
    write: (chunk) => done(duplex, (callback) => duplex.write(chunk, callback)),
    close: () => done(duplex, (callback) => duplex.end(callback)),
    abort: () => {
      duplex.destroy();
    },
  });
}
