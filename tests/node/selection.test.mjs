import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { connect, connected, deferred, pipe, psk, read, rejection, settled, write } from "./support/endpoints.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

const text = (bytes) => Buffer.from(bytes).toString();

test("selectPsk knows which suites are possible, and so which PSKs can be used", async () => {
  const psks = [psk("for SHA-256"), psk("for SHA-384", "SHA-384")];
  const { serverInfo } = await connected(
    { psks },
    {
      psks: [],
      cipherSuites: ["TLS_AES_256_GCM_SHA384"],
      selectPsk(offered, { cipherSuites }) {
        assert.deepEqual(cipherSuites, ["TLS_AES_256_GCM_SHA384"]);
        const usable = psks.filter(({ hmac }) => cipherSuites.some((suite) => suite.endsWith(hmac.replace("-", ""))));
        return usable.find(({ identity }) => offered.some((offer) => text(offer.identity) === identity));
      },
    },
  );
  assert.equal(text(serverInfo.pskIdentity), "for SHA-384");
});

test("selectPsk gets the offer in the client's order, the server name and the protocols", async () => {
  const seen = deferred();
  const { serverInfo } = await connected(
    { psks: [psk("first"), psk("second")], serverName: "broker.example", alpn: ["mqtt"] },
    {
      alpn: ["mqtt"],
      selectPsk(offered, context) {
        seen.resolve({ offered, context });
        return psk("second");
      },
    },
  );
  const { offered, context } = await seen.promise;
  assert.deepEqual(
    offered.map(({ identity, index, obfuscatedTicketAge }) => [text(identity), index, obfuscatedTicketAge]),
    [
      ["first", 0, 0],
      ["second", 1, 0],
    ],
  );
  assert.equal(context.serverName, "broker.example");
  assert.deepEqual(context.alpn, ["mqtt"]);
  assert.equal(context.signal.aborted, false);
  assert.equal(text(serverInfo.pskIdentity), "second");
});

test("a selection may take two seconds, and another connection does not notice", async () => {
  const asked = deferred();
  const slow = connect(
    {},
    {
      async selectPsk() {
        asked.resolve();
        await delay(2_000);
        return psk();
      },
    },
  );
  let slowOpened = false;
  slow.server.opened.then(() => {
    slowOpened = true;
  });
  await asked.promise;

  const other = await connected({}, { selectPsk: async () => psk() });
  await write(other.client.writable, "ping");
  assert.equal(text(await read(other.server.readable)), "ping");
  await Promise.all([other.client.close(), other.server.close()]);
  assert.equal(slowOpened, false);

  await Promise.all([slow.client.opened, slow.server.opened]);
  await write(slow.client.writable, "at last");
  assert.equal(text(await read(slow.server.readable)), "at last");
});

test("an element of the offer chooses the server's own PSK of that identity", async () => {
  const { serverInfo } = await connected(
    { psks: [psk("a"), psk("b")] },
    { psks: [psk("a"), psk("b")], selectPsk: (offered) => offered[1] },
  );
  assert.equal(text(serverInfo.pskIdentity), "b");
});

test("an imported identity comes with its parts", async () => {
  const imported = { ...psk(), context: Buffer.from("roles") };
  const seen = deferred();
  await connected(
    { psks: [imported] },
    {
      psks: [imported],
      selectPsk(offered) {
        seen.resolve(offered[0].imported);
        return offered[0];
      },
    },
  );
  const { externalIdentity, context, targetProtocol, targetKdf } = await seen.promise;
  assert.deepEqual([text(externalIdentity), text(context), targetProtocol, targetKdf], ["client", "roles", 0x0304, 1]);
});

test("selectPsk is asked once, also when the server wants a second ClientHello", async () => {
  let calls = 0;
  const { serverInfo } = await connected(
    { groups: ["x25519", "secp256r1"] },
    {
      groups: ["secp256r1"],
      selectPsk() {
        calls += 1;
        return psk();
      },
    },
  );
  assert.equal(serverInfo.helloRetryRequest, true);
  assert.equal(calls, 1);
});

for (const nothing of [null, undefined]) {
  test(`${nothing} means that no PSK is acceptable`, async () => {
    const { client, server } = connect({}, { selectPsk: async () => nothing });
    const error = await rejection(server.opened);
    assert.equal(error.code, "ERR_TLS_DECRYPT");
    assert.equal(error.alert, "decrypt_error");
    assert.equal((await rejection(client.opened)).alert, "decrypt_error");
  });
}

const databaseDown = new Error("database down");
for (const [name, selectPsk, cause] of [
  ["rejects", async () => Promise.reject(databaseDown), databaseDown],
  [
    "throws",
    () => {
      throw databaseDown;
    },
    databaseDown,
  ],
  ["chooses what was not offered", async () => psk("somebody else"), { code: "ERR_TLS_USAGE" }],
  ["chooses an offered identity without a PSK for it", async (offered) => offered[0], { code: "ERR_TLS_USAGE" }],
  ["chooses a place that there is not", async () => ({ index: 7 }), { code: "ERR_TLS_USAGE" }],
  ["gives a string for a secret", async () => ({ identity: "client", secret: "password" }), { code: "ERR_TLS_PSK" }],
  ["gives a weak secret", async () => ({ identity: "client", secret: new Uint8Array(4) }), { code: "ERR_TLS_PSK" }],
  ["answers with something else", async () => "client", { name: "TypeError" }],
]) {
  test(`a selectPsk that ${name} fails the handshake, and says why`, async () => {
    const { client, server } = connect({}, { selectPsk });
    const error = await rejection(server.opened);
    assert.equal(error.code, "ERR_TLS_SELECTION");
    assert.equal(error.phase, "handshake");
    assert.equal(error.alert, "internal_error");
    assert.equal(error.alertDirection, "sent");
    if (cause instanceof Error) assert.equal(error.cause, cause);
    else for (const [key, value] of Object.entries(cause)) assert.equal(error.cause[key], value);
    assert.equal(await rejection(server.closed), error);
    const theirs = await rejection(client.opened);
    assert.equal(theirs.code, "ERR_TLS_ALERT_RECEIVED");
    assert.equal(theirs.alert, "internal_error");
  });
}

for (const [name, options, act, code] of [
  ["the deadline", { handshakeTimeout: 50 }, () => {}, "ERR_TLS_TIMEOUT"],
  ["the signal", {}, ({ controller }) => controller.abort(), "ERR_TLS_ABORTED"],
  ["close()", {}, ({ server }) => void server.close(), "ERR_TLS_ABORTED"],
  ["a client that hangs up", {}, ({ hangUp }) => hangUp(), "ERR_TLS_HANDSHAKE_FAILURE"],
]) {
  test(`${name} ends a waiting selection, and its own signal says so`, async () => {
    const asked = deferred();
    const controller = new AbortController();
    const [clientEnd, serverEnd] = pipe();
    const wire = new TransformStream();
    const cut = new AbortController();
    wire.readable.pipeTo(clientEnd.writable, { signal: cut.signal, preventAbort: true }).catch(() => {
      void clientEnd.writable.close();
    });
    const { server } = connect(
      {},
      {
        ...options,
        signal: controller.signal,
        selectPsk(_offered, { signal }) {
          asked.resolve(signal);
          return new Promise(() => {});
        },
      },
      [{ readable: clientEnd.readable, writable: wire.writable }, serverEnd],
    );
    const selection = await asked.promise;
    assert.equal(selection.aborted, false);
    act({ controller, server, hangUp: () => cut.abort() });
    const error = await rejection(server.opened);
    assert.equal(error.code, code);
    assert.equal(selection.aborted, true);
    assert.equal(selection.reason, error);
  });
}

for (const [name, options, act] of [
  ["the deadline of the handshake", { handshakeTimeout: 50 }, () => {}],
  ["the signal", {}, ({ controller }) => controller.abort()],
  ["close()", {}, ({ server }) => void server.close()],
]) {
  test(`${name} tells the client of a waiting selection that the handshake is given up`, async () => {
    const asked = deferred();
    const controller = new AbortController();
    const heard = [];
    const { client, server } = connect(
      { onTrace: (event) => event.type === "alert" && heard.push(event.description) },
      {
        ...options,
        signal: controller.signal,
        selectPsk() {
          asked.resolve();
          return new Promise(() => {});
        },
      },
    );
    await asked.promise;
    act({ controller, server });
    const error = await rejection(client.opened);
    assert.equal(error.code, "ERR_TLS_HANDSHAKE_FAILURE");
    assert.equal(error.phase, "handshake");
    assert.deepEqual(heard, ["user_canceled", "close_notify"]);
    assert.equal((await rejection(server.opened)).alert, undefined);
  });
}

test("an answer that comes too late is forgotten", async () => {
  const answer = deferred();
  const { client, server } = connect({}, { handshakeTimeout: 50, selectPsk: () => answer.promise });
  assert.equal((await rejection(server.opened)).code, "ERR_TLS_TIMEOUT");
  answer.resolve(psk());
  await rejection(client.opened);
  await settled();
});

test("a selection that outlasts answerTimeout ends with its own error, and is told so", async () => {
  const asked = deferred();
  const { client, server } = connect(
    {},
    {
      answerTimeout: 30,
      selectPsk(_offered, { signal }) {
        asked.resolve(signal);
        return new Promise(() => {});
      },
    },
  );
  const error = await rejection(server.opened);
  assert.equal(error.code, "ERR_TLS_TIMEOUT");
  assert.equal(error.alert, "internal_error");
  assert.equal(error.alertDirection, "sent");
  const refused = await rejection(client.opened);
  assert.equal(refused.alert, "internal_error");
  assert.equal(refused.alertDirection, "received");
  const signal = await asked.promise;
  assert.equal(signal.aborted, true);
  assert.equal(signal.reason, error);
});

test("an answer in time is not overtaken by answerTimeout later", async () => {
  const { client, server } = await connected({}, { answerTimeout: 40, selectPsk: () => psk() });
  await delay(80);
  await write(client.writable, "still there");
  assert.equal(text(await read(server.readable)), "still there");
});

test("none of them is decrypt_error, whatever the first identity looks like", async () => {
  const vector = (length) => [length >> 8, length & 0xff, ...new Uint8Array(length).fill(7)];
  for (const identity of [
    Buffer.from([7]),
    // As an imported one (RFC 9258), of lengths up to those that still fit.
    Buffer.from([...vector(1), ...vector(0), 3, 4, 0, 1]),
    Buffer.from([...vector(60_000), ...vector(5_000), 3, 4, 0, 2]),
    Buffer.from([...vector(1), ...vector(65_000), 0xff, 0xff, 0xff, 0xff]),
    new Uint8Array(65_200).fill(0xff),
  ]) {
    const psks = [{ identity, secret: new Uint8Array(32).fill(1) }];
    const { client, server } = connect({ psks }, { selectPsk: () => null });
    assert.equal((await rejection(client.opened)).alert, "decrypt_error", `${identity.length} bytes`);
    assert.equal((await rejection(server.opened)).code, "ERR_TLS_DECRYPT");
  }
});
