// npm run jsr: makes target/jsr, the package for JSR, and has Deno check it as JSR would. JSR knows no conditions of runtimes,
// so its entries are those that load no other file; and it finds types only where a module names them.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "./build.mjs";
import { inRoot } from "./lib/paths.mjs";
import { main, run, step } from "./lib/run.mjs";
import { setUpNpm } from "./setup.mjs";

/** The entries, and the types of those without a file of types of their own. */
const ENTRIES = {
  ".": "dist/inline.js",
  "./slim": "dist/slim.js",
  "./full": "dist/full/inline.js",
  "./full/slim": "dist/full/slim.js",
  "./describe": "dist/describe.js",
  "./encoding": "dist/encoding.js",
  "./websocket": "dist/adapters/websocket.js",
};
const TYPES = { "dist/full/inline.js": "../inline.d.ts", "dist/full/slim.js": "../slim.d.ts" };

const OUT = inRoot("target", "jsr");

/** A connection of a client and a server in one program. */
const PROGRAM = `import { acceptTls, startTls, type TlsSocket } from "./dist/full/inline.js";

const [there, back] = [new TransformStream<Uint8Array, Uint8Array>(), new TransformStream<Uint8Array, Uint8Array>()];
const options = { psks: [{ identity: "device-7", secret: new Uint8Array(32).fill(7) }], allowBothRoles: true };
const client: TlsSocket = startTls({ readable: back.readable, writable: there.writable }, options);
const server = acceptTls({ readable: there.readable, writable: back.writable }, options);
void server.readable.pipeTo(server.writable);
const writer = client.writable.getWriter();
void writer.write(new TextEncoder().encode("through both")).then(() => writer.close());
const text = await new Response(client.readable).text();
if (text !== "through both") throw new Error(text);
`;

await main(async () => {
  await build("package");
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  cpSync(inRoot("pkg", "dist"), join(OUT, "dist"), { recursive: true });
  for (const name of ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"])
    cpSync(inRoot(name), join(OUT, name));
  cpSync(inRoot("pkg", "THIRD-PARTY-LICENSES"), join(OUT, "THIRD-PARTY-LICENSES"));

  // declarations name each other, as only entries say where theirs are
  for (const name of readdirSync(join(OUT, "dist"), { recursive: true }).filter((name) => name.endsWith(".d.ts"))) {
    const path = join(OUT, "dist", name);
    const text = readFileSync(path, "utf8").replaceAll(/((?:from|import\()\s*"\.{1,2}\/[^"]+)\.js"/g, '$1.d.ts"');
    writeFileSync(path, text);
  }
  for (const file of Object.values(ENTRIES)) {
    const types = TYPES[file] ?? `./${basename(file, ".js")}.d.ts`;
    writeFileSync(join(OUT, file), `/* @ts-self-types="${types}" */\n${readFileSync(join(OUT, file), "utf8")}`);
  }
  const { version, license, description } = JSON.parse(readFileSync(inRoot("pkg", "package.json"), "utf8"));
  const exports = Object.fromEntries(Object.entries(ENTRIES).map(([entry, file]) => [entry, `./${file}`]));
  const manifest = { name: "@tls-psk/tls-psk", version, license, description, exports };
  writeFileSync(join(OUT, "jsr.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);

  await setUpNpm("tests/runtimes");
  const deno = inRoot("tests", "runtimes", "node_modules", "deno", "deno");
  await step("checking the package for JSR", () =>
    run(deno, ["publish", "--dry-run", "--allow-dirty"], { cwd: OUT, env: { NO_COLOR: "1" } }),
  );
  writeFileSync(join(OUT, "program.ts"), PROGRAM);
  await step("a program of Deno with it, its types checked", () =>
    run(deno, ["run", "--check", "--no-lock", "program.ts"], { cwd: OUT, env: { NO_COLOR: "1" } }),
  );
  rmSync(join(OUT, "program.ts"));
});
