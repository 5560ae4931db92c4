import assert from "node:assert/strict";
import { test } from "node:test";
import { REVERSE, startSServer } from "../interop/support/openssl.mjs";
import { HEX, PSK, WRONG_HEX } from "../interop/support/peers.mjs";
import { DIALER, newState, provision, startWorker } from "./support/wrangler.mjs";

test("a worker that calls TCP servers which want a PSK", async (t) => {
  const state = newState(t);
  const [server, other] = [await startSServer(t, [REVERSE]), await startSServer(t)];
  const [address, otherAddress] = [server, other].map(({ port }) => `127.0.0.1:${port}`);
  await provision(t, state, DIALER, {
    [address]: { as: PSK.identity, secret: HEX },
    [otherAddress]: { as: PSK.identity, secret: WRONG_HEX },
  });
  const { port } = await startWorker(t, state, DIALER);
  const post = async (to) => {
    const response = await fetch(`http://127.0.0.1:${port}/${to}`, { method: "POST", body: "open the valve\n" });
    return { status: response.status, text: await response.text() };
  };

  await t.test("has a conversation", async () => {
    assert.deepEqual(await post(address), { status: 200, text: "evlav eht nepo\n" });
  });

  await t.test("says why when the key is another", async () => {
    const { status, text } = await post(otherAddress);
    assert.equal(status, 502);
    assert.match(text, /^ERR_TLS_\w+: /);
  });

  await t.test("calls nobody that it has no key for", async () => {
    assert.equal((await post("127.0.0.1:1")).status, 404);
  });
});
