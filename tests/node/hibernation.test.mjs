// Connections that sleep: the peer notices nothing, and a state is used once.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { MessageConnection } from "tls-psk/full/hibernation";
import { memoryOf } from "./support/wasm-memory.mjs";

/** The memory of the WebAssembly. */
let memory;
before(async () => {
  const { init } = await import("tls-psk/full");
  await init();
  const glue = await import(new URL("./wasm/tls_psk.js", import.meta.resolve("tls-psk/full")));
  const instance = glue.initSync({ module: readFileSync(fileURLToPath(import.meta.resolve("tls-psk/full/wasm"))) });
  const exported = memoryOf(instance);
  memory = () => Buffer.from(exported.buffer);
});

const text = (chunks) => Buffer.concat(chunks).toString();
const stateKeys = [randomBytes(32)];

/** A client and a server, each with the bytes that are on their way to it, and what it has received. */
class Ends {
  constructor({ client = {}, server = {} } = {}) {
    const psk = { identity: "device-7", secret: randomBytes(32) };
    const common = { psks: [psk], allowBothRoles: true };
    this.options = {
      client: { transmit: (bytes) => this.arriving.server.push(bytes), stateKeys, ...client },
      server: { transmit: (bytes) => this.arriving.client.push(bytes), stateKeys, ...server },
    };
    this.arriving = { client: [], server: [] };
    this.received = { client: [], server: [] };
    this.server = MessageConnection.accept({ ...common, ...this.options.server });
    this.client = MessageConnection.connect({ ...common, ...this.options.client });
  }

  /** Carries bytes until nothing moves; `after` is called with the role behind each message. */
  carry(after = () => {}, size = Number.POSITIVE_INFINITY) {
    while (this.arriving.client.length + this.arriving.server.length > 0) {
      for (const role of ["client", "server"]) {
        const message = this.arriving[role].shift();
        if (message === undefined) continue;
        if (message.length > size) this.arriving[role].unshift(message.slice(size));
        this.received[role].push(...this[role].receive(message.slice(0, size)));
        after(role);
      }
    }
    return this;
  }

  /** Puts an end to sleep, as far as JSON goes, and wakes it. */
  nap(role) {
    const asleep = structuredClone(this[role].sleep());
    this[role] = MessageConnection.wake(role, asleep, this.options[role]);
    return asleep;
  }
}

const open = (options) => new Ends(options).carry();

for (const size of [1, 7, 1000]) {
  test(`both ends sleep behind each message, in pieces of ${size} bytes`, () => {
    const ends = open();
    const [before, exported] = [ends.client.negotiated, ends.client.exportKeyingMaterial("test", undefined, 16)];
    for (let round = 0; round < 5; round++) {
      ends.client.send(`question ${round};`);
      if (round === 2) ends.server.updateKeys({ requestPeer: true });
      ends.carry((role) => ends.nap(role), size);
      ends.server.send(`answer ${round};`);
      ends.carry((role) => ends.nap(role), size);
    }
    assert.equal(text(ends.received.server), "question 0;question 1;question 2;question 3;question 4;");
    assert.equal(text(ends.received.client), "answer 0;answer 1;answer 2;answer 3;answer 4;");
    assert.deepEqual(ends.client.negotiated, before);
    assert.deepEqual(ends.client.exportKeyingMaterial("test", undefined, 16), exported);
    assert.deepEqual(ends.server.exportKeyingMaterial("test", undefined, 16), exported);
    assert.equal(text([ends.server.negotiated.pskIdentity]), "device-7");
    assert.equal(ends.server.isOpen, true);
  });
}

test("a state is small, and used once", () => {
  const ends = open();
  const first = ends.nap("server");
  assert.ok(first.state.length < 400, `${first.state.length} bytes`);
  assert.equal(first.received, undefined);
  const second = ends.nap("server");
  for (const used of [first, second]) {
    assert.throws(() => MessageConnection.wake("server", used, ends.options.server), { code: "ERR_TLS_STATE" });
  }
  ends.server.send("still awake");
  assert.equal(text(ends.carry().received.client), "still awake");
});

test("the connection that was put to sleep can do nothing more", () => {
  const { server } = open();
  server.sleep();
  for (const call of [
    () => server.send("x"),
    () => server.receive(new Uint8Array(1)),
    () => server.sleep(),
    () => server.updateKeys(),
    () => server.exportKeyingMaterial("test", undefined, 16),
  ]) {
    assert.throws(call, { code: "ERR_TLS_USAGE", message: /asleep/ });
  }
});

test("what was changed, sealed with other keys, for another scope or the other role is refused", () => {
  const ends = open({ server: { scope: "object 7" } });
  ends.client.send("half");
  const [message] = ends.arriving.server;
  ends.server.receive(message.slice(0, 9));
  const asleep = ends.server.sleep();
  const options = ends.options.server;
  const refused = (role, state, changes = {}) =>
    assert.throws(() => MessageConnection.wake(role, state, { ...options, ...changes }), { code: "ERR_TLS_STATE" });
  const changed = (bytes) => bytes.map((byte, at) => (at === 30 ? byte ^ 1 : byte));
  refused("server", { ...asleep, state: changed(asleep.state) });
  refused("server", { ...asleep, received: changed(asleep.received) });
  refused("server", { state: asleep.state });
  refused("server", asleep, { stateKeys: [randomBytes(32)] });
  refused("server", asleep, { scope: "object 8" });
  refused("client", asleep);
  refused("server", asleep, { isNewest: () => false });
  refused("server", asleep, { isNewest: async () => true });

  let name;
  const isNewest = (state) => {
    name = state;
    return true;
  };
  const rotated = { ...options, stateKeys: [randomBytes(32), ...stateKeys], isNewest };
  const server = MessageConnection.wake("server", asleep, rotated);
  assert.deepEqual([name.counter, name.id.length], [1, 16]);
  assert.equal(text(server.receive(message.slice(9))), "half");
});

test("only an open connection sleeps, and one that may not goes on", () => {
  const ends = new Ends();
  for (const role of ["client", "server"]) {
    assert.throws(() => ends[role].sleep(), { code: "ERR_TLS_USAGE", message: /handshake/ });
  }
  ends.carry();
  ends.nap("client");
  ends.client.close();
  ends.nap("client");
  assert.throws(() => ends.client.send("x"), { code: "ERR_TLS_USAGE" });
  ends.carry();
  assert.equal(ends.server.hasEnded, true);
  ends.nap("server");
  assert.equal(ends.server.hasEnded, true);
  ends.server.send("to the half that listens");
  ends.server.close();
  ends.carry();
  assert.equal(text(ends.received.client), "to the half that listens");
  assert.throws(() => ends.server.sleep(), { code: "ERR_TLS_USAGE", message: /closed/ });
  ends.client.transportClosed();
});

test("a selection is asked for and answered, however long it takes", async () => {
  const secret = randomBytes(32);
  const psk = { identity: "device-7", secret };
  const keys = new Map([["device-7", secret]]);
  const selectPsk = async ([offered]) => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const key = keys.get(text([offered.identity]));
    return key && { identity: offered.identity, secret: key };
  };
  const ends = new Ends({ client: { psks: [psk] }, server: { psks: [], selectPsk } });
  ends.carry();
  assert.equal(ends.server.isAsking, true);
  assert.throws(() => ends.server.sleep(), { code: "ERR_TLS_USAGE", message: /question/ });
  assert.deepEqual(await ends.server.answer(), []);
  ends.carry();
  assert.equal(ends.server.isOpen && ends.client.isOpen, true);

  keys.clear();
  const stranger = new Ends({ client: { psks: [psk] }, server: { psks: [], selectPsk } });
  stranger.carry();
  await assert.rejects(stranger.server.answer(), { code: "ERR_TLS_DECRYPT" });
  assert.throws(() => stranger.carry(), { code: "ERR_TLS_ALERT_RECEIVED", alert: "decrypt_error" });
});

test("what arrived before a failure is not lost", () => {
  const ends = open();
  ends.nap("server");
  ends.client.send("whole");
  const [message] = ends.arriving.server;
  const broken = Buffer.concat([message, message]);
  assert.throws(() => ends.server.receive(broken), { code: "ERR_TLS_BAD_RECORD_MAC" });
  assert.equal(text(ends.server.take()), "whole");
  assert.throws(() => ends.server.send("x"), { code: "ERR_TLS_BAD_RECORD_MAC" });
  ends.arriving.server = [];
  assert.throws(() => ends.carry(), { code: "ERR_TLS_ALERT_RECEIVED" });
});

test("an end without close_notify is a truncation", () => {
  const ends = open();
  ends.nap("server");
  assert.throws(() => ends.server.transportClosed(), { code: "ERR_TLS_TRUNCATED" });
});

test("a ticket arrives while the client sleeps", () => {
  const sessions = [];
  const onSession = (session) => sessions.push(session);
  const ends = new Ends({ client: { onSession }, server: { tickets: {} } });
  ends.carry((role) => ends[role].isOpen && ends.nap(role), 50);
  assert.equal(sessions.length, 1);
  assert.ok(sessions[0].bytes.length > 100 && sessions[0].expiresAt > Date.now());
});

test("options that such a connection cannot have are refused by name", () => {
  const options = { psks: [{ identity: "x", secret: randomBytes(32) }], transmit() {}, stateKeys };
  for (const name of ["handshakeTimeout", "signal", "earlyData", "acceptEarlyData"]) {
    const refused = { code: "ERR_TLS_CONFIG", message: new RegExp(name) };
    assert.throws(() => MessageConnection.accept({ ...options, [name]: undefined }), refused);
  }
  for (const [name, value] of [
    ["transmit", undefined],
    ["stateKeys", []],
    ["stateKeys", undefined],
    ["stateKeys", [new Uint8Array(31)]],
  ]) {
    const refused = { code: "ERR_TLS_CONFIG", message: /transmit|key/ };
    assert.throws(() => {
      const server = MessageConnection.accept({ ...options, [name]: value });
      // The length of a key is seen when it is used.
      if (value?.length)
        MessageConnection.wake("server", { state: new Uint8Array(400) }, { ...options, [name]: value });
      server.free();
    }, refused);
  }
  assert.throws(() => open().server.receive("text"), { code: "ERR_TLS_CONFIG", message: /binary/ });
});

test("nothing of a connection's secrets is left in the WebAssembly when it sleeps", () => {
  const lines = [];
  const ends = open({ server: { onKeylog: (line) => lines.push(line) } });
  const secrets = lines.map((line) => Buffer.from(line.split(" ")[2], "hex"));
  const names = lines.map((line) => line.split(" ")[0]);
  const left = () => names.filter((_, at) => memory().includes(secrets[at]));
  ends.client.free();
  assert.deepEqual(left(), ["CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0", "EXPORTER_SECRET"]);
  const asleep = ends.server.sleep();
  assert.deepEqual(left(), []);
  const server = MessageConnection.wake("server", asleep, ends.options.server);
  assert.equal(left().length, 3);
  server.send("x");
  server.free();
  assert.deepEqual(left(), []);
});
