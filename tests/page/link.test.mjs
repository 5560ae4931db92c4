// Links to the page: what they carry, what they must not, and that anybody may have written them.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { pure } from "./support/bundled.mjs";

let page;
before(async () => {
  page = await pure("handshake/link", "handshake/scenes");
});

const stateOf = (changes = {}) => ({ preset: "one", scene: page.PRESETS[0].scene, meddlings: [], ...changes });
const sceneIn = (link) => Buffer.from(new URLSearchParams(link.slice(1)).get("scene"), "base64url").toString();
const linkWith = (scene) => `#scene=${Buffer.from(JSON.stringify(scene)).toString("base64url")}`;

test("a preset goes by its name, and each comes back as it was", () => {
  for (const { id, scene } of page.PRESETS) {
    const link = page.linkOf(stateOf({ preset: id, scene }));
    assert.equal(link, `#preset=${id}`);
    const read = page.readLink(link);
    assert.deepEqual([read.preset, read.scene, read.secretsLeftOut], [id, scene, false]);
    // what comes of a link can be edited without an end of the preset
    assert.notEqual(read.scene, scene);
  }
});

test("all that is open comes back", () => {
  const state = stateOf({
    meddlings: [
      { kind: "flip", flight: 0, at: 10, bits: 1 },
      { kind: "binders", flight: 0, first: 0, second: 1 },
      { kind: "cut", flight: 1, record: 0 },
      { kind: "secret", side: "server", key: 0 },
    ],
    open: 3,
    value: { side: "client", id: "Main Secret<derived<Early Secret" },
    attack: "downgrade",
    step: "attacks",
    check: "AQAAJw-_",
  });
  const { meddlings, open, value, attack, step, check } = page.readLink(page.linkOf(state));
  const { preset: _, scene: __, ...rest } = state;
  assert.deepEqual({ meddlings, open, value, attack, step, check }, rest);
});

test("a scene of one's own carries the names of shown secrets, and numbers in the place of others", () => {
  const scene = page.copyOf(page.PRESETS.find(({ id }) => id === "several").scene);
  const secret = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  const other = secret.replace("00", "ff");
  scene.client.keys[0].secret = secret;
  scene.server.keys[0].secret = ` ${secret.toUpperCase()}`;
  scene.server.keys[1].secret = other;
  const link = page.linkOf(stateOf({ preset: "edited", scene }));
  assert.doesNotMatch(sceneIn(link), /[0-9a-f]{16}/i);
  const read = page.readLink(link);
  assert.deepEqual([read.preset, read.secretsLeftOut], ["edited", true]);
  const [client, server] = [read.scene.client, read.scene.server].map(({ keys }) => keys.map(({ secret }) => secret));
  // the same for the same, and another for another
  assert.equal(client[0], server[0]);
  assert.notEqual(server[0], server[1]);
  assert.match(client[0], /^[0-9a-f]{64}$/);
  assert.ok(![secret, other].includes(client[0]) && ![secret, other].includes(server[1]));
  // those that the page shows anyway are the same again
  assert.deepEqual(
    client.slice(1),
    scene.client.keys.slice(1).map(({ secret }) => secret),
  );
});

test("what stands in for a secret is as long as its hash", () => {
  const scene = page.copyOf(page.PRESETS[0].scene);
  Object.assign(scene.client.keys[0], { secret: "ab".repeat(48), hmac: "SHA-384" });
  const [key] = page.readLink(page.linkOf(stateOf({ preset: "edited", scene }))).scene.client.keys;
  assert.equal(key.secret.length, 96);
});

test("nonsense is left out, whatever it is", () => {
  const empty = { secretsLeftOut: false, attack: undefined, step: undefined };
  for (const link of [
    "",
    "#",
    "#preset=none",
    "#scene=e30",
    "#scene=%%%",
    "#scene=bnVsbA",
    "#open=x&value=q",
    "#open=-1",
  ]) {
    assert.deepEqual(page.readLink(link), empty, link);
  }
  for (const link of ["#meddle=W10", "#meddle=W3t9XQ"])
    assert.deepEqual(page.readLink(link), { ...empty, meddlings: [] });
  assert.equal(page.readLink("#check=%3Cscript%3E").check, undefined);
  assert.equal(page.readLink(`#check=${"A".repeat(100_001)}`).check, undefined);
});

test("a scene with something that no setting can be is left out as a whole", () => {
  const { scene } = page.PRESETS[0];
  assert.equal(page.readLink(linkWith(scene)).preset, "edited");
  for (const spoil of [
    (it) => delete it.client,
    (it) => (it.client.keys = "lamp"),
    (it) => (it.client.keys[0].hmac = "MD5"),
    (it) => (it.client.keys[0].identity = 7),
    (it) => (it.client.modes = []),
    (it) => (it.client.groups = ["x448"]),
    (it) => (it.server.suites = ["TLS_NULL"]),
    (it) => (it.server.selection = "random"),
    (it) => (it.server.tickets = "two"),
    (it) => (it.client.earlyData = "yes"),
    (it) => (it.greeting = null),
    (it) => (it.seed = -1),
  ]) {
    const copy = page.copyOf(scene);
    spoil(copy);
    assert.equal(page.readLink(linkWith(copy)).scene, undefined, String(spoil));
  }
});

test("meddlings that cannot be are left out, and the others stay", () => {
  const meddlings = [
    { kind: "drop", flight: 1, record: 0 },
    { kind: "drop", flight: "1", record: 0 },
    { kind: "melt", flight: 1 },
    null,
    { kind: "secret", side: "middle", key: 0 },
  ];
  const link = `#meddle=${Buffer.from(JSON.stringify(meddlings)).toString("base64url")}`;
  assert.deepEqual(page.readLink(link).meddlings, meddlings.slice(0, 1));
});
