// Serves the built demo page on this machine, with the strictest possible policy, and relays for its console.

import { createServer } from "node:http";
import { inRoot } from "./lib/paths.mjs";
import { Failure } from "./lib/run.mjs";
import { relay } from "./relay.mjs";

const HOST = "127.0.0.1";
const FIRST_PORT = 8080;

const HEADERS = {
  "Content-Security-Policy": [
    "default-src 'none'",
    // only our own scripts, and compiling WebAssembly
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; "),
  "Cross-Origin-Opener-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/**
 * Serves a directory, by default www/dist; resolves to `{ url, close }`. Port 0 selects any free port; the default is
 * the first free one from 8080.
 */
export async function serve({ port, dir = inRoot("www", "dist") } = {}) {
  const { default: sirv } = await import("sirv");
  // dev: read from the disk at each request, so that a rebuild shows after a reload
  const handler = sirv(dir, {
    dev: true,
    setHeaders(response) {
      for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    },
  });
  const server = createServer(handler);
  await (port === undefined ? listenFrom(server, FIRST_PORT) : listen(server, port));
  // If a connection cannot be accepted, for example without descriptors, the server continues.
  server.on("error", () => {});
  const origin = `http://${HOST}:${server.address().port}`;
  const relayed = await relay(server, origin);
  return {
    url: `${origin}/`,
    close: () =>
      new Promise((resolve) => {
        relayed.close();
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

function listen(server, port) {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new Failure(`Cannot listen on port ${port}: ${error.code}.`)));
    server.listen(port, HOST, resolve);
  });
}

async function listenFrom(server, first) {
  for (let port = first; ; port++) {
    try {
      return await listen(server, port);
    } catch (error) {
      if (port === first + 100) throw error;
    }
  }
}
