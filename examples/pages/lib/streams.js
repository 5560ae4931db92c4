// Transports for interfaces that have no streams, or not in the expected place.

/** A data channel of WebRTC that is open, reliable and ordered, which is the default. */
export function dataChannelTransport(channel) {
  // every implementation accepts messages of 16 KiB, and some accept no larger ones
  const LARGEST = 16_384;
  const HIGH_WATER_MARK = 2 ** 18;
  channel.binaryType = "arraybuffer";
  channel.bufferedAmountLowThreshold = HIGH_WATER_MARK / 2;
  const once = (type) => new Promise((resolve) => channel.addEventListener(type, resolve, { once: true }));
  const closed = once("close");
  return {
    readable: new ReadableStream({
      start(controller) {
        channel.addEventListener("message", ({ data }) => controller.enqueue(new Uint8Array(data)));
        closed.then(() => controller.close()).catch(() => {}); // it was already cancelled
      },
      cancel: () => channel.close(),
    }),
    writable: new WritableStream({
      async write(bytes) {
        for (let at = 0; at < bytes.length; at += LARGEST) channel.send(bytes.slice(at, at + LARGEST));
        if (channel.bufferedAmount > HIGH_WATER_MARK) await Promise.race([once("bufferedamountlow"), closed]);
      },
      close: () => channel.close(),
      abort: () => channel.close(),
    }),
  };
}
