// PSKs, lists and offers as objects of the classes: their limits, refusals, and memory.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Config, Connection, ExternalPsk, init } from "tls-psk";
import { carry } from "./support/carry.mjs";
import { connect, connected, pipe, psk, read, rejection, settled, write } from "./support/endpoints.mjs";
import { memoryOf } from "./support/wasm-memory.mjs";

/** The memory of the WebAssembly. */
let wasmMemory;
before(async () => {
  await init();
  const glue = await import(new URL("./wasm/tls_psk.js", import.meta.resolve("tls-psk")));
  // Initialised already, it returns what it has.
  const memory = memoryOf(glue.initSync({ module: readFileSync(fileURLToPath(import.meta.resolve("tls-psk/wasm"))) }));
  wasmMemory = () => Buffer.from(memory.buffer);
});

const bytes = (text) => new TextEncoder().encode(text);
const text = (bytes) => new TextDecoder().decode(bytes);
const SECRET = new Uint8Array(32).fill(9);

/** A connection of the classes with PSKs of these identities. */
function open(role, identities, configure = () => {}) {
  const config = new Config(role);
  config.setAllowBothRoles(true);
  for (const identity of identities) append(config, identity);
  configure(config);
  const connection = new Connection(config);
  config.free();
  return connection;
}

function append(list, identity, secret = SECRET) {
  const external = new ExternalPsk(bytes(identity), secret);
  try {
    list.appendPsk(external);
  } finally {
    external.free();
  }
}

/** A client that offers these and a server that is asked to choose, when it is asked. */
function asked(offered, held = []) {
  const client = open("client", offered);
  const server = open("server", held, (config) => config.setSelection("application"));
  client.start();
  carry(client, server);
  assert.equal(server.state, "SELECTING_PSK");
  return { client, server };
}

test("an identity holds 1 to 65,535 bytes, and a secret 16 to 65,535 that are not all zero", () => {
  const refused = { code: "ERR_TLS_PSK", phase: "configuration" };
  for (const length of [1, 65_535]) new ExternalPsk(new Uint8Array(length), SECRET).free();
  for (const length of [0, 65_536]) assert.throws(() => new ExternalPsk(new Uint8Array(length), SECRET), refused);
  const of = (secret) => new ExternalPsk(bytes("a"), secret);
  for (const length of [16, 65_535]) of(new Uint8Array(length).fill(1)).free();
  for (const length of [0, 15, 65_536]) assert.throws(() => of(new Uint8Array(length).fill(1)), refused);
  for (const length of [16, 32]) assert.throws(() => of(new Uint8Array(length)), refused);
});

test("a short secret takes a constructor that is named unsafe, which refuses the rest", () => {
  ExternalPsk.unsafeShort(bytes("a"), Uint8Array.of(1)).free();
  for (const secret of [new Uint8Array(0), new Uint8Array(8), new Uint8Array(65_536).fill(1)]) {
    assert.throws(() => ExternalPsk.unsafeShort(bytes("a"), secret), { code: "ERR_TLS_PSK" });
  }
});

test("a hash of another name is refused, whatever its spelling", async () => {
  for (const hmac of ["SHA-256", "SHA-384"]) {
    const external = new ExternalPsk(bytes("a"), SECRET, hmac);
    assert.equal(external.hmac, hmac);
    external.free();
  }
  for (const hmac of ["SHA-512", "SHA256", "sha-256", ""]) {
    assert.throws(() => new ExternalPsk(bytes("a"), SECRET, hmac), { code: "ERR_TLS_CONFIG" });
    const { client } = connect({ psks: [{ ...psk(), hmac }] });
    assert.equal((await rejection(client.opened)).code, "ERR_TLS_CONFIG");
  }
});

test("a PSK that is given no hash is one for SHA-256", () => {
  const external = new ExternalPsk(bytes("a"), SECRET);
  assert.equal(external.hmac, "SHA-256");
  external.free();
});

test("an append copies: the PSK may be freed, and its bytes changed", () => {
  const identity = bytes("copied");
  const secret = Uint8Array.from(SECRET);
  const external = new ExternalPsk(identity, secret);
  identity.fill(0);
  secret.fill(0);
  const config = new Config("client");
  config.setAllowBothRoles(true);
  config.appendPsk(external);
  external.free();
  const client = new Connection(config);
  config.free();
  const server = open("server", ["copied"]);
  client.start();
  carry(client, server);
  assert.equal(client.state, "CONNECTED");
  for (const connection of [client, server]) connection.free();
});

test("a refused append leaves the list as it was", () => {
  const client = open("client", ["first"], (config) => {
    assert.throws(() => append(config, "first"), { code: "ERR_TLS_PSK" });
    assert.throws(() => append(config, "x".repeat(65_500)), { code: "ERR_TLS_PSK" });
    assert.throws(() => config.setPskKinds("resumption"), { code: "ERR_TLS_PSK" });
  });
  assert.throws(() => append(client, "first"), { code: "ERR_TLS_PSK" });
  append(client, "second");
  const server = open("server", ["second", "first"]);
  assert.throws(() => append(server, "first"), { code: "ERR_TLS_PSK" });
  client.start();
  assert.throws(() => append(client, "late"), { code: "ERR_TLS_USAGE" });
  carry(client, server);
  assert.equal(server.state, "CONNECTED");
  assert.equal(text(server.pollEvent().pskIdentity), "second");
  for (const connection of [client, server]) connection.free();
});

test("a freed object throws instead of reading what is not its own any more", () => {
  const external = new ExternalPsk(bytes("a"), SECRET);
  const config = new Config("client");
  config.appendPsk(external);
  external.free();
  assert.throws(() => external.identity, Error);
  assert.throws(() => config.appendPsk(external), Error);

  const disposed = new ExternalPsk(bytes("b"), SECRET);
  disposed[Symbol.dispose]();
  assert.throws(() => disposed.withContext(bytes("context")), Error);
  // The list was left alone by all that.
  const connection = new Connection(config);
  config.free();
  connection.start();
  connection.free();
  assert.throws(() => connection.pollTransmit(), Error);
});

test("a secret is gone from the memory of the WebAssembly after free, dispose and the end of a configuration", () => {
  for (const end of ["free", Symbol.dispose]) {
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const external = new ExternalPsk(bytes("wiped"), secret);
    const config = new Config("client");
    config.appendPsk(external);
    const connection = new Connection(config);
    assert.ok(wasmMemory().includes(secret), "what is looked for can be found");
    for (const object of [external, config, connection]) object[end]();
    assert.equal(wasmMemory().includes(secret), false);
  }
});

test("a secret is gone from the memory of the WebAssembly after a connection of the streams", async () => {
  const secrets = [0, 1].map(() => crypto.getRandomValues(new Uint8Array(32)));
  const psks = [{ identity: "streamed", secret: secrets[0] }];
  const { client, server } = await connected(
    { psks: [...psks, { identity: "imported", secret: secrets[1], context: Buffer.from("a") }] },
    { selectPsk: () => psks[0] },
  );
  assert.ok(
    secrets.every((secret) => !wasmMemory().includes(secret)),
    "the handshake is over, and so is its PSK",
  );
  await write(client.writable, "hello");
  await read(server.readable);
  await Promise.all([client.close(), server.close()]);
  await settled();
  assert.ok(secrets.every((secret) => !wasmMemory().includes(secret)));
});

test("an offer is a copy: it can be read after its handshake, and not after it was freed", () => {
  const { client, server } = asked(["a", "b"], ["b"]);
  const list = server.offeredPsks();
  const first = list.next();
  server.selectOffered(1);
  assert.equal(server.offeredPsks(), undefined);
  carry(client, server);
  for (const connection of [client, server]) connection.free();

  assert.deepEqual([list.length, list.hasNext(), text(list.next().identity)], [2, true, "b"]);
  list.free();
  assert.equal(text(first.identity), "a");
  first.free();
  for (const use of [() => list.next(), () => list.length, () => [...list], () => first.identity]) {
    assert.throws(use, Error);
  }
});

test("an impossible choice leaves the selection waiting, and the first possible one is the last word", () => {
  const { client, server } = asked(["a", "b"], ["b"]);
  const stranger = new ExternalPsk(bytes("stranger"), SECRET);
  for (const choose of [
    () => server.selectOffered(0), // offered, but no side has its secret
    () => server.selectOffered(2),
    () => server.selectPsk(stranger),
  ]) {
    assert.throws(choose, { code: "ERR_TLS_USAGE" });
    assert.equal(server.state, "SELECTING_PSK");
  }
  server.selectOffered(1);
  for (const again of [() => server.selectOffered(1), () => server.selectPsk(stranger), () => server.selectNone()]) {
    assert.throws(again, { code: "ERR_TLS_USAGE" });
  }
  carry(client, server);
  assert.equal(server.state, "CONNECTED");
  for (const object of [client, server, stranger]) object.free();
});

test("a PSK can be appended while selection waits, and then be chosen", () => {
  for (const choose of [(server) => server.selectOffered(0), (server) => server.selectDefault()]) {
    const { client, server } = asked(["a"]);
    append(server, "a");
    choose(server);
    carry(client, server);
    assert.equal(server.state, "CONNECTED");
    for (const connection of [client, server]) connection.free();
  }
});

test("the negotiated identity is unknown before, and the same on both sides", async () => {
  const { client, server } = asked(["a"], ["a"]);
  const drained = (connection) => {
    const events = [];
    for (let event = connection.pollEvent(); event; event = connection.pollEvent()) events.push(event);
    return events;
  };
  assert.deepEqual(drained(client), []);
  assert.deepEqual(
    drained(server).map(({ type }) => type),
    ["selectPsk"],
  );
  server.selectDefault();
  carry(client, server);
  for (const connection of [client, server]) {
    const [{ type, pskIdentity }] = drained(connection);
    assert.deepEqual([type, text(pskIdentity)], ["connected", "a"]);
    connection.free();
  }
  const { clientInfo, serverInfo } = await connected();
  assert.deepEqual(clientInfo.pskIdentity, serverInfo.pskIdentity);
});

test("imported and plain PSKs go in one list", async () => {
  const shared = { ...psk("shared"), context: Buffer.from("client=a server=b") };
  for (const [psks, kind, identity] of [
    [[psk("plain"), shared], "external", "plain"],
    [[shared, psk("plain")], "imported", "shared"],
  ]) {
    const { clientInfo, serverInfo } = await connected({ psks: [psk("plain"), shared] }, { psks });
    for (const info of [clientInfo, serverInfo]) {
      assert.deepEqual([info.pskKind, text(info.externalIdentity)], [kind, identity]);
    }
  }
});

test("padding makes all that is encrypted come in blocks", async () => {
  const wire = [];
  const [clientEnd, serverEnd] = pipe();
  const tap = new TransformStream({
    transform(chunk, controller) {
      wire.push(chunk);
      controller.enqueue(chunk);
    },
  });
  const { client, server } = await connected({}, { paddingMultiple: 512 }, [
    { readable: clientEnd.readable.pipeThrough(tap), writable: clientEnd.writable },
    serverEnd,
  ]);
  for (const line of ["short", "a bit longer than that"]) {
    await write(server.writable, line);
    assert.equal(String(await read(client.readable)), line);
  }
  const flight = Buffer.concat(wire);
  const lengths = [];
  for (let at = 0; at < flight.length; at += 5 + flight.readUInt16BE(at + 3)) {
    if (flight[at] === 23) lengths.push(flight.readUInt16BE(at + 3));
  }
  // EncryptedExtensions, Finished and two lines; the tag comes behind the padding.
  assert.deepEqual(lengths, Array(4).fill(512 + 16));
});
