// Early data: a client speaks in its first flight, before the server has said anything. It has no forward secrecy, and
// whoever records the flight can send it again. So a server remembers what it took, and takes nothing twice.

import { acceptTls, MemoryReplayStore, singleUse } from "tls-psk";
import { bytes, hear, join, newKey, print, say, wire } from "./lib/ends.mjs";

// What early data is bound to is agreed on with the key, as nothing is negotiated yet when it is sent.
const lamp = {
  identity: "lamp/3",
  secret: newKey(),
  earlyData: { maxSize: 1_024, cipherSuite: "TLS_CHACHA20_POLY1305_SHA256" },
};

// The key is as new as the store, so nothing can have been taken before. Several servers would share a database.
const firstTime = singleUse(new MemoryReplayStore({ coldStart: "accept" }));
const serverOptions = {
  psks: [lamp],
  async acceptEarlyData(request, context) {
    const accepted = await firstTime(request, context);
    print("server", `${accepted ? "takes" : "refuses"} early data of at most ${request.maxSize} bytes`);
    return accepted;
  },
};

// Somebody records what the client sends.
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

// And sends it again. The copy gets an answer, as the original did, but nothing is done for it.
const [attackerEnd, victimEnd] = wire();
const victim = acceptTls(victimEnd, { ...serverOptions, allowBothRoles: true });
const attacker = attackerEnd.writable.getWriter();
await attacker.write(recorded[0]);
await attacker.close();
const error = await victim.opened.catch((reason) => reason);
print("server", `waits in vain for the sender of the copy to prove its key: ${error.code}`);
