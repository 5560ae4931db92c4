// The reference of the package: every function that is exported has an example, and none names what is not there.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { transform } from "esbuild";
import { inRoot } from "../../tools/lib/paths.mjs";

/** The entries that have a reference, with the declarations that they have functions from. */
const ENTRIES = ["tls-psk/full", "tls-psk/describe", "tls-psk/encoding", "tls-psk/websocket", "tls-psk/node"];
const DECLARATIONS = [
  ...["socket", "loader", "early-data", "errors", "certificates", "core", "describe", "encoding"],
  ...["adapters/websocket", "adapters/tls-connect", "adapters/tls-server"],
].map((name) => readFileSync(inRoot("pkg", "dist", `${name}.d.ts`), "utf8"));

/** The comment in front of the first declaration of a function. */
function commentOf(name) {
  const declaration = new RegExp(`export declare (?:function ${name}[(<]|const ${name}: Inspect)`);
  for (const text of DECLARATIONS) {
    const at = text.search(declaration);
    if (at >= 0) return text.slice(text.lastIndexOf("/**", at), at);
  }
  throw new Error(`${name} is not declared where its declaration is looked for`);
}

const isFunction = (value) => typeof value === "function" && !/^class\b/.test(String(value)) && !value.prototype?.free;

const functions = new Set();
for (const entry of ENTRIES) {
  for (const [name, value] of Object.entries(await import(entry))) {
    if (isFunction(value) && /^[a-z]/.test(name)) functions.add(name);
  }
}

test("every exported function is looked at", () => {
  assert.ok(functions.size >= 17, [...functions].join());
  for (const name of ["startTls", "acceptTls", "init", "inspect", "describe", "connect", "decodeHex"]) {
    assert.ok(functions.has(name), name);
  }
});

for (const name of functions) {
  test(`${name} has an example that uses it`, async () => {
    const code = /@example\n \* ```js\n([\s\S]*?) \* ```/.exec(commentOf(name))?.[1].replace(/^ \* ?/gm, "");
    assert.ok(code, "there is an example");
    assert.match(code, new RegExp(`\\b${name}\\(`));
    await transform(code, { format: "esm", target: "es2022" });
    for (const [, names, entry] of code.matchAll(/^import \{ (.*) \} from "(.*)";$/gm)) {
      const exported = await import(entry);
      for (const one of names.split(", ")) assert.ok(one in exported, `${one} of ${entry}`);
    }
    for (const used of code.matchAll(/\b(?:startTls|acceptTls|decodeHex|inspect|connect|createServer)(?=\()/g)) {
      assert.match(code, new RegExp(`import \\{[^}]*\\b${used[0]}\\b`), `${used[0]} is imported`);
    }
  });
}
