import type { Negotiated, TlsSocket } from "../node.js";
import type { Address, Service } from "./arguments.js";
import { escaped, printable } from "./report.js";
import { connectTo } from "./tcp.js";

/** The longest HTTP request header that is read, in bytes. */
const REQUEST_LIMIT = 16 * 1024;

/** Serves one client until both directions are closed. Rejects if they were not closed cleanly. */
export async function runService(service: Service, socket: TlsSocket, negotiated: Negotiated): Promise<void> {
  if (service.kind === "echo") await socket.readable.pipeTo(socket.writable);
  else if (service.kind === "http") await answer(socket, negotiated);
  else await forward(socket, service.target);
  await socket.closed;
}

/** Forwards each direction and its end. An end by error becomes an end by error. */
async function forward(socket: TlsSocket, target: Address): Promise<void> {
  const { readable, writable } = await connectTo(target);
  await Promise.all([socket.readable.pipeTo(writable as WritableStream<Uint8Array>), readable.pipeTo(socket.writable)]);
}

async function answer(socket: TlsSocket, negotiated: Negotiated): Promise<void> {
  const complete = await readRequest(socket.readable);
  const body = complete ? page(negotiated) : "This is not an HTTP request.\n";
  const head = [
    complete ? "HTTP/1.1 200 OK" : "HTTP/1.1 400 Bad Request",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  const writer = socket.writable.getWriter();
  await writer.write(Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`));
  await socket.close();
}

/** Reads up to the empty line after the header, and returns whether there was one. */
async function readRequest(readable: ReadableStream<Uint8Array>): Promise<boolean> {
  let request = "";
  const reader = readable.getReader();
  while (request.length <= REQUEST_LIMIT) {
    const { done, value } = await reader.read();
    if (done) return false;
    request += Buffer.from(value).toString("latin1");
    if (/\r?\n\r?\n/.test(request)) return true;
  }
  return false;
}

function page(negotiated: Negotiated): string {
  const { pskIdentity, pskMode, serverCertificate, peerCertificates, ...rest } = negotiated;
  const { cipherSuite, group, alpn, serverName, helloRetryRequest } = rest;
  const rows = [
    ["PSK identity", pskIdentity ? printable(pskIdentity) : "none"],
    ["PSK mode", pskMode ?? "none"],
    ["Server certificate", serverCertificate ? "yes" : "no"],
    ["Client certificate", peerCertificates ? "yes" : "no"],
    ["Cipher suite", cipherSuite],
    ["Group", group ?? "none"],
    ["ALPN", alpn ?? "none"],
    ["Server name", serverName ?? "none"],
    ["HelloRetryRequest", helloRetryRequest ? "yes" : "no"],
  ];
  return `TLS 1.3 with ${pskIdentity ? "a pre-shared key" : "a certificate"}\n\n${rows.map(([name, value = ""]) => `${name}: ${escaped(value)}\n`).join("")}`;
}
