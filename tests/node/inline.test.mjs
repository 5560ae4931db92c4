// tls-psk/inline: one file of a program has everything in it, as bundlers for Node make them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { inRoot } from "../../tools/lib/paths.mjs";

/** A handshake in memory, and over Duplexes: the import of tls-psk/inline comes first, and decides. */
const PROGRAM = (full) => `
  import { acceptTls, startTls } from "tls-psk/${full}inline";
  import { TLSSocket } from "tls-psk/${full}node";

  const psks = [{ identity: "device-7", secret: new Uint8Array(32).fill(7) }];
  const [there, back] = [new TransformStream(), new TransformStream()];
  const client = startTls({ readable: back.readable, writable: there.writable }, { psks, allowBothRoles: true });
  const server = acceptTls({ readable: there.readable, writable: back.writable }, { psks, allowBothRoles: true });
  client.opened.then(({ cipherSuite }) => console.log(cipherSuite, typeof TLSSocket));
  server.readable.pipeTo(server.writable);
`;

for (const full of ["", "full/"]) {
  for (const format of ["esm", "cjs"]) {
    test(`tls-psk/${full}inline is in one file, as ${format}`, async (t) => {
      const directory = mkdtempSync(join(tmpdir(), "tls-psk-inline-"));
      t.after(() => rmSync(directory, { recursive: true }));
      const outfile = join(directory, format === "esm" ? "app.mjs" : "app.cjs");
      await build({
        stdin: { contents: PROGRAM(full), resolveDir: inRoot() },
        bundle: true,
        platform: "node",
        format,
        outfile,
        logLevel: "silent",
      });
      assert.equal(readdirSync(directory).length, 1);
      const output = execFileSync(process.execPath, [outfile], { cwd: directory, encoding: "utf8" });
      assert.match(output, /^TLS_\w+ function\n$/);
    });
  }
}
