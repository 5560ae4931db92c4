// The demo page in WebKit: what is most likely to differ there, and not everything that the page can do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "../../../tools/serve.mjs";
import { startWebKit } from "../../runtimes/lib/webkit.mjs";

test("the page works in WebKit", async (t) => {
  const server = await serve({ port: 0 });
  t.after(() => server.close());
  const { open, ask } = await startWebKit(t);
  await open(server.url);
  const state = "document.documentElement.dataset.state";
  assert.equal(await ask(`return ${state} === "loading" ? "" : ${state}`), "connected");

  const choose = (id) => `document.querySelector("input[name=preset][value=${id}]").click(); return ${state}`;
  assert.equal(await ask(choose("wrong-secret")), "failed");
  assert.equal(await ask(choose("waiting")), "waiting");
  assert.equal(
    await ask(`document.querySelector('.psk[data-index="1"] .fate button').click(); return ${state}`),
    "connected",
  );

  assert.equal(await ask(choose("imported")), "connected");
  assert.equal(
    await ask(`document.querySelector(".derived-value[data-name='Main Secret']").click();
      return document.querySelector("#value h3").textContent`),
    "Main Secret",
  );
  assert.equal(
    await ask(`document.querySelector('#hex .byte[data-at="10"]').click();
      document.querySelector("#meddle-byte .bit:last-child").click(); return ${state}`),
    "failed",
  );
  assert.match(
    await ask(`document.querySelector("#attack-probing .actions button").click();
      return document.querySelector("#attack-probing .result .verdict").textContent`),
    /the same, byte for byte/,
  );
  assert.equal(await ask("return String(document.documentElement.scrollWidth <= innerWidth)"), "true");
});
