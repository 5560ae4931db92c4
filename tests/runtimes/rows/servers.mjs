// Node, Deno and Bun: a program that is started, over TCP.

import assert from "node:assert/strict";
import { installed, versionOf } from "../lib/paths.mjs";
import { LINE, startPeer } from "../lib/peer.mjs";

const ENTRIES = ["tls-psk", "tls-psk/full", "tls-psk/slim", "tls-psk/node"];

const OTHERS = { "tls-psk/slim": "node-slim.mjs", "tls-psk/node": "node-duplex.mjs" };

/** A row that runs a program of the project with a runtime's own binary. */
function command({ what, package: name, binary, args = [], program = "node.mjs", version = versionOf(name) }) {
  return {
    what,
    version,
    how: "a program",
    over: "TCP",
    entries: ENTRIES,
    quick: true,
    async run({ t, packed, entry }) {
      const peer = await startPeer(t);
      const files = { "app.mjs": OTHERS[entry] ?? program };
      const project = packed.newProject(t, { files, peer, full: entry === "tls-psk/full" });
      const output = await project.run(installed(name, binary), [...args, "app.mjs"]);
      assert.equal(output.trimEnd(), LINE.trimEnd());
      await peer.met();
    },
  };
}

const DENO = ["run", "--no-prompt", "--allow-env", "--allow-net", "--allow-read"];

export const servers = [
  ...["20", "22", "24"].map((major) => command({ what: `Node ${major}`, package: `node${major}`, binary: "bin/node" })),
  command({ what: "Deno", package: "deno", binary: "deno", args: DENO, program: "deno.mjs" }),
  command({ what: "Bun", package: "bun", binary: "bin/bun" }),
];
