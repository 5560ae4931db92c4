// OpenSSL's command line as the peer.

import { writeFileSync } from "node:fs";
import { start } from "../../node/support/process.mjs";
import { HEX, ourServer, PSK, temporaryFile } from "./peers.mjs";

/**
 * The PSK of all tests, unless there is one in a file: with both, a server would prefer SHA-256 (or have no key at
 * all).
 */
function keyOf(args) {
  const key = args.includes("-psk_session") || args.includes("-sess_in") ? [] : ["-psk", HEX];
  return ["-psk_identity", PSK.identity, ...key];
}

/** What makes `s_server` send every line back in reverse, which shows that both sides understood it. */
export const REVERSE = "-rev";

/**
 * Starts `openssl s_server` on a free `port` for one connection (or `-naccept`), after which it ends. Unless told to
 * `REVERSE`, it prints what it receives and sends what it is given on its standard input. Options of `args` precede the
 * usual ones.
 */
export async function startSServer(t, args = []) {
  const certificate = args.includes("-cert") ? [] : ["-nocert"];
  const accept = [...certificate, "-accept", "127.0.0.1:0", "-naccept", "1"];
  const server = start(t, "openssl", ["s_server", "-tls1_3", ...keyOf(args), ...accept, ...args]);
  const [, port] = await server.printed(/^ACCEPT 127\.0\.0\.1:(\d+)$/m);
  return Object.assign(server, { port });
}

/**
 * Starts `openssl s_client`, which connects standard input and output to the server; by default with TLS 1.3. Without a
 * `key` it offers no PSK.
 */
export function startSClient(t, port, args = [], key = keyOf(args)) {
  const version = args.includes("-tls1_2") ? [] : ["-tls1_3"];
  return start(t, "openssl", ["s_client", ...version, ...key, "-connect", `127.0.0.1:${port}`, ...args]);
}

/** Our server with the options `ours` and an `s_client` with the arguments `theirs`, as soon as they have met. */
export async function acceptSClient(t, { ours, theirs } = {}) {
  const { port, socket } = await ourServer(t, ours);
  const client = startSClient(t, port, theirs);
  const ended = client.ended.then(() => {
    throw new Error(`s_client ended without connecting:\n${client.stderr}`);
  });
  return { client, socket: await Promise.race([socket, ended]) };
}

/** How a session of OpenSSL's names the suites. */
const SUITES = {
  TLS_AES_128_GCM_SHA256: [0x13, 0x01],
  TLS_AES_256_GCM_SHA384: [0x13, 0x02],
  TLS_CHACHA20_POLY1305_SHA256: [0x13, 0x03],
};

/**
 * A file for `-psk_session`, which says more of a PSK than `-psk` can: a suite with its hash, and what early data it
 * allows. It is the session (`SSL_SESSION_ASN1` in OpenSSL's ssl_asn1.c) that a handshake with the PSK would have left.
 */
export function pskSession(t, { secret, cipherSuite, maxEarlyData, alpn }) {
  const optional = [
    [1, integer(Math.floor(Date.now() / 1000))], // since when it is valid
    [2, integer(3_600)], // for so many seconds
    [15, maxEarlyData && integer(maxEarlyData)],
    [16, alpn && octets(alpn)],
  ];
  const session = der(
    0x30,
    integer(1), // the version of this structure
    integer(0x0304),
    octets(SUITES[cipherSuite]),
    octets([]), // no session id
    octets(secret),
    ...optional.filter(([, value]) => value).map(([tag, value]) => der(0xa0 | tag, value)),
  );
  const file = temporaryFile(t);
  const [before, after] = ["BEGIN", "END"].map((word) => `-----${word} SSL SESSION PARAMETERS-----\n`);
  writeFileSync(file, `${before}${session.toString("base64").replace(/.{1,64}/g, "$&\n")}${after}`);
  return file;
}

const octets = (bytes) => der(0x04, Buffer.from(bytes));

function integer(value) {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex");
  return der(0x02, bytes[0] & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}

/** A value of fewer than 256 bytes with its tag and length. */
function der(tag, ...contents) {
  const content = Buffer.concat(contents);
  return Buffer.concat([
    Buffer.from(content.length < 0x80 ? [tag, content.length] : [tag, 0x81, content.length]),
    content,
  ]);
}
