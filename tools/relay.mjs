// Lets the page connect to servers on this machine: joins WebSockets to TCP connections, only of 127.0.0.1.

import { connect } from "node:net";

const HOST = "127.0.0.1";
const PATH = "/relay";

/** Reading from one side waits while more than this is buffered for the other, in bytes. */
const HIGH_WATER_MARK = 2 ** 18;
/** The largest message that is accepted from a page, in bytes. */
const MAX_MESSAGE = 2 ** 20;

/** Our own close codes: the TCP connection could not be made, or failed later. */
const REFUSED = 4502;
const FAILED = 4503;

/**
 * Joins WebSockets at `/relay?port=4433` to that port of 127.0.0.1. Only pages of `origin`, that of the server, get
 * one, as any page in the world may try to open a WebSocket to this machine. Resolves to a function that ends all of
 * them.
 */
export async function relay(server, origin) {
  const { WebSocketServer } = await import("ws");
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false });
  server.on("upgrade", (request, socket, head) => {
    const refuse = (status) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    socket.on("error", () => socket.destroy());
    const [, path, query] = /^([^?#]*)\??(.*)$/s.exec(request.url);
    const port = Number(new URLSearchParams(query).get("port"));
    if (request.headers.origin !== origin) refuse("403 Forbidden");
    else if (path !== PATH) refuse("404 Not Found");
    else if (!Number.isInteger(port) || port < 1 || port > 65_535) refuse("400 Bad Request");
    else sockets.handleUpgrade(request, socket, head, (webSocket) => join(webSocket, port));
  });
  return {
    close() {
      for (const webSocket of sockets.clients) webSocket.terminate();
      sockets.close();
    },
  };
}

/** Carries bytes both ways until one side ends. */
function join(webSocket, port) {
  const tcp = connect({ host: HOST, port });
  let connected = false;

  tcp.on("connect", () => {
    connected = true;
  });
  tcp.on("data", (bytes) => {
    webSocket.send(bytes, () => {
      if (tcp.isPaused() && webSocket.bufferedAmount < HIGH_WATER_MARK) tcp.resume();
    });
    if (webSocket.bufferedAmount >= HIGH_WATER_MARK) tcp.pause();
  });
  tcp.on("end", () => webSocket.close(1000));
  tcp.on("error", ({ code }) => {
    if (connected) webSocket.close(FAILED, `127.0.0.1:${port} broke the connection (${code})`);
    else webSocket.close(REFUSED, `127.0.0.1:${port} cannot be reached (${code})`);
  });
  // a WebSocket that does not read does not notice that it is closed, either
  for (const event of ["drain", "close"]) tcp.on(event, () => webSocket.resume());

  webSocket.on("message", (bytes) => {
    // the socket buffers what is not sent yet, so the page must wait
    if (!tcp.write(bytes)) webSocket.pause();
  });
  webSocket.on("close", () => tcp.destroySoon());
  webSocket.on("error", () => tcp.destroy());
}
