// What engineers have at hand is read: the real output of the tools, with the binder in it still the right one.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { read } from "../../pkg/dist/reading/read.js";
import { messagesOf } from "../../pkg/dist/reading/tls.js";
import { start } from "../node/support/process.mjs";
import { published } from "../node/support/vectors.mjs";
import { startSClient, startSServer } from "./support/openssl.mjs";
import { HEX, PSK, temporaryFile } from "./support/peers.mjs";

const SHA256_LENGTH = 32;
const hmac = (key, data) => createHmac("sha256", key).update(data).digest();
const sha256 = async (data) => Buffer.from(await crypto.subtle.digest("SHA-256", data));

function expandLabel(secret, label, context = Buffer.alloc(0)) {
  const name = Buffer.from(`tls13 ${label}`);
  const info = [Buffer.of(0, SHA256_LENGTH, name.length), name, Buffer.of(context.length), context, Buffer.of(1)];
  return hmac(secret, Buffer.concat(info));
}

/** Whether the last binder of a first ClientHello is that of an external PSK, by node:crypto alone. */
async function verifies(hello, secret = HEX) {
  const early = hmac(Buffer.alloc(SHA256_LENGTH), Buffer.from(secret, "hex"));
  const binderKey = expandLabel(early, "ext binder", await sha256(Buffer.alloc(0)));
  const covered = hello.subarray(0, hello.length - SHA256_LENGTH - 3);
  const binder = hmac(expandLabel(binderKey, "finished"), await sha256(covered));
  return binder.equals(hello.subarray(hello.length - SHA256_LENGTH));
}

/** Reads an input and takes the ClientHello out of it, whose binder has to verify. */
async function helloIn(input, format, secret = HEX) {
  const reading = await read(input);
  assert.match(reading.format, format);
  const messages = messagesOf(reading.conversations[0]);
  const hello = messages.find(({ type }) => type === 1);
  assert.equal(hello?.missing, 0);
  assert.ok(await verifies(hello.bytes, secret), `the binder of ${reading.format}`);
  return { ...reading, messages, hello };
}

async function run(t, program, args, input) {
  const running = start(t, program, args);
  running.end(input);
  const code = await running.ended;
  assert.equal(code, 0, `${program} ${args.join(" ")}: ${running.stderr}`);
  return running;
}

const output = async (...args) => (await run(...args)).stdout;

/** What a whole connection of OpenSSL prints with an option. */
async function printed(t, ...options) {
  const { port } = await startSServer(t);
  const client = startSClient(t, port, options);
  await client.printed(/New, TLSv1\.3|SSL handshake has read/);
  client.end();
  await client.ended;
  return client.stdout;
}

/** A file with these bytes. */
function fileOf(t, bytes) {
  const path = temporaryFile(t);
  writeFileSync(path, bytes);
  return path;
}

/** The two streams of a connection, as -debug prints them. */
async function streams(t) {
  const { conversations } = await read(await printed(t, "-debug"));
  const [client, server] = conversations[0].parts.map(({ bytes }) => Buffer.from(bytes));
  return { client, server };
}

test("openssl -msg, -debug and -trace, whole and together", async (t) => {
  const msg = await helloIn(await printed(t, "-msg"), /-msg/);
  assert.deepEqual(
    msg.messages.map(({ from, type }) => `${from} ${type}`),
    ["client 1", "server 2", "server 8", "server 20", "client 20", "server 4", "server 4"].slice(
      0,
      msg.messages.length,
    ),
  );
  const debug = await helloIn(await printed(t, "-debug"), /-debug/);
  assert.deepEqual(
    debug.messages.map(({ from, type }) => `${from} ${type}`),
    ["client 1", "server 2"],
  );
  await helloIn(await printed(t, "-debug", "-msg"), /-debug/);
  const trace = await helloIn(await printed(t, "-trace"), /-trace/);
  assert.match(trace.conversations[0].notes.join(), /rebuilt/);
  // as the server prints it, and with lines of a terminal of Windows
  const server = await startSServer(t, ["-msg"]);
  const client = startSClient(t, server.port);
  await client.printed(/SSL handshake has read/);
  client.end();
  await server.ended;
  const seen = await helloIn(server.stdout.replaceAll("\n", "\r\n"), /-msg/);
  assert.equal(seen.messages[0].from, "client");
});

test("a connection after STARTTLS, whose first words are skipped", async (t) => {
  const { client } = await streams(t);
  const preamble = Buffer.from("EHLO mail.example\r\nSTARTTLS\r\n");
  const whole = Buffer.concat([preamble, client]);
  const reading = await helloIn(await output(t, "xxd", ["-"], whole), /dump/);
  assert.match([...reading.notes, ...reading.conversations[0].notes].join(), /29 bytes before TLS were skipped: text/);
});

test("xxd, od and hexadecimal digits however they are written", async (t) => {
  const { client } = await streams(t);
  const hello = client.subarray(0, 5 + client.readUInt16BE(3));
  const file = fileOf(t, hello);
  const dumps = {
    xxd: ["xxd", [file]],
    "xxd, a byte in a group": ["xxd", ["-g", "1", file]],
    "xxd, 32 in a row": ["xxd", ["-c", "32", file]],
    "xxd, in capitals": ["xxd", ["-u", file]],
    "od with text": ["od", ["-A", "x", "-t", "x1z", file]],
    "od, octal offsets": ["od", ["-t", "x1", file]],
    "od, no offsets": ["od", ["-A", "n", "-t", "x1", file]],
    "od, decimal offsets": ["od", ["-A", "d", "-t", "x1z", file]],
    "od, octal bytes": ["od", ["-v", "-b", file]],
    "od, characters": ["od", ["-v", "-c", file]],
    "xxd, binary": ["xxd", ["-b", file]],
  };
  for (const [name, [program, args]] of Object.entries(dumps)) {
    const { hello: found } = await helloIn(await output(t, program, args), /dump|digits/);
    assert.deepEqual(Buffer.from(found.bytes), hello.subarray(5), name);
  }
  const print = `import sys; print("sent", open(sys.argv[1], "rb").read())`;
  await helloIn(await output(t, "python3", ["-c", print, file]), /escapes/);
  const list = "import sys; print(list(open(sys.argv[1], 'rb').read()))";
  await helloIn(await output(t, "python3", ["-c", list, file]), /array/);
  await helloIn(await output(t, "xxd", ["-i", file]), /array/);
  await helloIn(await output(t, "xxd", ["-i"], hello), /digits/);
  await helloIn(await output(t, "xxd", ["-p", file]), /digits/);
  await helloIn(`[${[...hello].join(", ")}]`, /array/);
  await helloIn(`b"${[...hello].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}"`, /escapes/);
  await helloIn(hello.toString("hex").replace(/..(?=.)/g, "$&:"), /digits/);
  await helloIn(`ClientHello (${hello.length} bytes): ${hello.toString("hex")}\n`, /digits in other text/);
  await helloIn(await output(t, "openssl", ["base64"], hello), /base64/);
  await helloIn(`{"hello": "${hello.toString("base64")}"}`, /base64 in other text/);
  await helloIn(hello.toString("base64url"), /base64/);
  await helloIn(`-----BEGIN CLIENTHELLO-----\n${hello.toString("base64")}\n-----END CLIENTHELLO-----\n`, /PEM/);
  await helloIn(new Uint8Array(hello.subarray(5)), /bytes/);
  await helloIn(new Uint8Array(gzipSync(hello)), /gzip/);
});

test("rows that a dump leaves out because they are alike are filled in", async (t) => {
  const record = published("ClientHello record");
  const file = fileOf(t, record);
  for (const [program, args] of [
    ["od", ["-A", "x", "-t", "x1z", file]],
    ["od", ["-t", "x1", file]],
    ["xxd", ["-a", file]],
  ]) {
    const text = await output(t, program, args);
    assert.match(text, /^\*$/m, "the padding is left out");
    const { conversations } = await read(text);
    assert.deepEqual(Buffer.from(messagesOf(conversations[0])[0].bytes), record.subarray(5), `${program} ${args}`);
  }
});

test("tshark -z follow, both sides in turn", async (t) => {
  const { client } = await streams(t);
  const file = await captured(t, client);
  await helloIn(await output(t, "tshark", ["-r", file, "-q", "-z", "follow,tcp,hex,0"]), /dump/);
});

test("tshark -x and tcpdump -x, -X, -xx and -XX", async (t) => {
  const { client } = await streams(t);
  const capture = await captured(t, client);
  for (const args of [["-x"], ["-x", "-P"], ["-x", "-V"]]) {
    await helloIn(await output(t, "tshark", ["-r", capture, ...args]), /packets/);
  }
  for (const option of ["-x", "-X", "-xx", "-XX"]) {
    await helloIn(await output(t, "tcpdump", ["-r", capture, "-n", option]), /packets/);
  }
  const raw = temporaryFile(t);
  await run(t, "editcap", ["-C", "14", "-L", "-T", "rawip", capture, raw]);
  await helloIn(await output(t, "tshark", ["-r", raw, "-x"]), /packets/);
});

/** A capture of one direction, over Ethernet. */
async function captured(t, bytes, ports = "50001,4433") {
  const dump = fileOf(t, await output(t, "od", ["-A", "x", "-t", "x1", "-v", fileOf(t, bytes)]));
  const file = temporaryFile(t);
  await run(t, "text2pcap", ["-q", "-F", "pcap", "-T", ports, dump, file]);
  return file;
}

test("captures, in both formats, packed, cut, and of several connections", async (t) => {
  const { client } = await streams(t);
  const file = await captured(t, client);
  await helloIn(new Uint8Array(readFileSync(file)), /pcap\)/);
  const pcapng = temporaryFile(t);
  await run(t, "editcap", ["-F", "pcapng", file, pcapng]);
  await helloIn(new Uint8Array(readFileSync(pcapng)), /pcapng\)/);
  await helloIn(new Uint8Array(gzipSync(readFileSync(pcapng))), /pcapng\), packed by gzip/);
  const nanoseconds = temporaryFile(t);
  await run(t, "editcap", ["-F", "nsecpcap", file, nanoseconds]);
  await helloIn(new Uint8Array(readFileSync(nanoseconds)), /pcap\)/);

  const other = await captured(t, client, "50002,4433");
  const merged = temporaryFile(t);
  await run(t, "mergecap", ["-a", "-w", merged, file, other]);
  const { conversations } = await helloIn(new Uint8Array(readFileSync(merged)), /pcapng/);
  assert.deepEqual(
    conversations.map(({ name }) => /:(\d+) →/.exec(name)[1]),
    ["50001", "50002"],
  );
  // a capture of half a packet shows the half
  const cut = temporaryFile(t);
  await run(t, "editcap", ["-s", "200", file, cut]);
  const short = await read(new Uint8Array(readFileSync(cut)));
  assert.match(
    short.conversations[0].notes.join(),
    /bytes from the client are missing from the capture after the first 146/,
  );
  assert.equal(messagesOf(short.conversations[0])[0].bytes.length, 146 - 5);
  // and one of a kind that cannot be read says which
  const wireless = temporaryFile(t);
  await run(t, "editcap", ["-T", "ieee-802-11", file, wireless]);
  await assert.rejects(read(new Uint8Array(readFileSync(wireless))), /1 packet of link type 105 cannot be read here/);
});

test("debug logs of Mbed TLS and wolfSSL, with what a logger puts before each line", async () => {
  const secret = "3f8a90c1d25e4b7706af1299e3c4d58b60717e2f9d0ca4b8e15327f6894ad0bc";
  const log = (name) => readFileSync(new URL(`logs/${name}.log`, import.meta.url), "utf8");
  for (const [name, format] of [
    ["mbedtls", /Mbed TLS/],
    ["wolfssl", /wolfSSL/],
  ]) {
    for (const prefix of ["", "[client] ", "2026-01-01 12:00:00.123 ", "D (5678) tls: "]) {
      const { messages } = await helloIn(log(name).replace(/^(?=.)/gm, prefix), format, secret);
      assert.deepEqual(
        messages.map(({ from, type }) => `${from} ${type}`),
        ["client 1", "server 2"],
        `${name} ${prefix}`,
      );
    }
  }
});

test("gnutls-cli -d 9 prints no bytes, and that is said", async (t) => {
  const { port } = await startSServer(t);
  const priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+PSK:+ECDHE-PSK";
  const key = ["--pskusername", PSK.identity, "--pskkey", HEX, "--priority", priority];
  const client = start(t, "gnutls-cli", ["-d", "9", "-p", String(port), "127.0.0.1", ...key]);
  await client.printed(/Handshake was completed/);
  const reading = await read(`${client.stdout}${client.stderr}`);
  assert.match(reading.format, /GnuTLS/);
  assert.deepEqual(messagesOf(reading.conversations[0]), []);
  const notes = reading.conversations[0].notes.join(" ");
  assert.match(
    notes,
    /prints the bytes of messages at no log level.*tcpdump -w.*client hello sent \(\d+ bytes\).*“client1”/,
  );
});

test("what only part of is there is read as far as it goes", async (t) => {
  const { client } = await streams(t);
  const hello = client.subarray(0, 5 + client.readUInt16BE(3));
  const { conversations } = await read(hello.subarray(0, 100).toString("hex"));
  const [message] = messagesOf(conversations[0]);
  assert.equal(message.missing, hello.length - 100);
  for (const [input, sentence] of [
    ["", /nothing to read/],
    ["hello, world", /no bytes in this text/],
    ["47 45 54 20 2f 20 48 54 54 50", /not TLS/],
    ["16 03 01 0g 00 01", /“g” is not a hexadecimal digit/],
    ["16 03 01 0", /one digit is missing/],
    [hello.subarray(9).toString("hex"), /4 bytes of its header are missing/],
    ["16 fe fd 00 00 00 00 00 00 00 00", /DTLS/],
    [new Uint8Array(gzipSync(hello).subarray(0, 12)), /cannot be unpacked/],
  ]) {
    await assert.rejects(read(input), (error) => {
      assert.match(error.message, sentence);
      assert.equal(error.name, "ReadingError");
      return true;
    });
  }
});
