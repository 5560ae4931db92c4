// A project of a new user: the tarball installed into an empty directory outside the workspace, and a program.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inRoot } from "../../../tools/lib/paths.mjs";
import { run } from "../../../tools/lib/run.mjs";
import { start } from "../../node/support/process.mjs";
import { installed, program } from "./paths.mjs";

/** Packs the package and installs it; resolves to the tarball, the paths in it, and what makes projects with it. */
export async function pack(t) {
  const directory = mkdtempSync(join(tmpdir(), "tls-psk-runtimes-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const args = ["pack", "--json", "--ignore-scripts", "--workspace", "pkg", "--pack-destination", directory];
  const [{ filename }] = JSON.parse(await run("npm", args, { cwd: inRoot() }));
  const tarball = join(directory, filename);

  // one installation, by npm, of which each project gets a copy
  const fresh = join(directory, "fresh");
  mkdirSync(fresh);
  writeFileSync(join(fresh, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--offline", tarball], { cwd: fresh });
  return { tarball, fresh, newProject: (row, options) => newProject(row, { directory, fresh }, options) };
}

let projects = 0;

/** Puts a package of this directory, and its commands for npx, into the node_modules of a project. */
function link(modules, directory) {
  const { name, bin = {} } = JSON.parse(readFileSync(installed(directory, "package.json"), "utf8"));
  const commands = Object.entries(typeof bin === "string" ? { [name]: bin } : bin);
  const links = [[name, "."], ...commands.map(([command, path]) => [join(".bin", command), path])];
  for (const [from, to] of links) {
    mkdirSync(dirname(join(modules, from)), { recursive: true });
    symlinkSync(installed(directory, to), join(modules, from));
  }
}

/**
 * A project with `files`, whose contents are the test programs named, or text with more than one line; `full` makes them
 * import `tls-psk/full`. The ports of the `peer` take the place of those in them, and `tools` are npm packages that the user
 * has installed as well.
 */
function newProject(t, { directory, fresh }, { files, peer, tools = [], full = false }) {
  const root = join(directory, `project-${++projects}`);
  cpSync(fresh, root, { recursive: true });
  for (const [path, source] of Object.entries(files)) {
    let text = source.includes("\n") ? source : program(source);
    if (full)
      text = text.replaceAll(/"tls-psk(?=["/])(?!\/(?:websocket|encoding))|tls-psk\/dist(?=\/index)/g, "$&/full");
    text = text
      .replaceAll("https://gateway.example/", `http://127.0.0.1:${peer?.requests}/`)
      .replaceAll(/\b8433\b/g, `${peer?.gateway ?? 0}`)
      .replaceAll(/\b4433\b/g, `${peer?.port}`);
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const name of tools) link(join(root, "node_modules"), name);
  const env = peer ? { PSK: peer.secret } : {};
  return {
    root,
    /** Starts a program in the project; it is ended with the row. */
    start: (command, args, extra) => start(t, command, args, { cwd: root, env: { ...env, ...extra }, group: true }),
    /** Runs a program in the project to its end; resolves to what it printed. */
    run: (command, args, extra) => run(command, args, { cwd: root, env: { ...env, ...extra } }),
  };
}
