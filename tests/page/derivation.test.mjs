// The key schedule of played scenes: whole, and each value computed again by the commands that the page shows for it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { before, test } from "node:test";
import { promisify } from "node:util";
import { bundled } from "./support/bundled.mjs";

let page;
before(async () => {
  page = await bundled(
    "handshake/exchange",
    "handshake/scenes",
    "derivation/graph",
    "derivation/commands",
    "derivation/beginnings",
  );
});

function valuesIn(t, id, side = "client") {
  const exchange = new page.Exchange(page.copyOf(page.PRESETS.find((preset) => preset.id === id).scene));
  t.after(() => exchange.free());
  return page.valuesOf(exchange.steps[side], page.beginningsOf(exchange, side));
}

const shell = async (script) => {
  const { stdout } = await promisify(execFile)("sh", ["-c", script], { maxBuffer: 1 << 24 });
  return stdout.trim().split("\n");
};

for (const id of ["one", "retry", "imported"]) {
  test(`every value of a connection can be computed elsewhere: ${id}`, async (t) => {
    const values = valuesIn(t, id);
    assert.ok(values.length > 20);
    const expected = new Map();
    for (const { step, bytes } of values) {
      for (const tool of page.TOOLS) {
        const command = page.commandFor(step, tool);
        if (command) expected.set(command, Buffer.from(bytes).toString("hex"));
      }
    }
    assert.ok(expected.size > values.length, `${expected.size} commands for ${values.length} values`);
    // one shell for all, as each start of one takes its time
    const script = [...expected.keys()].map((command) => `(${command}) | tr -d '\\n'; echo`).join("\n");
    assert.deepEqual(await shell(script), [...expected.values()]);
  });
}

test("the server has all values of the client, but for those of its own", (t) => {
  const [client, server] = ["client", "server"].map((side) => valuesIn(t, "one", side));
  const ids = new Set(server.map(({ id }) => id));
  for (const { id } of client) assert.ok(ids.has(id), id);
});

test("where a PSK is unknown, the server computes with a key of its own", (t) => {
  const inputs = valuesIn(t, "unknown", "server").flatMap((value) => value.inputs.map(({ value: { name } }) => name));
  assert.ok(inputs.includes("stand-in key"));
});
