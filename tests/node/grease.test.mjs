import assert from "node:assert/strict";
import { before, test } from "node:test";
import { Config, Connection, ExternalPsk, init, inspect } from "tls-psk";
import { connected, read, write } from "./support/endpoints.mjs";

before(() => init());

const isReserved = (value) => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff);

/** The cipher suites in the ClientHello that a trace has seen, as numbers. */
function offeredSuites(trace) {
  const { bytes } = trace.find((event) => event.name === "client_hello");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return inspect(bytes)
    .filter(({ name }) => name === "CipherSuite")
    .map(({ start }) => view.getUint16(start));
}

for (const [grease, reserved] of [
  [undefined, 1],
  [true, 1],
  [false, 0],
]) {
  test(`with grease: ${grease} a client offers ${reserved} reserved cipher suites, and connects`, async () => {
    const trace = [];
    const { client, server } = await connected({ grease, alpn: ["mqtt"], onTrace: (event) => trace.push(event) });
    assert.equal(offeredSuites(trace).filter(isReserved).length, reserved);
    await write(client.writable, "ping");
    assert.equal(String(await read(server.readable)), "ping");
    await Promise.all([client.close(), server.close()]);
  });
}

test("setGrease changes what the core's client offers", () => {
  const hello = (configure) => {
    const config = new Config("client");
    const psk = new ExternalPsk(new Uint8Array(4), new Uint8Array(32).fill(9));
    config.appendPsk(psk);
    configure(config);
    const connection = new Connection(config, new Uint8Array(32).fill(1));
    connection.start();
    const bytes = connection.pollTransmit();
    for (const object of [psk, config, connection]) object.free();
    return bytes;
  };
  const by = (on) => hello((config) => config.setGrease(on));
  assert.deepEqual(
    hello(() => {}),
    by(true),
  );
  assert.ok(by(true).length > by(false).length);
});
