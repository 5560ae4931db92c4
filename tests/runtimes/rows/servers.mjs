// Node, Deno and Bun: a program that is started, over TCP.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../../tools/lib/run.mjs";
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

/** A row that makes one file of a program and runs it where nothing else is. */
function oneFile({ what, package: name, how, make, file, start }) {
  return {
    what,
    version: versionOf(name),
    how,
    over: "TCP",
    entries: ["tls-psk/inline", "tls-psk/full/inline"],
    quick: true,
    async run({ t, packed, entry }) {
      const peer = await startPeer(t);
      const files = { "app.mjs": "node-inline.mjs" };
      const project = packed.newProject(t, { files, peer, full: entry === "tls-psk/full/inline" });
      const directory = mkdtempSync(join(tmpdir(), "tls-psk-one-file-"));
      t.after(() => rmSync(directory, { recursive: true }));
      const path = join(directory, file);
      const [tool, ...options] = make;
      await project.run(installed(name, tool), [...options, `--outfile=${path}`]);
      assert.deepEqual(readdirSync(directory), [file]);
      const [program, ...args] = start(path);
      const output = await run(program, args, { cwd: directory, env: { PSK: peer.secret } });
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
  oneFile({
    what: "esbuild, for Node",
    package: "esbuild",
    how: "`esbuild --bundle --platform=node --format=esm`: one file",
    make: ["bin/esbuild", "app.mjs", "--bundle", "--platform=node", "--format=esm", "--log-level=error"],
    file: "app.mjs",
    start: (path) => [process.execPath, path],
  }),
  oneFile({
    what: "Bun, compiled",
    package: "bun",
    how: "`bun build --compile`: one executable",
    make: ["bin/bun", "build", "--compile", "app.mjs"],
    file: "app",
    start: (path) => [path],
  }),
];
