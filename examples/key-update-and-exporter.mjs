// After the handshake: keys for another protocol, which are the same on both sides, and new keys for the connection.

import { bytes, hear, hex, join, newKey, print, say } from "./lib/ends.mjs";

const psks = [{ identity: "camera/2", secret: newKey() }];
const watch = (who) => (event) => {
  if (event.type === "message" && event.name === "key_update") print(who, `key_update ${event.direction}`);
};
const { client, server } = join({ psks, onTrace: watch("client") }, { psks, onTrace: watch("server") });
await Promise.all([client.opened, server.opened]);

// A label and a context yield any number of bytes, for example for the keys of a separate video stream.
const video = (socket) => hex(socket.exportKeyingMaterial("EXPORTER-example-video", bytes("stream 1"), 32));
print("both", `export the same 32 bytes: ${video(client) === video(server)}`);
const audio = client.exportKeyingMaterial("EXPORTER-example-audio", bytes("stream 1"), 32);
print("client", `exports others under another label: ${hex(audio) !== video(client)}`);

// The client changes its key, and requests that the server change its own, which it does before it next sends data.
await client.updateKeys({ requestPeer: true });
await say(client, "a picture");
print("server", `hears "${await hear(server)}"`);
await say(server, "thank you");
print("client", `hears "${await hear(client)}"`);

await Promise.all([client.closed, server.closed]);
