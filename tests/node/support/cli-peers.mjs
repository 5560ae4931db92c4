import { once } from "node:events";
import { createServer } from "node:net";
import { Duplex } from "node:stream";

/** Listens for as long as the test runs; `serve` gets each connection as a transport. Resolves to `HOST:PORT`. */
export async function transportPair(t, serve) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    serve(Duplex.toWeb(socket)).catch(() => {});
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `127.0.0.1:${server.address().port}`;
}
