// Serves the built demo page on this machine, under the strictest policy that it works with, and relays for its console.

import { createServer } from "node:http";
import { inRoot } from "./lib/paths.mjs";
import { Failure } from "./lib/run.mjs";
import { relay } from "./relay.mjs";

const HOST = "127.0.0.1";
const FIRST_PORT = 8080;

const HEADERS = {
  "Content-Security-Policy": [
    "default-src 'none'",
    // compiling WebAssembly is the one thing beyond our own scripts
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
 * Serves a directory, www/dist unless told; resolves to `{ url, close }`. Port 0 takes any free port; without one, it
 * is the first free one from 8080.
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
  // What cannot be accepted, as when there are no more descriptors, is one connection less and no end.
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
    server.once("error", (error) => reject(new Failure(`Port ${port} cannot be listened on: ${error.code}.`)));
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
