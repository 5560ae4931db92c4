// Our side of a connection over TCP, for any peer of a test, and everything from `streams.mjs`.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import * as tlsPsk from "tls-psk";
import { deferred, psk, readAll, write } from "../../node/support/streams.mjs";

export * from "../../node/support/streams.mjs";

/** The PSK of all tests, and how other programs want it. */
export const PSK = psk("client1");
export const HEX = Buffer.from(PSK.secret).toString("hex");

/** The same identity with another secret. */
export const WRONG_PSK = { ...PSK, secret: PSK.secret.map((byte) => ~byte) };
export const WRONG_HEX = Buffer.from(WRONG_PSK.secret).toString("hex");

/** The tests of a file play our side in both roles. */
const BOTH_ROLES = { allowBothRoles: true };

/**
 * Our client, on a connection of its own to a port of 127.0.0.1. A `tap` sees the bytes, see {@link recordBytes}. The
 * `build` is the one without certificates, unless the options bring another.
 */
export async function ourClient(t, port, { build = tlsPsk, ...options } = {}, tap = (transport) => transport) {
  const tcp = createConnection({ host: "127.0.0.1", port: Number(port), noDelay: true });
  await once(tcp, "connect");
  return build.startTls(tap(transportOf(t, tcp)), { psks: [PSK], ...BOTH_ROLES, ...options });
}

/** Our server, for one client. The `socket` is there when the client is. */
export async function ourServer(t, { build = tlsPsk, ...options } = {}, tap = (transport) => transport) {
  const { promise: socket, resolve } = deferred();
  const server = createServer({ noDelay: true }, (tcp) => {
    server.close();
    const ours = options.selectPsk ? {} : { psks: [PSK] };
    resolve(build.acceptTls(tap(transportOf(t, tcp)), { ...ours, ...BOTH_ROLES, ...options }));
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: server.address().port, socket };
}

function transportOf(t, tcp) {
  tcp.on("error", () => {}); // the streams tell
  t.after(() => tcp.destroy());
  return Duplex.toWeb(tcp);
}

/** A `tap` that remembers what went over a transport, in order: `chunks` of a `direction` and `bytes`. */
export function recordBytes() {
  const chunks = [];
  const through = (direction) =>
    new TransformStream({
      transform(bytes, controller) {
        chunks.push({ direction, bytes: Buffer.from(bytes) });
        controller.enqueue(bytes);
      },
    });
  const tap = ({ readable, writable }) => {
    const sent = through("sent");
    sent.readable.pipeTo(writable).catch(() => {}); // the streams tell
    return { readable: readable.pipeThrough(through("received")), writable: sent.writable };
  };
  return { chunks, tap };
}

/** The lengths of the protected records in one direction. */
export function recordLengths(chunks, direction) {
  const bytes = Buffer.concat(chunks.filter((chunk) => chunk.direction === direction).map((chunk) => chunk.bytes));
  const lengths = [];
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    if (bytes[at] === 23) lengths.push(bytes.readUInt16BE(at + 3));
  }
  return lengths;
}

/** A file for a peer, for as long as the test runs. */
export function temporaryFile(t) {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-test-"));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, "file");
}

/** Sends everything back, to the end. */
export function echo({ readable, writable }) {
  return readable.pipeTo(writable);
}

/** Reads exactly `length` bytes, however they are cut, without keeping the stream locked. */
export async function readExactly(readable, length) {
  const reader = readable.getReader({ mode: "byob" });
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { done, value } = await reader.read(new Uint8Array(length - at));
    if (done) throw new Error(`the stream ended after ${at} of ${length} bytes`);
    bytes.set(value, at);
    at += value.length;
  }
  reader.releaseLock();
  return bytes;
}

/** Data there and back to a peer that echoes and ends with the connection, and the orderly end of both. */
export async function echoAndEnd(peer, socket) {
  await write(socket.writable, "hello\n");
  assert.equal(String(await readExactly(socket.readable, 6)), "hello\n");
  await socket.writable.close();
  assert.equal((await readAll(socket.readable)).length, 0);
  await socket.closed;
  assert.equal(await peer.ended, 0, peer.stderr);
}

/** An `onTrace` that remembers the messages, as in "received key_update", and waits for the one that comes `nth`. */
export function watchMessages() {
  const messages = [];
  let wake = () => {};
  return {
    onTrace({ type, direction, name }) {
      if (type === "message") messages.push(`${direction} ${name}`);
      wake();
    },
    async seen(message, nth = 1) {
      while (messages.filter((other) => other === message).length < nth) {
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** An `onKeylog` that remembers the `text`. */
export function collectKeyLog() {
  const log = {
    text: "",
    onKeylog(line) {
      log.text += `${line}\n`;
    },
  };
  return log;
}

/** The lines of a key log, without comments and in an order that does not depend on who wrote it. */
export function keyLogLines(text) {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .toSorted();
}

/** Megabytes that no interactive command of OpenSSL's begins with, wherever they are cut. */
export const LARGE = Buffer.alloc(5_000_000, "0123456789-");
