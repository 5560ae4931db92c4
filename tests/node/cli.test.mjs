import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect as connectTcp, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { connect as connectNode } from "node:tls";
import { acceptTls } from "tls-psk";
import { path as certificate, NAME } from "./support/certificates.mjs";
import { startCli, startServer } from "./support/process.mjs";

const HEX = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_HEX = HEX.replaceAll("0", "f");
const KEY = ["--psk", `device-7:${HEX}`];

/** A TCP server on a free port, for as long as the test runs. */
async function listen(t, onConnection) {
  const sockets = new Set();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${server.address().port}`;
}

/** A temporary directory, for as long as the test runs. */
function directory(t) {
  const path = mkdtempSync(join(tmpdir(), "tls-psk-test-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("connect sends its input to serve --echo, gets it back and ends with 0", async (t) => {
  const server = await startServer(t, [...KEY, "--echo"]);
  const client = startCli(t, ["connect", server.address, ...KEY]);
  assert.equal(await client.finish("hello\n"), 0, client.stderr);
  assert.equal(client.stdout, "hello\n");
  const negotiated = 'TLS_CHACHA20_POLY1305_SHA256 psk_dhe_ke x25519 psk="device-7"';
  assert.equal(client.stderr, `connected: ${negotiated}\n`);
  await server.printed(new RegExp(`^127\\.0\\.0\\.1:\\d+ ${negotiated}$`, "m"));
});

test("a conversation goes back and forth before it ends", async (t) => {
  const server = await startServer(t, KEY);
  const client = startCli(t, ["connect", server.address, ...KEY]);
  for (const line of ["one\n", "two\n", "three\n"]) {
    client.write(line);
    await client.printed(new RegExp(`^${line}`, "m"));
  }
  assert.equal(await client.finish(), 0);
});

test("megabytes go through unharmed", async (t) => {
  const server = await startServer(t, KEY);
  const client = startCli(t, ["connect", server.address, ...KEY]);
  const data = Buffer.alloc(5_000_000, "0123456789abcdef-");
  assert.equal(await client.finish(data), 0);
  assert.ok(data.equals(client.stdoutBytes));
});

test("what is negotiated can be chosen", async (t) => {
  const sha384 = ["--psk", `device:with:colons:${HEX}:SHA-384`];
  const choices = ["--modes", "psk_ke", "--ciphersuites", "TLS_AES_256_GCM_SHA384", "--alpn", "mqtt,http/1.1"];
  const server = await startServer(t, [...sha384, ...choices]);
  const client = startCli(t, ["connect", server.address, ...sha384, ...choices, "--server-name", "broker.example"]);
  assert.equal(await client.finish(), 0, client.stderr);
  assert.equal(
    client.stderr,
    'connected: TLS_AES_256_GCM_SHA384 psk_ke psk="device:with:colons" server_name="broker.example" alpn="mqtt"\n',
  );
});

test("--groups of the server alone makes it ask again", async (t) => {
  const server = await startServer(t, [...KEY, "--groups", "secp256r1"]);
  const client = startCli(t, ["connect", server.address, ...KEY]);
  assert.equal(await client.finish(), 0);
  assert.match(client.stderr, / secp256r1 .*after hello_retry_request$/m);
});

test("a wrong key gives status 1 and one line that names the alert and its sender", async (t) => {
  const server = await startServer(t, KEY);
  const wrong = startCli(t, ["connect", server.address, "--psk", `device-7:${OTHER_HEX}`]);
  assert.equal(await wrong.finish("secret plans"), 1);
  const advice = "the identity, the key or its hash probably differs from the server's";
  assert.equal(wrong.stderr, `tls-psk: the peer sent the alert decrypt_error: ${advice} (ERR_TLS_ALERT_RECEIVED)\n`);
  assert.equal(wrong.stdout, "");
  await server.printed(
    /^127\.0\.0\.1:\d+ we sent the alert decrypt_error: .* \(ERR_TLS_DECRYPT\); offered "device-7"$/m,
  );

  const right = startCli(t, ["connect", server.address, ...KEY]);
  assert.equal(await right.finish("still serving"), 0);
  assert.equal(right.stdout, "still serving");
});

test("nothing that a client says plays tricks with the terminal of serve", async (t) => {
  const server = await startServer(t, [...KEY, "--trace", "--alpn", "x"]);
  const [host, port] = server.address.split(":");
  // Node sends whatever it is given as a name.
  const name = "a\u202eb\u009b31mc\u2028d\u200be";
  const pskCallback = () => ({ identity: "device-7", psk: Buffer.from(HEX, "hex") });
  const socket = connectNode({ host, port, servername: name, pskCallback, ALPNProtocols: ["\x1b[31m", "x"] });
  socket.on("error", () => {});
  await server.printed(/ server_name=.*\n/);
  socket.destroy();
  assert.match(server.stderr, /a\\u\{202e\}b\\u\{9b\}31mc\\u\{2028\}d\\u\{200b\}e/);
  assert.doesNotMatch(server.stderr.replaceAll("\n", ""), /[\p{C}\p{Zl}\p{Zp}]/u);
});

test("serve prefers its own first PSK, from options, files and the environment", async (t) => {
  const file = join(directory(t), "psks");
  writeFileSync(file, `# devices\n\nb:${HEX}\r\nc:${OTHER_HEX}:SHA-384\n`);
  const server = await startServer(t, ["--psk", `a:${HEX}`, "--psks", file]);
  const all = ["--psk", `c:${OTHER_HEX}:SHA-384`, "--psk", `b:${HEX}`, "--psk", `a:${HEX}`];
  for (const [offer, chosen] of [
    [all, "a"],
    [all.slice(0, 4), "b"],
    [all.slice(0, 2), "c"],
    [["--psk-file", file], "b"],
  ]) {
    const client = startCli(t, ["connect", server.address, ...offer]);
    assert.equal(await client.finish(), 0, client.stderr);
    assert.match(client.stderr, new RegExp(`psk="${chosen}"`));
  }
  const fromEnvironment = startCli(t, ["connect", server.address], { env: { TLS_PSK: `c:${OTHER_HEX}:SHA-384` } });
  assert.equal(await fromEnvironment.finish(), 0, fromEnvironment.stderr);
});

test("a hundred thousand PSKs do not slow a handshake down", async (t) => {
  const file = join(directory(t), "psks");
  const lines = Array.from({ length: 100_000 }, (_, n) => `device-${n}:${n.toString(16).padStart(64, "0")}`);
  writeFileSync(file, lines.slice(1).join("\n"));
  const server = await startServer(t, ["--psks", file]);
  const client = startCli(t, ["connect", server.address, "--psk", lines[99_999]]);
  assert.equal(await client.finish("found"), 0, client.stderr);
  assert.equal(client.stdout, "found");
});

test("--http answers with what was negotiated", async (t) => {
  const server = await startServer(t, [...KEY, "--http"]);
  const client = startCli(t, ["connect", server.address, ...KEY]);
  client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  // The server closes first, and the input is still open.
  assert.equal(await client.ended, 0, client.stderr);
  assert.match(client.stdout, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(client.stdout, /\r\n\r\n[\s\S]*PSK identity: "device-7"\nPSK mode: psk_dhe_ke\n/);
  const [, length] = client.stdout.match(/Content-Length: (\d+)/);
  assert.equal(client.stdout.split("\r\n\r\n")[1].length, Number(length));
});

test("--forward passes the plaintext on, each end by itself", async (t) => {
  const target = await listen(t, async (socket) => {
    const chunks = [];
    // Otherwise the end of the loop would be that of both directions.
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk);
    // The client has ended its direction by now and still gets this.
    socket.end(`you said ${Buffer.concat(chunks)}`);
  });
  const server = await startServer(t, [...KEY, "--forward", target]);
  const client = startCli(t, ["connect", server.address, ...KEY]);
  assert.equal(await client.finish("hello"), 0, client.stderr);
  assert.equal(client.stdout, "you said hello");
});

test("--forward to nobody is an error for the client", async (t) => {
  const server = await startServer(t, [...KEY, "--forward", "127.0.0.1:1"]);
  const client = startCli(t, ["connect", server.address, ...KEY]);
  assert.equal(await client.ended, 1);
  assert.match(client.stderr, /^connected: .*\ntls-psk: .*\n$/);
  await server.printed(/ECONNREFUSED/);
});

test("a connection that is cut off gives status 1, whoever had said what", async (t) => {
  const server = await startServer(t, KEY);
  const [, port] = server.address.split(":");
  let cut;
  const proxy = await listen(t, (socket) => {
    const onward = connectTcp(Number(port), "127.0.0.1");
    onward.on("error", () => {});
    socket.pipe(onward).pipe(socket);
    cut = () => {
      onward.destroy();
      socket.end();
    };
  });
  const client = startCli(t, ["connect", proxy, ...KEY]);
  client.write("hello\n");
  await client.printed(/^hello$/m);
  cut();
  assert.equal(await client.ended, 1);
  assert.match(client.stderr, /\ntls-psk: .* \(ERR_TLS_TRUNCATED\)\n$/);
});

test("--keylog appends the secrets to a file that others cannot read", async (t) => {
  const file = join(directory(t), "keys");
  const server = await startServer(t, KEY);
  for (const connections of [1, 2]) {
    const client = startCli(t, ["connect", server.address, ...KEY, "--keylog", file]);
    assert.equal(await client.finish(), 0, client.stderr);
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    assert.equal(lines.filter((line) => line.startsWith("CLIENT_TRAFFIC_SECRET_0 ")).length, connections);
  }
  assert.equal(statSync(file).mode & 0o077, 0);
});

test("--trace shows every message, field by field, on both sides", async (t) => {
  const server = await startServer(t, [...KEY, "--trace"]);
  const client = startCli(t, ["connect", server.address, ...KEY, "--trace"]);
  assert.equal(await client.finish(), 0);
  assert.match(client.stderr, /^> client_hello, \d+ bytes, in clear\n {2}\S/m);
  assert.match(client.stderr, /^< server_hello, \d+ bytes, in clear$/m);
  assert.match(client.stderr, /^< encrypted_extensions, \d+ bytes, encrypted$/m);
  assert.match(client.stderr, /^> finished, \d+ bytes, encrypted$/m);
  assert.match(client.stderr, /: TLS_CHACHA20_POLY1305_SHA256$/m);
  assert.match(client.stderr, /^> alert close_notify$/m);
  await server.printed(/^127\.0\.0\.1:\d+ {3}offered PSK 0: verified$/m);
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`${signal} ends serve with 0, and its connections with an error`, async (t) => {
    const server = await startServer(t, [...KEY, "--drain", "0"]);
    const client = startCli(t, ["connect", server.address, ...KEY]);
    client.write("hello\n");
    await client.printed(/^hello$/m);
    server.child.kill(signal);
    assert.equal(await server.ended, 0);
    assert.equal(await client.ended, 1);
  });
}

test("connect works with a server made from the streams, and leaves with it", async (t) => {
  const secret = Buffer.from(HEX, "hex");
  const address = await listen(t, async (socket) => {
    const tls = acceptTls(Duplex.toWeb(socket), { psks: [{ identity: "device-7", secret }] });
    const writer = tls.writable.getWriter();
    await writer.write(Buffer.from("goodbye"));
    await tls.close();
  });
  const client = startCli(t, ["connect", address, ...KEY]);
  assert.equal(await client.ended, 0, client.stderr);
  assert.equal(client.stdout, "goodbye");
});

test("wrong arguments give status 2 and one line without secrets", async (t) => {
  for (const args of [
    [],
    ["dance"],
    ["connect"],
    ["connect", "localhost", ...KEY],
    ["connect", "localhost:99999", ...KEY],
    ["connect", "localhost:1", ...KEY, "--colour", "blue"],
    ["connect", "localhost:1"],
    ["connect", "localhost:1", "--psk", HEX],
    ["connect", "localhost:1", "--psk", `a:${HEX}0`],
    ["connect", "localhost:1", "--psk", `a:${HEX}:SHA-1`],
    ["connect", "localhost:1", "--psk-file", "/does/not/exist"],
    ["serve", ...KEY],
    ["serve", "--port", "x", ...KEY],
    ["serve", "--port", "0", "--echo", "--http", ...KEY],
  ]) {
    const cli = startCli(t, args);
    assert.equal(await cli.finish(), 2, args.join(" "));
    assert.match(cli.stderr, /^tls-psk: [^\n]+; see tls-psk --help\n$/);
    assert.ok(!cli.stderr.includes(HEX), cli.stderr);
  }
  const help = startCli(t, ["--help"]);
  assert.equal(await help.finish(), 0);
  assert.match(help.stdout, /^Usage:/);
});

test("serve refuses weak keys and wrong names before it listens", async (t) => {
  for (const args of [
    ["--psk", "a:0102"],
    [...KEY, "--groups", "x448"],
    [...KEY, ...KEY],
  ]) {
    const server = startCli(t, ["serve", "--port", "0", ...args]);
    assert.equal(await server.finish(), 2);
    assert.match(server.stderr, /^tls-psk: [^\n]+; see tls-psk --help\n$/);
  }
});

test("a host that does not answer gives status 1 and one line", async (t) => {
  const client = startCli(t, ["connect", "127.0.0.1:1", ...KEY]);
  assert.equal(await client.finish(), 1);
  assert.equal(client.stderr, "tls-psk: connect ECONNREFUSED 127.0.0.1:1\n");
});

const SHOWN = ["--cert", certificate("p256.chain"), "--key", certificate("p256.key")];
const TRUST = ["--ca", certificate("root"), "--server-name", NAME];

test("certificates take the place of keys", async (t) => {
  const server = await startServer(t, SHOWN);
  const client = startCli(t, ["connect", server.address, ...TRUST, "--verify", "--trace"]);
  assert.equal(await client.finish("hello\n"), 0, client.stderr);
  assert.equal(client.stdout, "hello\n");
  const negotiated = `TLS_CHACHA20_POLY1305_SHA256 x25519 server_certificate server_name="${NAME}"`;
  assert.ok(client.stderr.includes(`connected: ${negotiated}\n`), client.stderr);
  assert.match(client.stderr, /^< certificate_verify, \d+ bytes, encrypted$/m);
  await server.printed(new RegExp(` ${negotiated}$`, "m"));
});

test("a key goes before a certificate, and a stranger's falls back to it", async (t) => {
  const server = await startServer(t, [...SHOWN, ...KEY]);
  for (const [psk, says] of [
    [KEY, /psk="device-7"/],
    [["--psk", `stranger:${HEX}`], / server_certificate /],
  ]) {
    const client = startCli(t, ["connect", server.address, ...TRUST, ...psk]);
    assert.equal(await client.finish(), 0, client.stderr);
    assert.match(client.stderr, says);
  }
  const distrustful = startCli(t, ["connect", server.address, "--psk", `stranger:${HEX}`]);
  assert.equal(await distrustful.finish(), 1);
  assert.match(distrustful.stderr, /handshake_failure.*ERR_TLS_HANDSHAKE_FAILURE/);
});

test("a certificate of another authority, or for another name, gives status 1", async (t) => {
  const server = await startServer(t, SHOWN);
  for (const [args, alert] of [
    [["--ca", certificate("other-root"), "--server-name", NAME], "unknown_ca"],
    [["--ca", certificate("root"), "--server-name", "elsewhere.example"], "bad_certificate"],
  ]) {
    const client = startCli(t, ["connect", server.address, ...args]);
    assert.equal(await client.finish(), 1);
    assert.match(client.stderr, new RegExp(`^tls-psk: we sent the alert ${alert}: .* \\(ERR_TLS_CERTIFICATE\\)$`, "m"));
  }
});

test("serve asks for certificates of clients with --ca, and insists on them with --verify", async (t) => {
  const shown = ["--cert", certificate("client.chain"), "--key", certificate("client.key")];
  for (const [insists, statuses] of [
    [[], [0, 0]],
    [["--verify"], [0, 1]],
  ]) {
    const server = await startServer(t, [...SHOWN, "--ca", certificate("root"), "--http", ...insists]);
    for (const [place, args] of [shown, []].entries()) {
      const client = startCli(t, ["connect", server.address, ...TRUST, ...args]);
      client.write("GET / HTTP/1.1\r\n\r\n");
      assert.equal(await client.ended, statuses[place], client.stderr);
      if (statuses[place] === 0) assert.match(client.stdout, place === 0 ? /^Client certificate: yes$/m : /: no$/m);
      else assert.match(client.stderr, /the alert certificate_required/);
    }
  }
});

test("arguments about certificates that cannot work give status 2, and files that do not fit 1", async (t) => {
  const connect = ["connect", "127.0.0.1:1"];
  const serve = ["serve", "--port", "0"];
  for (const [args, says] of [
    [[...connect, ...SHOWN], /connect needs a --ca/],
    [[...connect, "--ca", certificate("root")], /needs a --server-name/],
    [[...serve, "--cert", certificate("p256.chain")], /--cert and --key go together/],
    [[...serve, "--ca", certificate("root")], /serve needs a --cert/],
    [[...serve, ...SHOWN, "--verify"], /--verify needs a --ca/],
    [[...serve, "--cert", "/no/such/file", "--key", certificate("p256.key")], /ENOENT/],
  ]) {
    const cli = startCli(t, args);
    assert.equal(await cli.finish(), 2, cli.stderr);
    assert.match(cli.stderr, says);
  }
  const misfit = startCli(t, [...serve, ...SHOWN.slice(0, 3), certificate("client.key")]);
  assert.equal(await misfit.finish(), 1);
  assert.match(misfit.stderr, /the private key does not match the certificate \(ERR_TLS_CONFIG\)/);
});
