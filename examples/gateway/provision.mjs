// Puts a new key for a device into the gateway's KV, and prints it: node provision.mjs IDENTITY [--remote]

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { positionals, values } = parseArgs({ allowPositionals: true, options: { remote: { type: "boolean" } } });
const [identity] = positionals;
if (!identity) {
  console.error("usage: node provision.mjs IDENTITY [--remote]");
  process.exit(2);
}
const secret = randomBytes(32).toString("hex");
const name = Buffer.from(identity).toString("hex");
// in a file that only this user can read, because the list of processes shows the arguments of a program
const directory = mkdtempSync(join(tmpdir(), "provision-"));
const file = join(directory, "entry.json");
writeFileSync(file, JSON.stringify({ secret }), { mode: 0o600 });
const put = ["wrangler", "kv", "key", "put", name, "--path", file, "--binding", "DEVICES"];
const { status, stdout, stderr } = spawnSync("npx", [...put, values.remote ? "--remote" : "--local"]);
rmSync(directory, { recursive: true });
if (status !== 0) {
  console.error(`${stdout}${stderr}`);
  process.exit(1);
}
console.log(`${identity}:${secret}`);
