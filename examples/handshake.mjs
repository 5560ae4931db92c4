// Two ends of one TLS connection in one program. The client offers two keys, the server looks them up asynchronously,
// each sends a line, and both close.

import { setTimeout as delay } from "node:timers/promises";
import { acceptTls, startTls } from "tls-psk";

// The keys that the server knows: it does not have this year's key yet.
const database = new Map([["thermometer/2025", crypto.getRandomValues(new Uint8Array(32))]]);

// The transport is any pair of byte streams. Here it is two pipes in memory.
const up = new TransformStream();
const down = new TransformStream();

// A program should use a key in one role only, or an attacker could make it talk to itself. An example may use both.
const allowBothRoles = true;

const server = acceptTls(
  { readable: up.readable, writable: down.writable },
  {
    allowBothRoles,
    async selectPsk(offered) {
      const secrets = await Promise.all(offered.map(({ identity }) => lookUp(text(identity))));
      for (const [place, secret] of secrets.entries()) {
        const { identity } = offered[place];
        print("server", `is offered ${text(identity)}: ${secret ? "chosen" : "unknown"}`);
        if (secret) return { identity, secret };
      }
      return null;
    },
  },
);

const client = startTls(
  { readable: down.readable, writable: up.writable },
  {
    allowBothRoles,
    psks: [
      { identity: "thermometer/2026", secret: crypto.getRandomValues(new Uint8Array(32)) },
      { identity: "thermometer/2025", secret: database.get("thermometer/2025") },
    ],
  },
);

for (const [name, socket] of Object.entries({ client, server })) {
  const { cipherSuite, pskMode, group, pskIdentity } = await socket.opened;
  print(name, `is connected: ${cipherSuite}, ${pskMode}, ${group}, ${text(pskIdentity)}`);
}

await send(client, "22.5 degrees");
print("server", `hears "${await receive(server)}"`);
await send(server, "thank you");
print("client", `hears "${await receive(client)}"`);

await Promise.all([client.closed, server.closed]);
print("both", "have closed cleanly");

/** Simulates a query over a network. */
async function lookUp(name) {
  await delay(100);
  return database.get(name);
}

/** Sends the text and closes the stream, which tells the peer that this is all, and leaves the other direction open. */
async function send(socket, line) {
  const writer = socket.writable.getWriter();
  await writer.write(new TextEncoder().encode(line));
  await writer.close();
}

/** Everything that the peer sends until it closes. */
function receive(socket) {
  return new Response(socket.readable).text();
}

function text(bytes) {
  return new TextDecoder().decode(bytes);
}

function print(who, line) {
  console.log(`${who.padEnd(8)}${line}`);
}
