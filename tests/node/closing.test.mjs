import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { Duplex } from "node:stream";
import { after, test } from "node:test";
import { startTls, TlsError } from "tls-psk";
import { connect, connected, pipe, psk, read, readAll, rejection, settled, write } from "./support/endpoints.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
after(() => assert.deepEqual(unhandled, []));

/** A pipe whose way to the client ends or breaks when the test wants it to. */
function fragilePipe() {
  const [clientEnd, serverEnd] = pipe();
  let controller;
  const relay = new TransformStream({
    start(c) {
      controller = c;
    },
  });
  clientEnd.readable.pipeTo(relay.writable).catch(() => {});
  return {
    ends: [{ readable: relay.readable, writable: clientEnd.writable }, serverEnd],
    end: () => controller.terminate(),
    fail: (error) => controller.error(error),
  };
}

test("half-close: one side has said everything, the other goes on", async () => {
  const { client, server } = await connected();
  await write(client.writable, "question");
  await client.writable.close();
  assert.equal(String(await readAll(server.readable)), "question");
  await write(server.writable, "long ");
  await write(server.writable, "answer");
  assert.equal(String(await read(client.readable)), "long ");
  await server.writable.close();
  assert.equal(String(await readAll(client.readable)), "answer");
  await Promise.all([client.closed, server.closed]);
});

test("close sends what was written before it, awaited or not", async () => {
  const { client, server } = await connected();
  const writer = client.writable.getWriter();
  const writes = ["a", "b", "c"].map((text) => writer.write(Buffer.from(text)));
  const closed = client.close();
  assert.equal(String(await readAll(server.readable)), "abc");
  await Promise.all(writes);
  await server.close();
  await closed;
});

test("close lets the transport go, even if the peer does not answer", async () => {
  const [clientEnd, serverEnd] = pipe();
  const { client, server } = await connected({}, {}, [clientEnd, serverEnd]);
  await client.close();
  assert.deepEqual(await server.readable.getReader().read(), { done: true, value: undefined });
  assert.equal((await rejection(write(client.writable, "more"))).code, "ERR_TLS_USAGE");
});

test("close is the same promise every time, and disposing of the socket never throws", async () => {
  const { client, server } = await connected();
  assert.equal(client.close(), client.closed);
  assert.equal(client.close(), client.closed);
  await server[Symbol.asyncDispose]();
  await client.closed;
  const failed = connect({ psks: [psk("nobody")] }).client;
  await rejection(failed.opened);
  await failed[Symbol.asyncDispose]();
});

test("closing during the handshake ends it for both sides", async () => {
  const { client, server } = connect();
  const error = await rejection(client.close());
  assert.equal(error.code, "ERR_TLS_ABORTED");
  assert.equal(error.phase, "handshake");
  assert.equal(await rejection(client.opened), error);
  assert.ok((await rejection(server.opened)) instanceof TlsError);
});

test("an end without close_notify is a truncation, behind the data that came before", async () => {
  const { ends, end } = fragilePipe();
  const { client, server } = await connected({}, {}, ends);
  await write(server.writable, "almost every");
  const reader = client.readable.getReader();
  assert.equal(String(Buffer.from((await reader.read()).value)), "almost every");
  end();
  const error = await rejection(reader.read());
  assert.equal(error.code, "ERR_TLS_TRUNCATED");
  assert.equal(error.phase, "data");
  assert.equal(await rejection(client.closed), error);
});

test("a truncation comes behind everything that had arrived, read or not", async () => {
  for (const mode of [undefined, "byob"]) {
    const { ends, end } = fragilePipe();
    const { client, server } = await connected({}, {}, ends);
    const chunks = Array.from({ length: 10 }, (_, index) => `chunk ${index};`);
    for (const chunk of chunks) await write(server.writable, chunk);
    end();
    const error = await rejection(client.closed);
    assert.equal(error.code, "ERR_TLS_TRUNCATED");
    const reader = client.readable.getReader({ mode });
    let text = "";
    const ending = await rejection(
      (async () => {
        for (;;) text += Buffer.from((await reader.read(mode && new Uint8Array(7))).value);
      })(),
    );
    assert.equal(ending, error);
    assert.equal(text, chunks.join(""));
  }
});

test("an end during the handshake says that the peer closed there", async () => {
  const [clientEnd, serverEnd] = pipe();
  const client = startTls(clientEnd, { psks: [psk()] });
  await serverEnd.writable.close();
  const error = await rejection(client.opened);
  assert.deepEqual([error.code, error.phase], ["ERR_TLS_HANDSHAKE_FAILURE", "handshake"]);
  assert.match(
    error.message,
    /ended the connection during the handshake: it may not support TLS 1\.3 or not accept the PSK/,
  );
});

test("streams that throw where they should reject leave nothing unhandled", async () => {
  for (const method of ["cancel", "abort", "close"]) {
    const [clientEnd] = pipe();
    const thrown = new Error(`${method} throws`);
    const throwing = (stream, get) =>
      new Proxy(stream, {
        get(target, name) {
          if (name !== get) return typeof target[name] === "function" ? target[name].bind(target) : target[name];
          const inner = target[get]();
          return () =>
            new Proxy(inner, {
              get(target, name) {
                if (name === method) {
                  return () => {
                    throw thrown;
                  };
                }
                return typeof target[name] === "function" ? target[name].bind(target) : target[name];
              },
            });
        },
      });
    const transport = {
      readable: throwing(clientEnd.readable, "getReader"),
      writable: throwing(clientEnd.writable, "getWriter"),
    };
    const client = startTls(transport, { psks: [psk()] });
    await settled();
    assert.equal((await rejection(client.close())).code, "ERR_TLS_ABORTED");
    await settled();
  }
  assert.deepEqual(unhandled, []);
});

test("a failing transport is named, with its own error as the cause", async () => {
  const { ends, fail } = fragilePipe();
  const { client } = await connected({}, {}, ends);
  const cable = new Error("cable cut");
  fail(cable);
  const error = await rejection(client.readable.getReader().read());
  assert.equal(error.code, "ERR_TLS_TRANSPORT");
  assert.equal(error.cause, cable);
});

test("a transport that does not take the data fails the write", async () => {
  const full = new Error("no space left on device");
  const [clientEnd, serverEnd] = pipe();
  let broken = false;
  const way = new TransformStream({
    transform(chunk, controller) {
      if (broken) throw full;
      controller.enqueue(chunk);
    },
  });
  way.readable.pipeTo(clientEnd.writable).catch(() => {});
  const { client } = await connected({}, {}, [{ readable: clientEnd.readable, writable: way.writable }, serverEnd]);
  broken = true;
  const written = write(client.writable, "x").catch(() => {});
  const error = await rejection(client.closed);
  assert.equal(error.code, "ERR_TLS_TRANSPORT");
  assert.equal(error.cause, full);
  await written;
});

test("a transport of anything but bytes fails with a type error as the cause", async () => {
  const [clientEnd, serverEnd] = pipe();
  const client = startTls(clientEnd, { psks: [psk()] });
  await serverEnd.writable.getWriter().write("text");
  const error = await rejection(client.opened);
  assert.equal(error.code, "ERR_TLS_TRANSPORT");
  assert.ok(error.cause instanceof TypeError);
});

test("a signal aborts the handshake and tells the peer", async () => {
  const controller = new AbortController();
  const { client, server } = connect({ signal: controller.signal }, { selectPsk: () => new Promise(() => {}) });
  const reason = new Error("changed my mind");
  controller.abort(reason);
  const error = await rejection(client.opened);
  assert.equal(error.code, "ERR_TLS_ABORTED");
  assert.equal(error.cause, reason);
  await rejection(server.opened);
});

test("a signal that has aborted before the call needs no handshake at all", async () => {
  const [clientEnd, serverEnd] = pipe();
  const client = startTls(clientEnd, { psks: [psk()], signal: AbortSignal.abort() });
  assert.equal((await rejection(client.opened)).code, "ERR_TLS_ABORTED");
  assert.deepEqual(await serverEnd.readable.getReader().read(), { done: true, value: undefined });
});

for (const [name, abort] of [
  ["a signal", ({ controller, reason }) => controller.abort(reason)],
  ["aborting the writable stream", ({ client, reason }) => client.writable.abort(reason)],
]) {
  test(`${name} ends an open connection without pretending that it is complete`, async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { client, server } = await connected({ signal: controller.signal });
    await write(client.writable, "half of i");
    assert.equal(String(await read(server.readable)), "half of i");
    abort({ client, controller, reason });
    const error = await rejection(client.closed);
    assert.equal(error.code, "ERR_TLS_ABORTED");
    assert.equal(error.cause, reason);
    assert.ok(["ERR_TLS_TRUNCATED", "ERR_TLS_TRANSPORT"].includes((await rejection(read(server.readable))).code));
  });
}

test("aborting the writable stream works while a write waits for the peer", async () => {
  const { client } = await connected();
  const writer = client.writable.getWriter();
  const written = writer.write(new Uint8Array(10_000_000));
  await settled();
  const reason = new Error("too slow");
  await Promise.all([rejection(written), writer.abort(reason).catch(() => {})]);
  assert.equal((await rejection(client.closed)).cause, reason);
});

test("close waits for a peer that does not read what was written, until a signal ends that", async () => {
  const controller = new AbortController();
  const { client } = await connected({ signal: controller.signal });
  const written = client.writable.getWriter().write(new Uint8Array(10_000_000));
  let over = false;
  const closed = client.close().finally(() => {
    over = true;
  });
  await settled();
  assert.equal(over, false);
  controller.abort();
  assert.equal((await rejection(closed)).code, "ERR_TLS_ABORTED");
  await rejection(written);
});

test("a handshake that nobody answers runs into its deadline", async () => {
  const [clientEnd] = pipe();
  const client = startTls(clientEnd, { psks: [psk()], handshakeTimeout: 50 });
  const error = await rejection(client.opened);
  assert.equal(error.code, "ERR_TLS_TIMEOUT");
  assert.equal(error.phase, "handshake");
});

test("a deadline is over with the handshake", async () => {
  const { client, server } = await connected({ handshakeTimeout: 1_000 }, { handshakeTimeout: 1_000 });
  await Promise.all([client.close(), server.close()]);
});

test("cancelling the readable stream leaves the other direction alone", async () => {
  const { client, server } = await connected();
  await client.readable.cancel();
  const writer = server.writable.getWriter();
  await writer.write(new Uint8Array(300_000));
  await writer.close();
  await write(client.writable, "still here");
  assert.equal(String(await read(server.readable)), "still here");
  await client.writable.close();
  await Promise.all([client.closed, server.closed]);
});

for (const [name, answers] of [
  ["that closes TLS as well", true],
  ["that says nothing more", false],
]) {
  test(`close does not wait for the other end of a TCP connection ${name}`, async (t) => {
    const listener = net.createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    t.after(() => listener.close());
    await once(listener, "listening");
    const ours = net.connect(listener.address().port, "127.0.0.1");
    const [theirs] = await once(listener, "connection");
    t.after(() => theirs.destroy());
    // The streams of `Duplex.toWeb` have ended their writing only when the peer has, too, and this one never does.
    const heard = new TransformStream();
    Duplex.toWeb(theirs)
      .readable.pipeTo(heard.writable)
      .catch(() => {});
    const writable = new WritableStream({ write: (chunk) => void theirs.write(chunk) });
    const { client, server } = await connected({}, {}, [Duplex.toWeb(ours), { readable: heard.readable, writable }]);
    if (answers) await Promise.all([client.close(), server.writable.close()]);
    else await client.close();
    await client.closed;
    assert.equal(ours.destroyed, true);
  });
}
