// A session ticket: the first connection uses a provisioned key, the second one resumes the first, and could do so in
// another process. The server stores only the key that seals its tickets.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import { hear, join, newKey, print, say, text } from "./lib/ends.mjs";

const provisioned = { identity: "thermometer/7", secret: newKey() };
const ticketKey = newKey();
const directory = await mkdtemp(path(tmpdir(), "tls-psk-"));

// The client saves the session that the server sends. It contains a secret, so keep it private.
const file = path(directory, "session");
let saved;
await converse(
  {
    psks: [provisioned],
    onSession(session) {
      saved = writeFile(file, session.bytes, { mode: 0o600 });
    },
  },
  { psks: [provisioned], tickets: { keys: [ticketKey] } },
);
await saved;

// Later: the client offers only the session. The server opens the ticket, and checks that it still has the PSK that the
// session descends from.
await converse({ sessions: [await readFile(file)] }, { psks: [provisioned], tickets: { keys: [ticketKey] } });

// For a server with other ticket keys it is an unknown identity, so a client should also offer its PSK, after the
// session.
await converse(
  { sessions: [await readFile(file)], psks: [provisioned] },
  { psks: [provisioned], tickets: { keys: [newKey()] } },
);

await rm(directory, { recursive: true });

async function converse(clientOptions, serverOptions) {
  const { client, server } = join(clientOptions, serverOptions);
  const { pskKind, externalIdentity } = await server.opened;
  print("server", `sees ${text(externalIdentity)}, by a PSK of the kind "${pskKind}"`);
  await say(server, "how warm is it?");
  print("client", `hears "${await hear(client)}"`); // a client receives its tickets as it reads
  await say(client, "22.5 degrees");
  print("server", `hears "${await hear(server)}"`);
  await Promise.all([client.closed, server.closed]);
}
