// A connection that sleeps behind each message, in front of peers that know nothing of it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { init, MessageConnection } from "tls-psk/full/hibernation";
import { startFieldClient, startFieldServer } from "./support/field.mjs";
import { REVERSE, startSClient, startSServer } from "./support/openssl.mjs";
import { deferred, PSK } from "./support/peers.mjs";

await init();

const SUSPENSIONS = 100;
const stateKeys = [new Uint8Array(32).fill(7)];

/** Our side over TCP, asleep whenever nothing happens. */
class Sleeper {
  suspensions = 0;
  #text = "";
  #wanted = deferred();

  constructor(role, tcp) {
    this.role = role;
    this.options = { transmit: (bytes) => tcp.write(bytes), stateKeys };
    const options = { ...this.options, psks: [PSK], allowBothRoles: true };
    this.tls = role === "client" ? MessageConnection.connect(options) : MessageConnection.accept(options);
    this.opened = deferred();
    tcp.on("data", (message) => this.#awake((connection) => connection.receive(message)));
    tcp.on("error", (cause) => this.#wanted.reject(cause));
  }

  /** Wakes the connection for a call, and puts it to sleep again. */
  #awake(call) {
    try {
      if (this.asleep) this.tls = MessageConnection.wake(this.role, this.asleep, this.options);
      this.asleep = undefined;
      for (const data of call(this.tls) ?? []) this.#text += Buffer.from(data).toString();
      if (this.tls.isOpen) {
        this.opened.resolve(this.tls.negotiated);
        if (!this.tls.hasEnded) {
          this.asleep = this.tls.sleep();
          this.suspensions++;
        }
      }
      this.#wanted.resolve();
    } catch (cause) {
      this.opened.reject(cause);
      this.#wanted.reject(cause);
    }
  }

  send(text) {
    this.#awake((connection) => connection.send(text));
  }

  updateKeys() {
    this.#awake((connection) => connection.updateKeys({ requestPeer: true }));
  }

  async read(length) {
    while (this.#text.length < length) {
      this.#wanted = deferred();
      await this.#wanted.promise;
    }
    const text = this.#text.slice(0, length);
    this.#text = this.#text.slice(length);
    return text;
  }

  /** Lines there and back, until it has slept often enough; some of them long, some behind a change of keys. */
  async converse({ answer = (text) => text, updates = true } = {}) {
    await this.opened.promise;
    for (let round = 0; this.suspensions < SUSPENSIONS; round++) {
      if (updates && round % 10 === 3) this.updateKeys();
      const line = `${round} ${"x".repeat(round % 7 === 1 ? 3000 : 3)}`;
      this.send(`${line}\n`);
      assert.equal(await this.read(line.length + 1), `${answer(line)}\n`);
    }
  }
}

/** Our client at a server's port. */
async function sleepingClient(t, port) {
  const tcp = createConnection({ host: "127.0.0.1", port: Number(port), noDelay: true });
  await once(tcp, "connect");
  t.after(() => tcp.destroy());
  return new Sleeper("client", tcp);
}

/** Our server, for one client. */
async function sleepingServer(t) {
  const { promise, resolve } = deferred();
  const server = createServer({ noDelay: true }, (tcp) => {
    t.after(() => tcp.destroy());
    server.close();
    resolve(new Sleeper("server", tcp));
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: server.address().port, sleeper: promise };
}

const THEIRS = { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" };

// Mbed TLS has no KeyUpdate.
for (const [name, updates] of [
  ["Mbed TLS", false],
  ["wolfSSL", true],
]) {
  test(`${name}'s server does not notice that the client sleeps`, async (t) => {
    const { port } = await startFieldServer(t, name, PSK);
    const sleeper = await sleepingClient(t, port);
    await sleeper.converse({ updates });
  });

  test(`${name}'s client does not notice that the server sleeps`, async (t) => {
    const { port, sleeper } = await sleepingServer(t);
    startFieldClient(t, name, port, PSK);
    await (await sleeper).converse({ updates });
  });
}

test("OpenSSL's server does not notice that the client sleeps", async (t) => {
  const { port } = await startSServer(t, [REVERSE]);
  const sleeper = await sleepingClient(t, port);
  await sleeper.converse({ answer: (line) => [...line].reverse().join("") });
});

test("OpenSSL's client does not notice that the server sleeps", async (t) => {
  const { port, sleeper } = await sleepingServer(t);
  const client = startSClient(t, port);
  const server = await sleeper;
  await server.opened.promise;
  for (let round = 0; server.suspensions < SUSPENSIONS; round++) {
    client.write(`line ${round}\n`);
    assert.equal(await server.read(`line ${round}\n`.length), `line ${round}\n`);
    server.send(`answer ${round}.\n`);
    await client.printed(new RegExp(`answer ${round}\\.`));
  }
});

test("Node's server does not notice that the client sleeps", async (t) => {
  const pskCallback = (_socket, identity) => (identity === PSK.identity ? PSK.secret : null);
  const server = tls.createServer({ ...THEIRS, pskCallback }, (socket) => socket.pipe(socket));
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  await (await sleepingClient(t, server.address().port)).converse();
});

test("Node's client does not notice that the server sleeps", async (t) => {
  const { port, sleeper } = await sleepingServer(t);
  const pskCallback = () => ({ identity: PSK.identity, psk: PSK.secret });
  const client = tls.connect({ ...THEIRS, host: "127.0.0.1", port, pskCallback, checkServerIdentity() {} });
  t.after(() => client.destroy());
  client.pipe(client);
  await (await sleeper).converse();
});
