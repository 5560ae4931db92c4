// One secret between two nodes that connect to each other. An importer context that names the roles derives two keys
// from it, one for each direction. Without it, an attacker could send a node its own messages back, and it would accept
// them.

import { acceptTls, startTls } from "tls-psk";
import { bytes, hear, join, newKey, print, say, text, wire } from "./lib/ends.mjs";

const shared = { identity: "between a and b", secret: newKey() };

/** The key for calls from one node to the other (RFC 9258). */
const calling = (from, to) => ({ ...shared, context: bytes(`client=${from} server=${to}`) });

for (const [from, to] of [
  ["a", "b"],
  ["b", "a"],
]) {
  const { client, server } = join({ psks: [calling(from, to)] }, { psks: [calling(from, to)] });
  const { pskKind, externalIdentity } = await server.opened;
  print(`node ${to}`, `is called by ${from} with a PSK "${text(externalIdentity)}", which is ${pskKind}`);
  await say(client, `hello ${to}`);
  print(`node ${to}`, `hears "${await hear(server)}"`);
  await Promise.all([client.close(), server.close()]);
}

// An attacker forwards node a's own call to node a's server, which knows only calls from b.
print("node a", `is called by itself: ${await reflect({ psks: [calling("a", "b")] }, { psks: [calling("b", "a")] })}`);

// Without contexts, the role guard of the process would refuse it, as it knows in which role the key was used.
const plain = { psks: [shared] };
print("node a", `is called by itself, without contexts: ${await reflect(plain, plain)}`);

async function reflect(clientOptions, serverOptions) {
  const [clientEnd, serverEnd] = wire();
  const client = startTls(clientEnd, clientOptions);
  const server = acceptTls(serverEnd, serverOptions);
  const [error] = await Promise.all([server.opened.catch((reason) => reason), client.opened.catch(() => {})]);
  return `${error.alert}, ${error.message}`;
}
