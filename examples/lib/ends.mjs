// Shared by the examples: a wire in memory, lines instead of bytes, and a way to print.

import { acceptTls, startTls } from "tls-psk";

/** Two ends of a wire. What is written at one end can be read at the other. */
export function wire() {
  const there = new TransformStream();
  const back = new TransformStream();
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

/**
 * A client and a server with a wire between them. A program should use a key in one role only, or an attacker could
 * make it talk to itself; an example plays both sides.
 */
export function join(clientOptions, serverOptions, [clientEnd, serverEnd] = wire()) {
  return {
    client: startTls(clientEnd, { allowBothRoles: true, ...clientOptions }),
    server: acceptTls(serverEnd, { allowBothRoles: true, ...serverOptions }),
  };
}

/** A random key, as for provisioning. */
export const newKey = () => crypto.getRandomValues(new Uint8Array(32));

export const bytes = (line) => new TextEncoder().encode(line);
export const text = (data) => new TextDecoder().decode(data);
export const hex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Sends a line and closes the sending direction. */
export async function say(socket, line) {
  const writer = socket.writable.getWriter();
  await writer.write(bytes(line));
  await writer.close();
}

/** Everything that the peer sends until it closes. */
export const hear = (socket) => new Response(socket.readable).text();

export function print(who, line) {
  console.log(`${who.padEnd(10)}${line}`);
}
