// Records that node:crypto protects against those of the WebAssembly: nothing on the wire may tell which it was.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { test } from "node:test";
import { Config, Connection, ExternalPsk, init } from "tls-psk";
import { connected, psk, readAll } from "./support/endpoints.mjs";

await init();

const SUITES = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];
/** Around the lengths from which on the platform is asked, a full record, and more than one. */
const LENGTHS = [1, 766, 767, 768, 3070, 3071, 3072, 16_384, 50_000];

/** The calls of node:crypto while `work` runs. */
function counting(work) {
  const { createCipheriv, createDecipheriv } = crypto;
  const calls = { seal: 0, open: 0 };
  crypto.createCipheriv = (...args) => {
    calls.seal += 1;
    return createCipheriv(...args);
  };
  crypto.createDecipheriv = (...args) => {
    calls.open += 1;
    return createDecipheriv(...args);
  };
  try {
    return { result: work(), calls };
  } finally {
    Object.assign(crypto, { createCipheriv, createDecipheriv });
  }
}

function endpoint(role, suite, platform, seed) {
  const config = new Config(role);
  config.setAllowBothRoles(true);
  config.setCipherSuites([suite]);
  config.setPlatformCrypto(platform);
  const hash = suite.endsWith("384") ? "SHA-384" : "SHA-256";
  const external = new ExternalPsk(new TextEncoder().encode("platform"), new Uint8Array(32).fill(9), hash);
  config.appendPsk(external);
  const connection = new Connection(config, new Uint8Array(32).fill(seed));
  external.free();
  config.free();
  return connection;
}

/** Moves everything between two connections until both are silent; what was sent and what was read. */
function exchange(client, server) {
  const sent = [];
  const data = [[], []];
  for (let moved = true; moved; ) {
    moved = false;
    for (const [from, to, place] of [
      [client, server, 1],
      [server, client, 0],
    ]) {
      for (let bytes = from.pollTransmit(); bytes; bytes = from.pollTransmit()) {
        sent.push(Buffer.from(bytes));
        to.receive(bytes);
        moved = true;
      }
      for (let event = to.pollEvent(); event; event = to.pollEvent()) {
        if (event.type === "data") data[place].push(Buffer.from(event.data));
      }
    }
  }
  return { sent: Buffer.concat(sent), data: data.map((chunks) => Buffer.concat(chunks)) };
}

/** A handshake, data of every length both ways around key updates, and the end, between these two ways. */
function connection(suite, clientPlatform, serverPlatform) {
  const [client, server] = [endpoint("client", suite, clientPlatform, 1), endpoint("server", suite, serverPlatform, 2)];
  client.start();
  const flights = [exchange(client, server)];
  for (const length of LENGTHS) {
    client.send(new Uint8Array(length).fill(length));
    server.send(new Uint8Array(length).fill(length + 1));
    flights.push(exchange(client, server));
    client.updateKeys(true);
    flights.push(exchange(client, server));
  }
  client.close();
  server.close();
  flights.push(exchange(client, server));
  for (const end of [client, server]) end.free();
  return {
    sent: Buffer.concat(flights.map(({ sent }) => sent)),
    data: [0, 1].map((place) => Buffer.concat(flights.map(({ data }) => data[place]))),
  };
}

for (const suite of SUITES) {
  test(`${suite}: the same bytes whichever side node:crypto protects`, () => {
    const { result: own, calls: none } = counting(() => connection(suite, false, false));
    assert.deepEqual(none, { seal: 0, open: 0 });
    assert.equal(
      own.data[0].length,
      LENGTHS.reduce((sum, length) => sum + length),
    );
    for (const [client, server] of [
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const { result, calls } = counting(() => connection(suite, client, server));
      assert.ok(result.sent.equals(own.sent));
      assert.deepEqual(result.data, own.data);
      assert.ok(calls.seal > 0 && calls.open > 0);
    }
  });

  test(`${suite}: a changed record is refused, and by the WebAssembly's own word`, () => {
    const [client, server] = [endpoint("client", suite, true, 1), endpoint("server", suite, true, 2)];
    client.start();
    exchange(client, server);
    client.send(new Uint8Array(4000));
    const record = client.pollTransmit();
    record[2000] ^= 1;
    const { calls } = counting(() => {
      assert.throws(() => server.receive(record), { code: "ERR_TLS_BAD_RECORD_MAC" });
    });
    assert.deepEqual(calls, { seal: 0, open: 1 });
    assert.equal(server.pollEvent()?.type, "alert");
    for (const end of [client, server]) end.free();
  });
}

test("what the platform cannot do, the WebAssembly does", () => {
  const { createCipheriv } = crypto;
  crypto.createCipheriv = () => {
    throw new Error("no such cipher");
  };
  try {
    const { sent, data } = connection(SUITES[0], true, true);
    assert.ok(sent.equals(connection(SUITES[0], false, false).sent));
    assert.equal(data[1].length, data[0].length);
  } finally {
    crypto.createCipheriv = createCipheriv;
  }
});

test("streams: platformCrypto turns it off, and each end takes what the other made", async () => {
  for (const [clientPlatform, serverPlatform] of [
    [true, false],
    [false, true],
  ]) {
    const { client, server } = await connected(
      { psks: [psk()], platformCrypto: clientPlatform },
      { psks: [psk()], platformCrypto: serverPlatform },
    );
    const echoed = server.readable.pipeTo(server.writable);
    const received = readAll(client.readable);
    const writer = client.writable.getWriter();
    await writer.write(new Uint8Array(100_000).fill(3));
    await writer.close();
    assert.ok((await received).equals(Buffer.alloc(100_000, 3)));
    await Promise.all([echoed, client.closed, server.closed]);
  }
});
