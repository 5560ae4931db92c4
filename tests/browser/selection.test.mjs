// Selection that waits, in Chromium: the timers, promises and streams of a page are not those of Node.

import assert from "node:assert/strict";
import { test } from "node:test";
import { usePage } from "./support/page.mjs";

const page = usePage();

test("a selection waits two seconds for its promise, and other connections go on meanwhile", async () => {
  const seen = await page.evaluate(async () => {
    const { connect, echo, psk } = window.play;
    const start = performance.now();
    const answer = Promise.withResolvers();
    const slow = connect({ selectPsk: () => answer.promise });
    let opened = false;
    void slow.server.opened.then(() => {
      opened = true;
    });
    const others = [];
    for (const line of ["first", "second", "third"]) {
      others.push(await echo(connect({ selectPsk: async () => psk() }), line));
    }
    setTimeout(() => answer.resolve(psk()), Math.max(0, 2_000 - (performance.now() - start)));
    const openedBefore = opened;
    const late = await echo(slow, "at last");
    return { others, openedBefore, late, took: performance.now() - start };
  });
  assert.deepEqual(seen.others, ["first", "second", "third"]);
  assert.equal(seen.openedBefore, false);
  assert.equal(seen.late, "at last");
  assert.ok(seen.took >= 2_000, `${seen.took} ms`);
});

test("a selection that outlasts answerTimeout ends with internal_error, and its signal says so", async () => {
  const { server, client, signalled } = await page.evaluate(async () => {
    const { connect, ends } = window.play;
    let signal;
    const sockets = connect({
      answerTimeout: 50,
      selectPsk: (_offered, context) => {
        signal = context.signal;
        return new Promise(() => {});
      },
    });
    return { ...(await ends(sockets)), signalled: signal.aborted && signal.reason.code };
  });
  assert.deepEqual(server, { ...failed("ERR_TLS_TIMEOUT"), alert: "internal_error", alertDirection: "sent" });
  assert.deepEqual(client, {
    ...failed("ERR_TLS_ALERT_RECEIVED"),
    alert: "internal_error",
    alertDirection: "received",
  });
  assert.equal(signalled, "ERR_TLS_TIMEOUT");
});

test("a selection that rejects ends with internal_error, and its own error is the cause", async () => {
  const { server, client } = await page.evaluate(() => {
    const { connect, ends } = window.play;
    return ends(connect({ selectPsk: () => Promise.reject(new Error("database down")) }));
  });
  assert.deepEqual(server, {
    ...failed("ERR_TLS_SELECTION"),
    alert: "internal_error",
    alertDirection: "sent",
    cause: "database down",
  });
  assert.deepEqual(client, {
    ...failed("ERR_TLS_ALERT_RECEIVED"),
    alert: "internal_error",
    alertDirection: "received",
  });
});

test("a signal that aborts while selection waits tells the client that the handshake is given up", async () => {
  const { server, client, signalled, heard } = await page.evaluate(async () => {
    const { connect, ends } = window.play;
    const controller = new AbortController();
    let signal;
    const heard = [];
    const sockets = connect(
      {
        signal: controller.signal,
        selectPsk: (_offered, context) => {
          signal = context.signal;
          setTimeout(() => controller.abort(new Error("enough")), 20);
          return new Promise(() => {});
        },
      },
      { onTrace: (event) => event.type === "alert" && heard.push(event.description) },
    );
    return { ...(await ends(sockets)), signalled: signal.aborted && signal.reason.code, heard };
  });
  assert.deepEqual(server, { ...failed("ERR_TLS_ABORTED"), cause: "enough" });
  assert.deepEqual(client, failed("ERR_TLS_HANDSHAKE_FAILURE"));
  assert.deepEqual(heard, ["user_canceled", "close_notify"]);
  assert.equal(signalled, "ERR_TLS_ABORTED");
});

/** How a side ends whose handshake failed: `closed` has the same error. */
function failed(code) {
  return { code, phase: "handshake", same: true };
}
