// Server options that are used more than once: their configuration is cached, as long as they are unchanged.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { before, test } from "node:test";
import { acceptTls, init, prepareServer, startTls } from "tls-psk";
import { pipe, psk, rejection } from "./support/streams.mjs";

before(() => init());

const key = (identity) => ({ identity, secret: randomBytes(32) });

/** Whether a client with these options gets in. */
async function getsIn(server, clientPsk, clientOptions = {}) {
  const [clientEnd, serverEnd] = pipe();
  const client = startTls(clientEnd, { psks: [clientPsk], allowBothRoles: true, ...clientOptions });
  const accepted = acceptTls(serverEnd, server);
  const [outcome] = await Promise.allSettled([client.opened, accepted.opened]);
  if (outcome.status === "rejected") {
    assert.equal(outcome.reason.alert, "decrypt_error");
    return false;
  }
  await Promise.all([client.close(), accepted.close()]);
  return outcome.value;
}

test("options that stay the same serve any number of connections", async () => {
  const known = [key("one"), { ...key("two"), context: Buffer.from("context") }];
  const server = { psks: known, allowBothRoles: true };
  for (let round = 0; round < 5; round++) {
    for (const one of known) assert.ok(await getsIn(server, one), `round ${round}`);
    assert.equal(await getsIn(server, key("one")), false);
    assert.equal(await getsIn(server, key("three")), false);
  }
});

for (const [how, change] of [
  ["a secret is overwritten in place", (server, { secret }) => server.psks[0].secret.set(secret)],
  ["a secret is replaced", (server, { secret }) => Object.assign(server.psks[0], { secret })],
  ["a PSK is replaced", (server, fresh) => server.psks.splice(0, 1, fresh)],
  ["the list is replaced", (server, fresh) => Object.assign(server, { psks: [fresh] })],
  [
    "a PSK has accessors",
    (server, fresh) => {
      server.psks[0].fresh = fresh;
    },
  ],
]) {
  test(`what options say now is what counts: ${how}`, async () => {
    class Device {
      constructor(identity, secret) {
        Object.assign(this, { identity, secret });
      }
    }
    class Accessors {
      #old = key("device");
      get identity() {
        return "device";
      }
      get secret() {
        return (this.fresh ?? this.#old).secret;
      }
    }
    const first = how.endsWith("accessors") ? new Accessors() : new Device("device", randomBytes(32));
    const old = { identity: "device", secret: Buffer.from(first.secret) };
    const fresh = key("device");
    const server = { psks: [first], allowBothRoles: true };
    for (let round = 0; round < 3; round++) assert.ok(await getsIn(server, old));
    change(server, fresh);
    for (let round = 0; round < 3; round++) {
      assert.equal(await getsIn(server, old), false, `the old key, round ${round}`);
      assert.ok(await getsIn(server, fresh), `the new key, round ${round}`);
    }
  });
}

test("what options say now is what counts, in everything else too", async () => {
  const known = psk("device");
  const server = { psks: [known], allowBothRoles: true };
  for (let round = 0; round < 3; round++) assert.ok(await getsIn(server, known));
  server.alpn = ["mqtt"];
  assert.equal((await getsIn(server, known, { alpn: ["mqtt"] })).alpn, "mqtt");
  server.alpn.unshift("http/1.1");
  assert.equal((await getsIn(server, known, { alpn: ["mqtt", "http/1.1"] })).alpn, "http/1.1");
  server.groups = ["secp256r1"];
  assert.equal((await getsIn(server, known)).group, "secp256r1");
  let asked = 0;
  server.selectPsk = (offered) => {
    asked++;
    return offered[0];
  };
  assert.ok(await getsIn(server, known));
  assert.equal(asked, 1);
  const lines = [];
  server.onKeylog = (line) => lines.push(line);
  assert.ok(await getsIn(server, known));
  assert.ok(lines.length > 0);
});

test("tickets of prepared options resume, and their keys change with time", async () => {
  let now = 1_780_000_000_000;
  const known = psk("device");
  const server = prepareServer({ psks: [known], tickets: {}, allowBothRoles: true, now: () => now });
  const sessions = [];
  const options = { now: () => now, onSession: (session) => sessions.push(session) };
  const connect = async (more) => {
    const [clientEnd, serverEnd] = pipe();
    const client = startTls(clientEnd, { allowBothRoles: true, ...options, ...more });
    const accepted = acceptTls(serverEnd, server);
    const { pskKind } = await accepted.opened;
    const writer = accepted.writable.getWriter();
    await writer.write(Buffer.from("data"));
    await client.readable.getReader().read();
    await Promise.all([client.close(), accepted.close()]);
    return pskKind;
  };
  assert.equal(await connect({ psks: [known] }), "external");
  assert.equal(await connect({ psks: [known], sessions: [sessions.at(-1)] }), "resumption");
  now += 90 * 60 * 1000;
  assert.equal(await connect({ psks: [known], sessions: [sessions.at(-1)] }), "resumption");
});

test("prepared options are a copy, and wrong ones are refused at once", async () => {
  const known = key("device");
  const options = { psks: [{ ...known, secret: Buffer.from(known.secret) }], allowBothRoles: true };
  const server = prepareServer(options);
  options.psks[0].secret.fill(7);
  options.psks.push(key("other"));
  for (let round = 0; round < 3; round++) assert.ok(await getsIn(server, known));
  assert.equal(await getsIn(server, options.psks[1]), false);
  assert.throws(() => {
    server.psks = [];
  }, TypeError);

  assert.throws(() => prepareServer({ psks: [{ identity: "device", secret: "password" }] }), { code: "ERR_TLS_PSK" });
  assert.throws(() => prepareServer({ psks: [key("twice"), key("twice")] }), { code: "ERR_TLS_PSK" });
  assert.throws(() => prepareServer({ groups: ["P-256"] }), { code: "ERR_TLS_CONFIG" });
  assert.throws(() => prepareServer({ psks: [known], maxOfferedPsks: 0 }), { code: "ERR_TLS_CONFIG" });
});

test("prepared options serve connections with signals and callbacks of their own, and nothing else that differs", async () => {
  const [known, other] = [key("device"), key("device")];
  const asked = [];
  const selectPsk = (name) => (offered) => {
    asked.push(name);
    return offered[0];
  };
  const server = prepareServer({ psks: [known], allowBothRoles: true, selectPsk: selectPsk("prepared") });
  const { signal } = new AbortController();
  for (const name of ["one", "two"]) {
    assert.ok(await getsIn({ ...server, signal, handshakeTimeout: 5_000, selectPsk: selectPsk(name) }, known));
  }
  assert.deepEqual(asked, ["one", "two"]);
  // They are not even looked at.
  const selected = { ...server, selectPsk: selectPsk("three") };
  const overwritten = Buffer.from(server.psks[0].secret);
  server.psks[0].secret.fill(1);
  assert.ok(await getsIn(selected, known));
  server.psks[0].secret.set(overwritten);
  // What makes another configuration is taken at its word.
  const changed = { ...server, psks: [other] };
  assert.ok(await getsIn(changed, other));
  assert.equal(await getsIn(changed, known), false);
  assert.equal((await getsIn({ ...server, alpn: ["mqtt"] }, known, { alpn: ["mqtt"] })).alpn, "mqtt");
  const { selectPsk: _, ...withoutSelection } = server;
  asked.length = 0;
  assert.ok(await getsIn(withoutSelection, known));
  assert.deepEqual(asked, []);
});

test("a server looks at as many of the offered PSKs as it is told, 32 unless told otherwise", async () => {
  const psks = Array.from({ length: 40 }, (_, n) => key(`device-${n}`));
  for (const [options, place, accepted, shown] of [
    [{}, 31, true, 32],
    [{}, 32, false, 32],
    [{ maxOfferedPsks: 40 }, 39, true, 40],
    [{ maxOfferedPsks: 1 }, 1, false, 1],
  ]) {
    const server = { psks: [psks[place]], allowBothRoles: true, ...options };
    assert.equal(Boolean(await getsIn(server, undefined, { psks })), accepted);
    let seen;
    const selectPsk = (offered) => {
      seen = offered.length;
      return offered.some(({ identity }) => Buffer.from(identity).toString() === psks[place].identity)
        ? psks[place]
        : null;
    };
    assert.equal(Boolean(await getsIn({ ...server, psks: [], selectPsk }, undefined, { psks })), accepted);
    assert.equal(seen, shown);
  }
});

test("options that cannot be make the connection fail, whether they are used once or again", async () => {
  const wrong = { groups: ["P-256"] };
  for (let round = 0; round < 3; round++) {
    const [clientEnd, serverEnd] = pipe();
    const server = acceptTls(serverEnd, wrong);
    assert.equal((await rejection(server.opened)).code, "ERR_TLS_CONFIG");
    await clientEnd.readable.cancel();
  }
});
