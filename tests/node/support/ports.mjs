import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** A free port of this machine: for programs that cannot find one themselves, and for connections that must fail. */
export async function freePort(protocol = "tcp") {
  const server = protocol === "tcp" ? createServer().listen(0, "127.0.0.1") : createSocket(protocol);
  if (protocol !== "tcp") server.bind(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
