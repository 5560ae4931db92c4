// Replaces a server while its connections stay open. The old process puts each connection to sleep, and passes its state
// and its TCP socket to the new process, which continues it. The client notices nothing.

import { fork } from "node:child_process";
import { once } from "node:events";
import { createConnection, createServer, Socket } from "node:net";
import { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { startTls } from "tls-psk/full";
import { init, MessageConnection } from "tls-psk/full/hibernation";
import { bytes, hex, newKey, print, text } from "./lib/ends.mjs";

/** Both processes must have it. Here the old process passes it on; it could come from where other secrets are. */
const stateKeys = [process.env.STATE_KEY ? Buffer.from(process.env.STATE_KEY, "hex") : newKey()];

/** Answers each line, and resolves when `line` has come. */
function serve(name, tcp, tls, line) {
  return new Promise((resolve) => {
    tcp.on("data", (message) => {
      for (const data of tls.receive(message)) {
        tls.send(`"${text(data)}" to you, says the ${name} process`);
        if (text(data) === line) resolve();
      }
    });
  });
}

if (process.env.STATE_KEY) {
  process.once("message", async ({ asleep, arrived }) => {
    await init();
    const tcp = new Socket({ fd: 4 });
    const tls = MessageConnection.wake("server", asleep, { stateKeys, transmit: (message) => tcp.write(message) });
    const served = serve("new", tcp, tls, "goodbye");
    if (arrived) tcp.emit("data", arrived);
    await served;
    tls.close();
    tcp.end();
    process.disconnect();
  });
} else {
  await init();
  const psks = [{ identity: "console/1", secret: newKey() }];
  // An example plays both sides; a program should use a key in one role only.
  const allowBothRoles = true;

  const server = createServer(async (tcp) => {
    const transmit = (message) => tcp.write(message);
    const tls = MessageConnection.accept({ psks, allowBothRoles, stateKeys, transmit });
    await serve("old", tcp, tls, "hello");
    tcp.removeAllListeners("data").pause();
    const asleep = tls.sleep();
    print("server", `passes on a connection of ${asleep.state.length} bytes`);
    // The new process is started as for an update, with another version of the program. It inherits the TCP socket.
    const successor = fork(fileURLToPath(import.meta.url), {
      env: { ...process.env, STATE_KEY: hex(stateKeys[0]) },
      serialization: "advanced",
      stdio: ["inherit", "inherit", "inherit", "ipc", tcp],
    });
    // Bytes that Node has read already go with the state; from now on, only the new process reads.
    successor.send({ asleep, arrived: tcp.read() });
    tcp.destroy();
    server.close();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const tcp = createConnection(server.address().port, "127.0.0.1");
  const client = startTls(Duplex.toWeb(tcp), { psks, allowBothRoles });
  const [reader, writer] = [client.readable.getReader(), client.writable.getWriter()];
  for (const line of ["hello", "is anybody there", "goodbye"]) {
    await writer.write(bytes(line));
    const { value } = await reader.read();
    print("client", `hears ${text(value)}`);
  }
  await reader.read();
  await client.close();
}
