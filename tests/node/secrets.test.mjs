// Remains of secrets in the memory of the WebAssembly, which other scripts of a page can read, after their use.

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Config, Connection, ExternalPsk, init, Session } from "tls-psk";
import { carry } from "./support/carry.mjs";
import { connect, pipe, settled } from "./support/endpoints.mjs";
import { memoryOf } from "./support/wasm-memory.mjs";

const NOW = 1_780_000_000_000;

/** The memory of the WebAssembly. */
let memory;
before(async () => {
  await init();
  const glue = await import(new URL("./wasm/tls_psk.js", import.meta.resolve("tls-psk")));
  const module = readFileSync(fileURLToPath(import.meta.resolve("tls-psk/wasm")));
  const instance = glue.initSync({ module });
  const exported = memoryOf(instance);
  memory = () => Buffer.from(exported.buffer);
});

/** HKDF-Expand-Label (RFC 9846 section 7.1) for outputs that are no longer than the hash's. */
function expandLabel(hash, secret, label, length) {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

/** The secrets of lines of a key log, as bytes and as the hexadecimal that they were written in, and what follows. */
function secretsOf(lines) {
  return lines.flatMap((line) => {
    const [label, , hex] = line.split(" ");
    const secret = Buffer.from(hex, "hex");
    const hash = secret.length === 48 ? "sha384" : "sha256";
    const named = [
      [label, secret],
      [`${label} in hexadecimal`, Buffer.from(hex)],
    ];
    if (!label.includes("TRAFFIC")) return named;
    return [
      ...named,
      [`the key of ${label}`, expandLabel(hash, secret, "key", 16)],
      [`the IV of ${label}`, expandLabel(hash, secret, "iv", 12)],
      [`the finished key of ${label}`, expandLabel(hash, secret, "finished", secret.length)],
      [`what follows ${label}`, expandLabel(hash, secret, "traffic upd", secret.length)],
    ];
  });
}

/** The secrets that are in the memory, by name and with how often. */
function found(secrets) {
  const bytes = memory();
  const copies = (secret) => {
    let count = 0;
    for (let at = bytes.indexOf(secret); at >= 0; at = bytes.indexOf(secret, at + 1)) count++;
    return count;
  };
  return secrets.map(([name, secret]) => [name, copies(secret)]).filter(([, count]) => count > 0);
}

/** Pieces of an exported session, whose PSK is in one of them. */
const piecesOf = (exported) =>
  Array.from({ length: 8 }, (_, at) => [`a piece of a session`, Buffer.from(exported.slice(4 + 4 * at, 20 + 4 * at))]);

function eventsOf(connection) {
  const events = [];
  for (let event = connection.pollEvent(); event; event = connection.pollEvent()) events.push(event);
  return events;
}

for (const [suite, hmac] of [
  ["TLS_CHACHA20_POLY1305_SHA256", "SHA-256"],
  ["TLS_AES_128_GCM_SHA256", "SHA-256"],
  ["TLS_AES_256_GCM_SHA384", "SHA-384"],
]) {
  test(`nothing of a connection's secrets is left after free: ${suite}`, () => {
    const [secret, ticketKey, cookieKey, seed] = [1, 2, 3, 4].map(() => randomBytes(32));
    const secrets = [
      ["the external PSK", secret],
      ["the key of tickets", ticketKey],
      ["the key of cookies", cookieKey],
      ["the seed", seed],
    ];
    const objects = [];
    const kept = (object) => {
      objects.push(object);
      return object;
    };
    const external = kept(
      kept(new ExternalPsk(Buffer.from("wiped"), secret, hmac)).withContext(Buffer.from("context")),
    );
    const open = (role, session) => {
      const config = kept(new Config(role));
      config.setAllowBothRoles(true);
      config.setCipherSuites([suite]);
      config.setKeyLog(true);
      config.setPskKinds("both");
      config.appendPsk(external);
      if (role === "server") {
        config.setTickets(ticketKey, 1, 3600, 604_800);
        config.setCookieKeys(cookieKey);
        // It asks for another group, so that the cookie is used.
        config.setGroups(["secp256r1"]);
      }
      const connection = kept(new Connection(config, role === "server" ? seed : undefined));
      connection.setTime(NOW);
      if (session) connection.appendSession(session);
      return connection;
    };

    let session;
    for (const round of ["first", "resumed"]) {
      const [client, server] = [open("client", session), open("server")];
      client.start();
      carry(client, server);
      const exported = client.exportKeyingMaterial("test", undefined, 32);
      const events = [...eventsOf(client), ...eventsOf(server)];
      assert.equal(events.filter(({ type }) => type === "connected").length, 2, round);
      const lines = events.filter(({ type }) => type === "keyLog").map(({ line }) => line);
      assert.ok(lines.length >= 10);
      session = kept(events.find(({ type }) => type === "session").session);
      const bytes = session.toBytes();
      objects.push({ free: () => kept(Session.fromBytes(bytes)).free() });
      secrets.push(...secretsOf(lines), ["what was exported", Buffer.from(exported)], ...piecesOf(bytes));
      client.updateKeys(true);
      client.send(Buffer.from("data"));
      carry(client, server);
      assert.equal(found(secrets).length > 4, true, "what is looked for can be found");
    }
    for (const object of objects.splice(0).reverse()) object.free?.();
    for (const object of objects.splice(0)) if (object.__wbg_ptr) object.free();
    assert.deepEqual(found(secrets), []);
  });
}

test("nothing of a connection's secrets is left after a failed handshake, and after free", () => {
  const [secret, other] = [randomBytes(32), randomBytes(32)];
  const connections = [
    ["client", secret],
    ["server", other],
  ].map(([role, key]) => {
    const external = new ExternalPsk(Buffer.from("wiped"), key);
    const config = new Config(role);
    config.setAllowBothRoles(true);
    config.appendPsk(external);
    external.free();
    const connection = new Connection(config);
    config.free();
    return connection;
  });
  const [client, server] = connections;
  client.start();
  const hello = client.pollTransmit();
  assert.throws(() => server.receive(hello), { code: "ERR_TLS_DECRYPT" });
  assert.throws(() => client.receive(server.pollTransmit()), { alert: "decrypt_error" });
  for (const connection of connections) connection.free();
  assert.deepEqual(
    found([
      ["of the client", secret],
      ["of the server", other],
    ]),
    [],
  );
});

test("nothing of a connection's secrets is left after the streams have ended, however they did", async () => {
  for (const ending of ["closed", "aborted"]) {
    const secret = randomBytes(32);
    const [lines, saved] = [[], []];
    const controller = new AbortController();
    const both = { psks: [{ identity: "wiped", secret }], onKeylog: (line) => lines.push(line) };
    const { client, server } = connect(
      { ...both, onSession: (session) => saved.push(session), signal: controller.signal },
      { ...both, tickets: {} },
      pipe(),
    );
    await Promise.all([client.opened, server.opened]);
    const writer = server.writable.getWriter();
    await writer.write(Buffer.from("data"));
    await client.readable.getReader().read();
    await settled();
    if (ending === "closed") {
      await Promise.all([client.close(), server.close()]);
    } else {
      controller.abort();
      await Promise.all([client.closed.catch(() => {}), server.closed.catch(() => {})]);
    }
    await settled();
    assert.equal(saved.length, 1);
    const pieces = piecesOf(saved[0].bytes);
    assert.deepEqual(found([["the external PSK", secret], ...secretsOf(lines), ...pieces]), [], ending);
  }
});
