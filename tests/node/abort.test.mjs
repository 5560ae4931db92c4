// External ends, at every point at which a connection waits.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { acceptTls, startTls, TlsError } from "tls-psk";
import { connect, deferred, pipe, psk, readAll, rejection, settled } from "./support/endpoints.mjs";
import { listeners, timers, watchWasm } from "./support/usage.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

test("an abort while the WebAssembly is being loaded ends the connection and lets the transport go", async () => {
  // The first connection of the process: the file is still to be read.
  for (const begin of [startTls, acceptTls]) {
    const [end, otherEnd] = pipe();
    const controller = new AbortController();
    const socket = begin(end, { psks: [psk()], signal: controller.signal });
    await Promise.resolve();
    controller.abort();
    assert.equal((await rejection(socket.opened)).code, "ERR_TLS_ABORTED");
    assert.deepEqual(await otherEnd.readable.getReader().read(), { done: true, value: undefined });
    assert.equal(listeners(controller.signal), 0);
  }
});

/** Lets `count` microtasks of those that are waiting run, one after the other. */
async function microtasks(count) {
  for (let nth = 0; nth < count; nth++) await undefined;
}

/** Ways to end one side, and what its error says was the cause. */
const WAYS = {
  "the signal": ({ controller, reason }) => controller.abort(reason),
  "aborting the writable stream": ({ socket, reason }) => void socket.writable.abort(reason).catch(() => {}),
  "close()": ({ socket }) => void socket.close().catch(() => {}),
};

for (const role of ["client", "server"]) {
  for (const [name, end] of Object.entries(WAYS)) {
    test(`${name} ends the ${role} at each step of a handshake`, async () => {
      const wasm = await watchWasm();
      const memory = [];
      let steps = 0;
      let [duringSelection, complete] = [0, false];
      for (; !complete; steps++) {
        const controller = new AbortController();
        const reason = new Error(`after ${steps}`);
        let selecting = false;
        const selectPsk = async () => {
          selecting = true;
          await microtasks(5);
          selecting = false;
          return psk();
        };
        const options = { client: {}, server: { selectPsk } };
        Object.assign(options[role], { signal: controller.signal, handshakeTimeout: 60_000 });
        const sides = connect(options.client, options.server);
        const socket = sides[role];
        const other = sides[role === "client" ? "server" : "client"];
        const reading = socket.readable.getReader().read();
        reading.catch(() => {});

        await microtasks(steps);
        duringSelection += selecting;
        end({ controller, socket, reason });
        const failure = await socket.opened.then(
          () => undefined,
          (error) => error,
        );
        complete = failure === undefined;
        if (complete && name === "close()") {
          await Promise.all([socket.closed, other.opened.then(() => other.close())]);
          break;
        }
        // Everything that can be waited for says the same.
        const error = await rejection(socket.closed);
        assert.ok(error instanceof TlsError);
        assert.equal(error.code, "ERR_TLS_ABORTED", `step ${steps}`);
        assert.equal(error.cause, name === "close()" ? undefined : reason);
        if (!complete) assert.equal(failure, error);
        assert.equal(await rejection(reading), error);
        // The peer notices it: as an error in its handshake, or after that as the end of the conversation.
        const met = await other.opened.then(
          () => true,
          () => false,
        );
        if (met) await other.close().catch(() => {});
        else assert.ok((await rejection(other.closed)) instanceof TlsError);
        assert.equal(listeners(controller.signal), 0);
        memory.push(wasm());
      }
      assert.ok(steps > 10, `${steps} steps`);
      assert.ok(duringSelection >= 5, `${duringSelection} of them while the PSK was selected`);
      // What was taken in the middle is given back: the last needs no more than the tenth.
      assert.equal(memory.at(-1), memory[10]);
      await settled();
      assert.equal(timers(), 0);
    });
  }
}

for (const role of ["client", "server"]) {
  test(`a signal ends the ${role} at each step of a conversation, and whoever waits is told`, async () => {
    const data = new Uint8Array(100_000);
    let [steps, complete] = [0, false];
    for (; !complete; steps++) {
      const controller = new AbortController();
      const options = { client: {}, server: {} };
      options[role].signal = controller.signal;
      const { client, server } = connect(options.client, options.server);
      await Promise.all([client.opened, server.opened]);
      const writer = client.writable.getWriter();
      const waiting = [
        server.readable.pipeTo(server.writable),
        writer.write(data),
        client.updateKeys({ requestPeer: true }),
        writer.close(),
        readAll(client.readable),
        client.closed,
        server.closed,
      ];
      const all = Promise.allSettled(waiting);
      let over = false;
      const done = Promise.all([client.closed, server.closed]).then(
        () => {
          over = true;
        },
        () => {},
      );
      await microtasks(steps);
      complete = over;
      controller.abort();
      // None of them is left waiting.
      const outcomes = await all;
      await done;
      const own = outcomes[role === "client" ? 5 : 6];
      if (own.status === "rejected") assert.equal(own.reason.code, "ERR_TLS_ABORTED");
      else assert.equal(role === "client" ? outcomes[4].value.length : data.length, data.length);
      for (const { reason } of outcomes) assert.ok(reason === undefined || reason instanceof TlsError, `${reason}`);
      assert.equal(listeners(controller.signal), 0);
    }
    assert.ok(steps > 60, `${steps} steps`);
  });
}

/** A pipe that lets only the first bytes through to the server, one at a time, and then nothing. */
function slowPipe(limit) {
  const [clientEnd, serverEnd] = pipe();
  const all = deferred();
  let passed = 0;
  const slow = new TransformStream({
    async transform(bytes, controller) {
      for (const byte of bytes) {
        if (passed === limit) return all.resolve();
        passed += 1;
        controller.enqueue(Uint8Array.of(byte));
        await undefined;
      }
    },
  });
  serverEnd.readable.pipeTo(slow.writable).catch(() => {});
  return { ends: [clientEnd, { readable: slow.readable, writable: serverEnd.writable }], all: all.promise };
}

test("a client that sends byte by byte and then stalls is cut off at the deadline, wherever that was", async () => {
  for (const limit of [0, 1, 5, 6, 9, 100, 200]) {
    const { ends, all } = slowPipe(limit);
    const { client, server } = connect({}, { handshakeTimeout: 100 }, ends);
    await all;
    const error = await rejection(server.opened);
    assert.deepEqual([error.code, error.phase], ["ERR_TLS_TIMEOUT", "handshake"], `${limit} bytes`);
    await rejection(client.closed);
  }
});

test("a client that never stalls and never gets anywhere is cut off as well", async () => {
  const [clientEnd, serverEnd] = pipe();
  const { client } = connect({}, {}, [clientEnd, pipe()[0]]);
  // Real bytes of a ClientHello, one every few milliseconds: they would take seconds.
  const { value: hello } = await serverEnd.readable.getReader().read();
  let sent = 0;
  const trickle = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      controller.enqueue(hello.slice(sent, sent + 1));
      sent += 1;
    },
  });
  const options = { psks: [psk()], handshakeTimeout: 200, allowBothRoles: true };
  const server = acceptTls({ readable: trickle, writable: new WritableStream() }, options);
  assert.equal((await rejection(server.opened)).code, "ERR_TLS_TIMEOUT");
  assert.ok(sent > 0 && sent < hello.length, `${sent} bytes were sent`);
  await rejection(client.close());
});

test("a server that answers byte by byte and then stalls is cut off by its client", async () => {
  const [clientEnd, serverEnd] = pipe();
  let passed = 0;
  const slow = new TransformStream({
    transform(bytes, controller) {
      for (const byte of bytes) if (passed++ < 50) controller.enqueue(Uint8Array.of(byte));
    },
  });
  clientEnd.readable.pipeTo(slow.writable).catch(() => {});
  const ends = [{ readable: slow.readable, writable: clientEnd.writable }, serverEnd];
  const { client, server } = connect({ handshakeTimeout: 100 }, {}, ends);
  assert.equal((await rejection(client.opened)).code, "ERR_TLS_TIMEOUT");
  await rejection(server.opened);
});
