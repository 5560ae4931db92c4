import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Config, Connection, ExternalPsk, init, inspect, OfferedPsk, OfferedPskList, TlsError } from "tls-psk";
import { carry } from "./support/carry.mjs";

before(() => init());

const identity = (name) => new TextEncoder().encode(name);
const secret = new Uint8Array(32).fill(9);

/** A client and a server of the core, and the wire between them. */
function pair({ offered = ["device"], selection = "first-match", trace = false } = {}) {
  const make = (role, configure) => {
    const config = new Config(role);
    config.setTrace(trace);
    config.setAllowBothRoles(true);
    configure(config);
    const connection = new Connection(config);
    config.free();
    return connection;
  };
  const addPsks = (config) => {
    for (const name of offered) {
      const psk = new ExternalPsk(identity(name), secret);
      config.appendPsk(psk);
      psk.free();
    }
  };
  const client = make("client", addPsks);
  const server = make("server", (config) => {
    config.setSelection(selection);
    if (selection === "first-match") addPsks(config);
  });
  client.start();
  return { client, server };
}

function events(connection) {
  const found = [];
  for (let event = connection.pollEvent(); event; event = connection.pollEvent()) found.push(event);
  return found;
}

test("a connection can be driven without any I/O", () => {
  const sides = pair();
  carry(sides.client, sides.server);
  assert.equal(sides.client.state, "CONNECTED");
  assert.equal(sides.server.state, "CONNECTED");
  events(sides.server);
  sides.client.send(identity("hello"));
  carry(sides.client, sides.server);
  const [data] = events(sides.server);
  assert.equal(data.type, "data");
  assert.equal(new TextDecoder().decode(data.data), "hello");
});

test("the core's errors are TlsErrors with a stable code", () => {
  const { client } = pair();
  assert.throws(
    () => client.send(identity("too early")),
    (error) => error instanceof TlsError && error instanceof Error && error.code === "ERR_TLS_USAGE",
  );
  assert.equal(new Error("x") instanceof TlsError, false);
  assert.throws(() => new ExternalPsk(identity("a"), new Uint8Array(8)), { code: "ERR_TLS_PSK" });
  ExternalPsk.unsafeShort(identity("a"), identity("8 bytes!")).free();
});

test("the offer has a cursor, and can be iterated over", () => {
  const sides = pair({ offered: ["a", "b", "c"], selection: "application" });
  carry(sides.client, sides.server);
  assert.equal(sides.server.asking, true);
  assert.equal(sides.server.state, "SELECTING_PSK");
  const list = sides.server.offeredPsks();
  assert.ok(list instanceof OfferedPskList);
  assert.equal(list.length, 3);

  const names = [];
  for (let turn = 0; turn < 2; turn++) {
    while (list.hasNext()) {
      const psk = list.next();
      assert.ok(psk instanceof OfferedPsk);
      names.push(new TextDecoder().decode(psk.identity));
      psk.free();
    }
    assert.equal(list.next(), undefined);
    list.reread();
  }
  assert.deepEqual(names, ["a", "b", "c", "a", "b", "c"]);
  assert.deepEqual(
    [...list].map(({ identity, index }) => [new TextDecoder().decode(identity), index]),
    [
      ["a", 0],
      ["b", 1],
      ["c", 2],
    ],
  );

  const psk = new ExternalPsk(identity("b"), secret);
  sides.server.selectPsk(psk);
  psk.free();
  assert.equal(sides.server.offeredPsks(), undefined);
  assert.equal(list.length, 3);
  list.free();
  carry(sides.client, sides.server);
  assert.equal(sides.client.state, "CONNECTED");
});

test("inspect names every field of a message", () => {
  const sides = pair({ trace: true });
  const [hello] = events(sides.client);
  assert.equal(hello.name, "client_hello");
  const fields = inspect(hello.bytes);
  assert.ok(fields.length > 20);
  for (const { start, end } of fields) assert.ok(start >= 0 && start <= end && end <= hello.bytes.length);
  assert.ok(fields.some(({ value }) => value === "TLS_CHACHA20_POLY1305_SHA256"));
});

test("a seed makes a connection reproducible", () => {
  const hello = (seed) => {
    const config = new Config("client");
    const psk = new ExternalPsk(identity("a"), secret);
    config.appendPsk(psk);
    const connection = new Connection(config, seed);
    connection.start();
    const bytes = connection.pollTransmit();
    for (const object of [psk, config, connection]) object.free();
    return bytes;
  };
  const seed = new Uint8Array(32).fill(1);
  assert.deepEqual(hello(seed), hello(seed));
  assert.notDeepEqual(hello(), hello());
  assert.throws(() => hello(new Uint8Array(31)), { code: "ERR_TLS_CONFIG" });
});
