// Scenes played without a page: how each preset ends, what the settings change, and what somebody on the wire breaks.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { bundled } from "./support/bundled.mjs";

let page;
before(async () => {
  page = await bundled("handshake/exchange", "handshake/scenes", "handshake/difference", "page/bytes");
});

const preset = (id) => page.copyOf(page.PRESETS.find((one) => one.id === id).scene);

/** Plays a scene to where it stands still, and gives the memory back when the test ends. */
function play(t, scene, options) {
  const exchange = new page.Exchange(scene, options);
  t.after(() => exchange.free());
  return exchange;
}

const said = ({ entries }) => entries.map(({ from, name }) => `${from}: ${name}`);
const outcomes = ({ offers }) => offers.map(({ psks }) => psks.map(({ outcomes }) => outcomes.at(-1)));
const codes = ({ faults }) => faults.map(({ side, error }) => `${side}: ${error.code}`);
const alerts = ({ entries }) => entries.filter(({ fatal }) => fatal).map(({ from, name }) => `${from}: ${name}`);

test("a scene plays to the same bytes each time, and to others with another seed", (t) => {
  const wire = (scene) => Buffer.concat(play(t, scene).flights.map(({ bytes }) => bytes)).toString("hex");
  const scene = preset("one");
  assert.equal(wire(scene), wire(preset("one")));
  assert.notEqual(wire({ ...scene, seed: 2 }), wire(scene));
});

test("both sides report the same, and derive the same for the application", (t) => {
  for (const id of ["one", "several", "retry", "imported", "early", "ticket", "resumed"]) {
    const { stage, negotiated, exportsMatch, faults } = play(t, preset(id));
    assert.deepEqual([stage, exportsMatch, faults], ["connected", true, []], id);
    for (const name of ["pskIdentity", "pskMode", "cipherSuite", "group", "earlyData", "helloRetryRequest"]) {
      assert.deepEqual(negotiated.client[name], negotiated.server[name], `${id}: ${name}`);
    }
  }
});

test("what is changed by one side alone keeps the two apart", (t) => {
  const renamed = preset("one");
  renamed.server.keys[0].identity = "lamp-8";
  const unknown = play(t, renamed);
  assert.deepEqual([unknown.stage, outcomes(unknown)], ["failed", [["unknown"]]]);
  renamed.client.keys[0].identity = "lamp-8";
  assert.deepEqual(outcomes(play(t, renamed)), [["verified"]]);
});

test("the core refuses a short key, and a client without keys", (t) => {
  const short = preset("one");
  short.client.keys[0].secret = "0123";
  const refused = play(t, short);
  assert.deepEqual([refused.stage, codes(refused)], ["refused", ["client: ERR_TLS_PSK"]]);
  const without = preset("one");
  without.client.keys = [];
  const bare = play(t, without);
  assert.deepEqual([bare.stage, codes(bare), said(bare)], ["refused", ["client: ERR_TLS_USAGE"], []]);
});

test("an import needs the same context on both sides", (t) => {
  const scene = preset("one");
  scene.client.keys[0].context = "A to B";
  assert.equal(play(t, scene).stage, "failed");
  scene.server.keys[0].context = "A to B";
  assert.equal(play(t, scene).stage, "connected");
  scene.server.keys[0].context = "B to A";
  assert.equal(play(t, scene).stage, "failed");
});

test("every group, suite and mode of the settings can be played", (t) => {
  for (const modes of page.CHOICES.modes) {
    const scene = preset("one");
    for (const side of ["client", "server"]) scene[side].modes = [...modes];
    assert.equal(play(t, scene).negotiated.client.pskMode, modes.includes("psk_dhe_ke") ? "psk_dhe_ke" : modes[0]);
  }
  for (const groups of page.CHOICES.groups) {
    const scene = preset("one");
    for (const side of ["client", "server"]) scene[side].groups = [...groups];
    assert.equal(play(t, scene).negotiated.client.group, groups[0]);
  }
  for (const suites of page.CHOICES.suites) {
    const scene = preset("imported");
    for (const side of ["client", "server"]) scene[side].suites = [...suites];
    assert.ok(suites.includes(play(t, scene).negotiated.client.cipherSuite));
  }
});

test("a HelloRetryRequest has a cookie if its state is in one", (t) => {
  const scene = preset("retry");
  const hasCookie = (exchange) => {
    const retry = exchange.entries.find(({ name }) => name === "hello_retry_request");
    return retry.fields.some(({ value }) => value === "cookie");
  };
  assert.equal(hasCookie(play(t, scene)), false);
  scene.server.retryState = "cookie";
  const exchange = play(t, scene);
  assert.deepEqual([exchange.stage, hasCookie(exchange)], ["connected", true]);
});

test("what arrives is what was said, early data before the handshake is complete", (t) => {
  const exchange = play(t, preset("early"));
  const arrived = exchange.arrived.map(({ at, bytes, early }) => [at, Buffer.from(bytes).toString(), early]);
  const greeting = "Is the gate shut?";
  assert.deepEqual(arrived, [
    ["server", greeting, true],
    ["server", greeting, false],
    ["client", greeting, false],
  ]);
  const rejected = play(t, preset("early"), { acceptsEarlyData: () => false });
  assert.equal(rejected.negotiated.client.earlyData, "rejected");
  exchange.close();
  assert.deepEqual(
    [exchange.stage, said(exchange).slice(-2)],
    ["closed", ["client: close_notify", "server: close_notify"]],
  );
});

test("the server waits until it is answered, and goes on waiting after an impossible answer", (t) => {
  const exchange = play(t, preset("waiting"));
  assert.deepEqual([exchange.stage, exchange.state("server")], ["waiting", "SELECTING_PSK"]);
  exchange.select(0);
  assert.deepEqual([exchange.stage, exchange.complaint.error.code], ["waiting", "ERR_TLS_USAGE"]);
  exchange.select(2);
  assert.deepEqual([exchange.stage, exchange.complaint], ["connected", undefined]);
  assert.equal(Buffer.from(exchange.negotiated.server.pskIdentity).toString(), "gate-2");
  for (const [answer, alert] of [
    ["none", "decrypt_error"],
    ["timeout", "internal_error"],
  ]) {
    const other = play(t, preset("waiting"));
    other.select(answer);
    assert.deepEqual([other.stage, said(other)], ["failed", ["client: client_hello", `server: ${alert}`]]);
  }
});

test("the first difference is named, and nothing where there is none", (t) => {
  const first = (id, change = () => {}, options = undefined) => {
    const scene = preset(id);
    change(scene);
    return page.firstDifference(play(t, scene, options));
  };
  assert.equal(first("wrong-secret"), "First difference: the PSK “lamp-7”, byte 0 (client 0x8e, server 0x8f).");
  assert.equal(first("unknown"), "First difference: the PSK “mast-9”, which the server does not have.");
  assert.equal(first("imported"), undefined);
  const other = (scene) => Object.assign(scene.server.keys[0], { context: "other" });
  assert.match(first("imported", other), /import context of the PSK “pump-5”, “pumps to control room” and “other”/);
  const hash = (scene) => Object.assign(scene.server.keys[0], { hmac: "SHA-384" });
  assert.match(first("one", hash), /the hash of the PSK “lamp-7”, SHA-256 and SHA-384/);
  const cut = (scene) => Object.assign(scene.server.keys[0], { secret: scene.client.keys[0].secret.slice(0, 32) });
  assert.match(first("one", cut), /byte 16 \(client 0x.., server nothing\)/);
  // behind the header of the record
  const meddlings = [{ kind: "flip", flight: 0, at: 15, bits: 1 }];
  assert.match(
    first("one", () => {}, { meddlings }),
    /^First difference: client_hello, byte 10 \(client 0x.., server 0x..\)\.$/,
  );
});

test("somebody on the wire is noticed, by the check that is due", (t) => {
  const scene = preset("several");
  const plain = play(t, preset("one"));
  const server = plain.flights.findIndex(({ from }) => from === "server");
  const record = plain.flights[server].records.findIndex(({ type }) => type === "application_data");
  const { start, end } = plain.flights[server].records[record];
  for (const [what, meddling, expected, of] of [
    ["a bit of the ClientHello", { kind: "flip", flight: 0, at: 15, bits: 1 }, "server: decrypt_error"],
    [
      "a bit of a protected message",
      { kind: "flip", flight: server, at: start + 7, bits: 1 },
      "client: bad_record_mac",
    ],
    ["a bit of a tag", { kind: "flip", flight: server, at: end - 1, bits: 1 }, "client: bad_record_mac"],
    ["a record that is taken out", { kind: "drop", flight: server, record }, "client: bad_record_mac"],
    ["binders of each other", { kind: "binders", flight: 0, first: 0, second: 1 }, "server: decrypt_error", scene],
    [
      "identities of each other",
      { kind: "identities", flight: 0, first: 0, second: 1 },
      "server: decrypt_error",
      scene,
    ],
    ["a bit of a secret", { kind: "secret", side: "client", key: 0 }, "server: decrypt_error"],
  ]) {
    const exchange = play(t, of ?? preset("one"), { meddlings: [meddling] });
    assert.deepEqual([exchange.stage, alerts(exchange)], ["failed", [expected]], what);
  }
  const cut = play(t, preset("one"), { meddlings: [{ kind: "cut", flight: server, record: 0 }] });
  const ended = ["client", "server"].map((side) => `${side}: ERR_TLS_HANDSHAKE_FAILURE`);
  assert.deepEqual([cut.stage, codes(cut)], ["failed", ended]);
});

test("the same bit of both secrets is no difference", (t) => {
  const meddlings = ["client", "server"].map((side) => ({ kind: "secret", side, key: 0 }));
  assert.equal(play(t, preset("one"), { meddlings }).stage, "connected");
});

test("a bit of any byte of the ClientHello never leads to a connection", (t) => {
  const { length } = play(t, preset("one")).flights[0].bytes;
  // the header of a record is no part of what is hashed, and the version in it is ignored
  for (let at = 5; at < length; at++) {
    const exchange = play(t, preset("one"), { meddlings: [{ kind: "flip", flight: 0, at, bits: 1 }] });
    assert.notEqual(exchange.stage, "connected", `byte ${at}`);
  }
});
