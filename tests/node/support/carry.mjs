// The wire between two connections of the core, without any transport.

/** Carries bytes until both sides have nothing to say. */
export function carry(client, server) {
  for (let moved = true; moved; ) {
    moved = false;
    for (const [from, to] of [
      [client, server],
      [server, client],
    ]) {
      for (let bytes = from.pollTransmit(); bytes; bytes = from.pollTransmit()) {
        to.receive(bytes);
        moved = true;
      }
    }
  }
}
