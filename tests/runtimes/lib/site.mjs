// A plain web server for the files of a project.

import { once } from "node:events";
import { createServer } from "node:http";
import sirv from "sirv";

/** Serves a directory with the headers given; resolves to its URL. */
export async function serveSite(t, directory, headers = {}) {
  const setHeaders = (response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  };
  const server = createServer(sirv(directory, { dev: true, setHeaders }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}/`;
}
