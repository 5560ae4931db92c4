import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, connect as dial } from "node:net";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { acceptTls, MemoryReplayStore, singleUse, startTls } from "tls-psk";
import {
  connect,
  connected,
  deferred,
  pipe,
  psk,
  read,
  readAll,
  rejection,
  settled,
  write,
} from "./support/endpoints.mjs";

const text = (bytes) => Buffer.from(bytes).toString();
const SUITE = "TLS_CHACHA20_POLY1305_SHA256";
const earlyPsk = (maxSize = 1000) => ({ ...psk("device-7"), earlyData: { maxSize, cipherSuite: SUITE } });
const psks = [earlyPsk()];

test("early data arrives apart from the rest, before the handshake is complete", async () => {
  const { client, server, clientInfo, serverInfo } = await connected(
    { psks, earlyData: Buffer.from("switch the light on") },
    { psks, acceptEarlyData: () => true },
  );
  assert.equal(text(await readAll(server.earlyData)), "switch the light on");
  assert.equal(clientInfo.earlyData, "accepted");
  assert.equal(serverInfo.earlyData, "accepted");
  await write(client.writable, "and this is late");
  assert.equal(text(await read(server.readable)), "and this is late");
  const exported = [client, server].map((socket) => socket.exportEarlyKeyingMaterial("test", undefined, 16));
  assert.deepEqual(exported[0], exported[1]);
  assert.deepEqual(await readAll(client.earlyData), Buffer.alloc(0));
  await Promise.all([client.close(), server.close()]);
});

test("a server that was not told how to tell copies apart takes none", async () => {
  const { client, server, clientInfo } = await connected({ psks, earlyData: Buffer.from("x") }, { psks });
  assert.equal(clientInfo.earlyData, "rejected");
  assert.deepEqual(await readAll(server.earlyData), Buffer.alloc(0));
  await write(client.writable, "again, later");
  assert.equal(text(await read(server.readable)), "again, later");
});

test("the decision may wait, and may be no", async () => {
  const requests = [];
  const { client, server, serverInfo } = await connected(
    { psks, earlyData: Buffer.from("x") },
    {
      psks,
      async acceptEarlyData(request, { signal }) {
        requests.push(request);
        assert.equal(signal.aborted, false);
        await delay(20);
        return false;
      },
    },
  );
  assert.equal(serverInfo.earlyData, "rejected");
  const [{ id, identity, maxSize, replayableUntil }] = requests;
  assert.equal(id.length, 32);
  assert.equal(text(identity), "device-7");
  assert.equal(maxSize, 1000);
  assert.equal(replayableUntil, undefined);
  await Promise.all([client.close(), server.close()]);
});

test("a decision that fails ends the handshake with its error as the cause", async () => {
  const cause = new Error("the store is down");
  const { client, server } = connect(
    { psks, earlyData: Buffer.from("x") },
    {
      psks,
      acceptEarlyData() {
        throw cause;
      },
    },
  );
  const error = await rejection(server.opened);
  assert.equal(error.code, "ERR_TLS_EARLY_DATA");
  assert.equal(error.cause, cause);
  assert.equal(error.alert, "internal_error");
  assert.equal((await rejection(client.opened)).alert, "internal_error");
  await rejection(readAll(server.earlyData));
});

test("a decision that takes too long ends the handshake", async () => {
  const { client, server } = connect(
    { psks, earlyData: Buffer.from("x") },
    { psks, acceptEarlyData: () => new Promise(() => {}), answerTimeout: 30 },
  );
  const error = await rejection(server.opened);
  assert.equal(error.code, "ERR_TLS_TIMEOUT");
  assert.equal(error.alert, "internal_error");
  assert.equal((await rejection(client.opened)).alertDirection, "received");
});

test("early data that no PSK allows is not sent, and more than one allows is an error", async () => {
  const { clientInfo, serverInfo } = await connected(
    { psks: [psk("device-7")], earlyData: Buffer.from("x") },
    { psks: [psk("device-7")], acceptEarlyData: () => true },
  );
  assert.equal(clientInfo.earlyData, undefined);
  assert.equal(serverInfo.earlyData, undefined);

  const { client } = connect({ psks: [earlyPsk(3)], earlyData: Buffer.from("four") }, { psks: [earlyPsk(3)] });
  assert.equal((await rejection(client.opened)).code, "ERR_TLS_USAGE");
});

test("parameters that cannot be are refused by name", async () => {
  for (const earlyData of [
    { maxSize: 0, cipherSuite: SUITE },
    { maxSize: 1, cipherSuite: "TLS_AES_256_GCM_SHA384" },
    { maxSize: 1, cipherSuite: "rot13" },
  ]) {
    const { client } = connect({ psks: [{ ...psk(), earlyData }] });
    assert.equal((await rejection(client.opened)).code, "ERR_TLS_PSK");
  }
});

/** What a client with early data sends first, recorded. */
async function record(options) {
  const [clientEnd, { readable }] = pipe();
  const { client } = connect({ psks, earlyData: Buffer.from("once"), ...options }, {}, [clientEnd, pipe()[1]]);
  const flight = await read(readable);
  await client.close().catch(() => {});
  return flight;
}

/** A server that is sent a recorded flight: what it took of it as early data. */
async function replay(flight, options) {
  const [attacker, serverEnd] = pipe();
  const decided = deferred();
  const acceptEarlyData = async (...args) => {
    const accepted = await options.acceptEarlyData(...args);
    decided.resolve(accepted);
    return accepted;
  };
  const { server } = connect({}, { psks, ...options, acceptEarlyData }, [pipe()[0], serverEnd]);
  await write(attacker.writable, flight);
  const accepted = await decided.promise;
  const taken = accepted ? text(await read(server.earlyData)) : "";
  await server.close().catch(() => {});
  return taken;
}

test("a copy is accepted twice by a server that says yes to everything, and once by a store", async () => {
  const flight = await record();
  const careless = { acceptEarlyData: () => true };
  assert.equal(await replay(flight, careless), "once");
  assert.equal(await replay(flight, careless), "once");

  const careful = { acceptEarlyData: singleUse(new MemoryReplayStore({ coldStart: "accept" })) };
  assert.equal(await replay(flight, careful), "once");
  assert.equal(await replay(flight, careful), "");
  assert.equal(await replay(await record(), careful), "once");
});

test("a store that was just started takes nothing that it may have seen before", () => {
  let time = 1_000_000;
  const store = new MemoryReplayStore({ now: () => time });
  assert.equal(store.add("a", time + 20_000), false);
  assert.equal(store.add("external", undefined), false);
  time += 20_000;
  assert.equal(store.add("b", time + 20_000), true);
  assert.equal(store.add("b", time + 20_000), false);
  assert.equal(store.add("external", undefined), false);
});

test("a full store takes nothing until something has expired", () => {
  let time = 0;
  const store = new MemoryReplayStore({ capacity: 2, coldStart: "accept", now: () => time });
  assert.equal(store.add("a", 10), true);
  assert.equal(store.add("b", undefined), true);
  assert.equal(store.add("c", 10), false);
  time = 11;
  assert.equal(store.add("c", 20), true);
  assert.equal(store.add("d", 20), false);
});

test("a session carries early data while its ticket is as old as it says", async () => {
  const start = 1_780_000_000_000;
  const tickets = { keys: [new Uint8Array(32).fill(1)], maxEarlyData: 500, replayScope: "one store" };
  const session = async () => {
    const sessions = [];
    const now = () => start;
    const { client, server } = await connected(
      { psks: [psk()], now, onSession: (session) => sessions.push(session) },
      { psks: [psk()], now, tickets },
    );
    await write(server.writable, "hello");
    await read(client.readable);
    await Promise.all([client.close(), server.close()]);
    return sessions[0];
  };
  for (const [late, outcome] of [
    [0, "accepted"],
    [9_000, "accepted"],
    [11_000, "rejected"],
  ]) {
    const requests = [];
    const { serverInfo } = await connected(
      { psks: [], sessions: [await session()], earlyData: Buffer.from("x"), now: () => start + 60_000 },
      {
        psks: [psk()],
        tickets,
        now: () => start + 60_000 + late,
        acceptEarlyData: (request) => requests.push(request) > 0,
      },
    );
    assert.equal(serverInfo.earlyData, outcome);
    for (const { replayableUntil } of requests) assert.equal(replayableUntil, start + 60_000 + late + 20_000);
  }
});

test("early data of megabytes waits in the transport while the store takes its time", async () => {
  const size = 2_000_000;
  const psks = [earlyPsk(size)];
  for (const accepted of [true, false]) {
    const [clientEnd, serverEnd] = pipe();
    let read = 0;
    const counted = serverEnd.readable.pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          read += chunk.length;
          controller.enqueue(chunk);
        },
      }),
    );
    const asked = deferred();
    const answer = deferred();
    const { client, server } = connect(
      { psks, earlyData: new Uint8Array(size).fill(7) },
      {
        psks,
        acceptEarlyData() {
          asked.resolve();
          return answer.promise;
        },
      },
      [clientEnd, { readable: counted, writable: serverEnd.writable }],
    );
    await asked.promise;
    await settled();
    // The client's flight is one chunk here; what matters is that it is not all in the core.
    answer.resolve(accepted);
    const { earlyData } = await client.opened;
    assert.equal(earlyData, accepted ? "accepted" : "rejected");
    assert.equal((await readAll(server.earlyData)).length, accepted ? size : 0);
    assert.ok(read > size);
    await write(client.writable, "late");
    await Promise.all([client.close(), server.close()]);
  }
});

test("a handshake that is given up while early data waits ends all the same", async () => {
  const size = 2_000_000;
  const psks = [earlyPsk(size)];
  const controller = new AbortController();
  const asked = deferred();
  const { client, server } = connect(
    { psks, earlyData: new Uint8Array(size) },
    { psks, signal: controller.signal, acceptEarlyData: () => new Promise(() => asked.resolve()) },
  );
  await asked.promise;
  await settled();
  controller.abort();
  assert.equal((await rejection(server.closed)).code, "ERR_TLS_ABORTED");
  await rejection(client.closed);
});

test("a socket is not read on while the store takes its time, and then to the end", async (t) => {
  const size = 8_000_000;
  const psks = [earlyPsk(size)];
  const [asked, answer] = [deferred(), deferred()];
  const accepted = deferred();
  const listener = createServer((socket) => {
    const server = acceptTls(Duplex.toWeb(socket), {
      psks,
      allowBothRoles: true,
      acceptEarlyData() {
        asked.resolve();
        return answer.promise;
      },
    });
    accepted.resolve({ socket, server });
  });
  t.after(() => listener.close());
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const dialed = dial(listener.address().port, "127.0.0.1");
  await once(dialed, "connect");
  const client = startTls(Duplex.toWeb(dialed), {
    psks,
    allowBothRoles: true,
    earlyData: new Uint8Array(size).fill(7),
  });
  const { socket, server } = await accepted.promise;
  await asked.promise;
  await settled();
  assert.ok(socket.bytesRead < size / 4, `${socket.bytesRead} bytes were read`);
  answer.resolve(true);
  assert.equal((await client.opened).earlyData, "accepted");
  assert.equal((await readAll(server.earlyData)).length, size);
  await Promise.all([client.close(), server.close()]);
});
