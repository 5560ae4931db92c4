// The demo page in WebKit: what is most likely to differ there, and not everything that the page can do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { serve } from "../../../tools/serve.mjs";
import { startWebKit } from "../../runtimes/lib/webkit.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const STATE = "document.documentElement.dataset.state";

async function openPage(t) {
  const server = await serve({ port: 0 });
  t.after(() => server.close());
  const { open, ask } = await startWebKit(t);
  await open(server.url);
  assert.equal(await ask(`return ${STATE} === "loading" ? "" : ${STATE}`), "connected");
  const choose = (id) => ask(`document.querySelector("input[name=preset][value=${id}]").click(); return ${STATE}`);
  return { ask, choose };
}

test("axe finds nothing in WebKit, with everything unfolded and run", async (t) => {
  const { ask, choose } = await openPage(t);
  await ask(`for (const button of document.querySelectorAll("#attack-list .actions button")) button.click();
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const heading of document.querySelectorAll(".fold-part[aria-expanded=false]")) heading.click();
    document.querySelector("#hex .byte").click();
    return true`);
  // the page's policy lets no script in: this comes from the driver
  await ask(`${AXE}; window.axe = axe; return true`);
  for (const [preset, state] of Object.entries({
    several: "connected",
    "wrong-secret": "failed",
    waiting: "waiting",
  })) {
    assert.equal(await choose(preset), state);
    await ask(`delete window.found;
      axe.run("html", { resultTypes: ["violations"] }).then(
        (found) => { window.found = found; },
        (error) => { window.found = { passes: [], violations: [{ id: String(error), nodes: [] }] }; });
      return true`);
    const { passes, violations } = JSON.parse(
      await ask(`return window.found ? JSON.stringify({
        passes: found.passes.length,
        violations: found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html, failureSummary }) => html + failureSummary)]),
      }) : ""`),
    );
    assert.deepEqual(violations, [], preset);
    assert.ok(passes >= 20, `only ${passes} rules were looked at`);
  }
});

test("the page works in WebKit", async (t) => {
  const { ask, choose } = await openPage(t);
  assert.equal(await choose("wrong-secret"), "failed");
  assert.equal(await choose("waiting"), "waiting");
  assert.equal(
    await ask(`document.querySelector('.psk[data-index="1"] .fate button').click(); return ${STATE}`),
    "connected",
  );

  assert.equal(await choose("imported"), "connected");
  assert.equal(
    await ask(`document.querySelector(".derived-value[data-name='Main Secret']").click();
      return document.querySelector("#value h3").textContent`),
    "Main Secret",
  );
  assert.equal(
    await ask(`document.querySelector('#hex .byte[data-at="10"]').click();
      document.querySelector("#meddle-byte .bit:last-child").click(); return ${STATE}`),
    "failed",
  );
  assert.match(
    await ask(`document.querySelector("#attack-probing .actions button").click();
      return document.querySelector("#attack-probing .result .verdict").textContent`),
    /the same, byte for byte/,
  );
  assert.equal(await ask("return String(document.documentElement.scrollWidth <= innerWidth)"), "true");
});
