// ClientHellos of other implementations and of ours, and the formats in which people write bytes.

import { once } from "node:events";
import { createServer } from "node:net";
import { startTls } from "tls-psk";
import { startSClient } from "../../interop/support/openssl.mjs";
import { pipe } from "../../node/support/streams.mjs";

export const spaced = (bytes) => bytes.toString("hex").replace(/..(?=.)/g, "$& ");

/** What a TLS client of OpenSSL sends first, to a server that never answers. */
export async function helloOfOpenssl(t, key) {
  const server = createServer().listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  startSClient(t, server.address().port, [], key);
  const [socket] = await once(server, "connection");
  t.after(() => socket.destroy());
  socket.on("error", () => {}); // it is ended with the test
  const [bytes] = await once(socket, "data");
  return bytes;
}

/** The first flight of our own client with these PSKs. */
export async function helloOfOurs(psks) {
  const [clientEnd, serverEnd] = pipe();
  const client = startTls(clientEnd, { psks });
  client.opened.catch(() => {});
  const { value } = await serverEnd.readable.getReader().read();
  return Buffer.from(value);
}

/** Rows of `size` bytes with their offsets, as programs that dump bytes write them. */
export function dump(bytes, size, row) {
  const rows = [];
  for (let at = 0; at < bytes.length; at += size) rows.push(row(at, bytes.subarray(at, at + size)));
  return rows.join("\n");
}

export const hex = (number, width) => number.toString(16).padStart(width, "0");
const printable = (bytes) => bytes.toString("latin1").replace(/[^ -~]/g, ".");

export const FORMS = {
  "digits without spaces": (bytes) => bytes.toString("hex"),
  "digits in capitals with colons": (bytes) => spaced(bytes).toUpperCase().replaceAll(" ", ":"),
  "an array of C": (bytes) => `{ ${[...bytes].map((byte) => `0x${hex(byte, 2)}`).join(",\n  ")} };`,
  "a string with escapes": (bytes) => `"${[...bytes].map((byte) => `\\x${hex(byte, 2)}`).join("")}"`,
  xxd: (bytes) =>
    dump(bytes, 16, (at, row) => {
      const words = row.toString("hex").replace(/.{4}(?=.)/g, "$& ");
      return `${hex(at, 8)}: ${words.padEnd(39)}  ${printable(row)}`;
    }),
  "hexdump -C": (bytes) =>
    `${dump(bytes, 16, (at, row) => {
      const text = `${spaced(row.subarray(0, 8))}  ${spaced(row.subarray(8))}`;
      return `${hex(at, 8)}  ${text.padEnd(48)}  |${printable(row)}|`;
    })}\n${hex(bytes.length, 8)}\n`,
  "tcpdump -x": (bytes) =>
    dump(bytes, 16, (at, row) => `\t0x${hex(at, 4)}:  ${row.toString("hex").replace(/.{4}(?=.)/g, "$& ")}`),
  Wireshark: (bytes) => dump(bytes, 16, (at, row) => `${hex(at, 4)}   ${spaced(row).padEnd(47)}   ${printable(row)}`),
  base64: (bytes) => bytes.toString("base64").replace(/.{64}/g, "$&\n"),
  base64url: (bytes) => bytes.toString("base64url"),
};
