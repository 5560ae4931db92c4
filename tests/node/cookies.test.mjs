import assert from "node:assert/strict";
import { before, test } from "node:test";
import { acceptTls, Config, Connection, ExternalPsk, init } from "tls-psk";
import { connected, pipe, psk, read, rejection, write } from "./support/endpoints.mjs";

before(() => init());

const key = (byte) => new Uint8Array(32).fill(byte);

/** A connection of the core. */
function open(role, configure = () => {}) {
  const config = new Config(role);
  config.setAllowBothRoles(true);
  const psk = new ExternalPsk(new TextEncoder().encode("client"), key(9));
  config.appendPsk(psk);
  configure(config);
  const connection = new Connection(config);
  for (const object of [psk, config]) object.free();
  return connection;
}

const server = (...keys) =>
  open("server", (config) => {
    config.setGroups(["secp256r1"]);
    config.setCookieKeys(Buffer.concat(keys));
  });

/** All that a connection has to send. */
function sent(connection) {
  const chunks = [];
  for (let bytes = connection.pollTransmit(); bytes; bytes = connection.pollTransmit()) chunks.push(bytes);
  return Buffer.concat(chunks);
}

/** A client that was asked for another group by a server that is gone. */
function retried() {
  const client = open("client");
  const asking = server(key(1));
  client.start();
  asking.receive(sent(client));
  client.receive(sent(asking));
  asking.free();
  return client;
}

test("another server with the key takes the answer to a HelloRetryRequest", () => {
  for (const keys of [[key(1)], [key(2), key(1)]]) {
    const client = retried();
    const other = server(...keys);
    other.receive(sent(client));
    client.receive(sent(other));
    other.receive(sent(client));
    assert.deepEqual([client.state, other.state], ["CONNECTED", "CONNECTED"]);
  }
});

test("a server with another key refuses the answer", () => {
  const other = server(key(2));
  assert.throws(() => other.receive(sent(retried())), {
    code: "ERR_TLS_ILLEGAL_PARAMETER",
    alert: "illegal_parameter",
  });
});

test("cookie keys are 32 bytes each, and a server's", () => {
  for (const bytes of [0, 31, 33]) {
    assert.throws(() => open("server", (config) => config.setCookieKeys(new Uint8Array(bytes))), {
      code: "ERR_TLS_CONFIG",
    });
  }
  assert.throws(() => open("client", (config) => config.setCookieKeys(key(1))), { code: "ERR_TLS_CONFIG" });
});

test("with cookieKeys a handshake takes its HelloRetryRequest as before", async () => {
  const { client, server, clientInfo } = await connected(
    {},
    { groups: ["secp256r1"], cookieKeys: [key(1), key(2).buffer] },
  );
  assert.equal(clientInfo.helloRetryRequest, true);
  await write(client.writable, "ping");
  assert.equal(String(await read(server.readable)), "ping");
  await Promise.all([client.close(), server.close()]);
});

for (const [name, cookieKeys] of [
  ["no key", []],
  ["a key of 16 bytes", [new Uint8Array(16), new Uint8Array(48)]],
  ["a string", ["0".repeat(32)]],
]) {
  test(`cookieKeys with ${name} are refused`, async () => {
    const [end] = pipe();
    const socket = acceptTls(end, { psks: [psk()], cookieKeys });
    assert.equal((await rejection(socket.opened)).code, "ERR_TLS_CONFIG");
  });
}
