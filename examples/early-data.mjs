// Early data: a client sends data in its first flight, before it has heard from the server. It has no forward secrecy,
// and an attacker who records the flight can send it again. So a server remembers what it accepted, and accepts nothing
// twice.

import { acceptTls, MemoryReplayStore, singleUse } from "tls-psk";
import { bytes, hear, join, newKey, print, say, wire } from "./lib/ends.mjs";

// Both sides agree on the parameters of early data together with the key, as nothing is negotiated yet when it is sent.
const lamp = {
  identity: "lamp/3",
  secret: newKey(),
  earlyData: { maxSize: 1_024, cipherSuite: "TLS_CHACHA20_POLY1305_SHA256" },
};

// The key is as new as the store, so nothing can have been accepted before. Several servers would share a database.
const firstTime = singleUse(new MemoryReplayStore({ coldStart: "accept" }));
const serverOptions = {
  psks: [lamp],
  async acceptEarlyData(request, context) {
    const accepted = await firstTime(request, context);
    print("server", `${accepted ? "takes" : "refuses"} early data of at most ${request.maxSize} bytes`);
    return accepted;
  },
};

// An attacker records what the client sends.
const [clientEnd, serverEnd] = wire();
const recorded = [];
const recorder = new TransformStream({
  transform(chunk, controller) {
    recorded.push(chunk);
    controller.enqueue(chunk);
  },
});
const tapped = { readable: serverEnd.readable.pipeThrough(recorder), writable: serverEnd.writable };

const { client, server } = join({ psks: [lamp], earlyData: bytes("switch on") }, serverOptions, [clientEnd, tapped]);
print("server", `hears "${await new Response(server.earlyData).text()}", maybe not for the first time`);
print("client", `learns that its early data was ${(await client.opened).earlyData}`);
await say(server, "it is on");
print("client", `hears "${await hear(client)}"`);
await Promise.all([client.close(), server.close()]);

// The attacker sends it again. The server answers the copy like the original, but rejects its early data.
const [attackerEnd, victimEnd] = wire();
const victim = acceptTls(victimEnd, { ...serverOptions, allowBothRoles: true });
const attacker = attackerEnd.writable.getWriter();
await attacker.write(recorded[0]);
await attacker.close();
const error = await victim.opened.catch((reason) => reason);
print("server", `waits in vain for the sender of the copy to prove its key: ${error.code}`);
