// The crate as users get it: what is in the package, and the programs of its README and examples/, built in an empty
// directory without the features that this repository's tests switch on.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { TARGET as WASM, wasmToolchain } from "../../tools/lib/toolchain.mjs";
import { REVERSE, startSClient } from "../interop/support/openssl.mjs";
import { HEX, PSK } from "../interop/support/peers.mjs";
import { freePort } from "../node/support/ports.mjs";
import { start } from "../node/support/process.mjs";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Kept from run to run, so that dependencies are not compiled again. */
const TARGET = join(ROOT, "target", "packed");
const directory = mkdtempSync(join(tmpdir(), "tls-psk-crate-"));

/** The programs of the README: the client and the server. */
const programs = [...readFileSync(join(ROOT, "src", "README.md"), "utf8").matchAll(/^```rust.*\n([\s\S]*?)^```$/gm)];
const [client, server] = programs.map(([, program]) => program);
const examples = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".rs"));

const cargo = (args, cwd = ROOT, env = {}) =>
  execFileSync("cargo", args, {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
const metadata = () => JSON.parse(cargo(["metadata", "--format-version", "1", "--locked", "--all-features"]));

let ports;

before(async () => {
  ports = { client: await freePort(), server: await freePort() };
  cargo(["package", "--quiet", "--allow-dirty", "--no-verify", "--locked", "--target-dir", TARGET]);
  const [{ name, version }] = metadata().packages.filter(({ name }) => name === "tls-psk");
  execFileSync("tar", ["-xzf", join(TARGET, "package", `${name}-${version}.crate`), "-C", directory]);

  const project = join(directory, "project");
  mkdirSync(join(project, "src", "bin"), { recursive: true });
  writeFileSync(
    join(project, "Cargo.toml"),
    `[package]
name = "project"
edition = "2024"

[profile.dev]
debug = false

[dependencies]
bytes = "1"
hex = "0.4"
http-body-util = "0.1"
hyper = { version = "1", features = ["client", "http1", "server"] }
hyper-util = { version = "0.1", features = ["tokio"] }
mqttbytes = "0.6"
tls-psk = { path = "../${name}-${version}", features = ["tokio"] }
tokio = { version = "1", features = ["fs", "io-std", "io-util", "macros", "net", "rt-multi-thread"] }
`,
  );
  copyFileSync(join(ROOT, "Cargo.lock"), join(project, "Cargo.lock"));
  for (const name of examples)
    copyFileSync(join(ROOT, "examples", name), join(project, "src", "bin", `example_${name}`));
  const at = (program, role) => program.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${ports[role]}`);
  writeFileSync(join(project, "src", "bin", "readme_client.rs"), at(client, "client"));
  writeFileSync(join(project, "src", "bin", "readme_server.rs"), at(server, "server"));
  writeFileSync(join(project, "psk.key"), PSK.secret);
  cargo(["build", "--quiet", "--target-dir", TARGET], project);
});

after(() => rmSync(directory, { recursive: true }));

const run = (t, program) => start(t, join(TARGET, "debug", program), [], { cwd: join(directory, "project") });

test("the package has sources, licences, a README and the changes, and nothing else", () => {
  const listed = cargo(["package", "--list", "--allow-dirty"]).trim().split("\n");
  const expected =
    /^(src\/.*\.rs|src\/README\.md|Cargo\.(toml|toml\.orig|lock)|LICENSE-(APACHE|MIT)|CHANGELOG\.md|\.cargo_vcs_info\.json)$/;
  assert.deepEqual(
    listed.filter((file) => !expected.test(file)),
    [],
  );
  assert.ok(listed.includes("src/lib.rs") && listed.includes("src/README.md"));
});

test("a client and a server take fewer than 25 lines", () => {
  assert.equal(programs.length, 2);
  for (const [, program] of programs) assert.ok(program.trimEnd().split("\n").length < 25, program);
});

test("the client of the README talks to OpenSSL's server", async (t) => {
  const key = ["-psk_identity", PSK.identity, "-psk", HEX];
  const accept = ["-nocert", "-accept", `127.0.0.1:${ports.client}`, "-naccept", "1", REVERSE];
  await start(t, "openssl", ["s_server", "-tls1_3", ...key, ...accept]).printed(/^ACCEPT/m);
  const ours = run(t, "readme_client");
  assert.equal(await ours.ended, 0, ours.stderr);
  assert.equal(ours.stdout.trim(), "olleh");
});

test("the server of the README selects the PSK of OpenSSL's client", async (t) => {
  const ours = run(t, "readme_server");
  await reachable(ports.server);
  const theirs = startSClient(t, ports.server);
  theirs.child.stdin.write("hello there\n");
  await theirs.printed(/^hello there$/m);
  assert.equal(ours.stderr, "");
});

const IN_A_MODULE = `use std::sync::Arc;
use tls_psk::{ClientConfig, Connection, Entropy, ExternalPsk, HashAlgorithm};

/// The length of a ClientHello.
#[unsafe(no_mangle)]
pub extern "C" fn client_hello_len() -> usize {
    let psk = ExternalPsk::new(b"device-7", &[0x5a; 32], HashAlgorithm::Sha256).unwrap();
    let mut config = ClientConfig::new();
    config.append_psk(&psk).unwrap();
    let mut client = Connection::client(Arc::new(config), Entropy::from_seed([7; 32]));
    client.start().unwrap();
    client.poll_transmit().unwrap().len()
}
`;

test("a module of WebAssembly that uses the crate has its own exports, and none of the crate's classes", async () => {
  const project = join(directory, "module");
  mkdirSync(join(project, "src"), { recursive: true });
  const [{ name, version }] = metadata().packages.filter(({ name }) => name === "tls-psk");
  writeFileSync(
    join(project, "Cargo.toml"),
    `[package]
name = "module"
edition = "2024"

[lib]
crate-type = ["cdylib"]

[dependencies]
getrandom = { version = "0.4", features = ["wasm_js"] }
tls-psk = { path = "../${name}-${version}" }
`,
  );
  copyFileSync(join(ROOT, "Cargo.lock"), join(project, "Cargo.lock"));
  writeFileSync(join(project, "src", "lib.rs"), IN_A_MODULE);
  cargo(["build", "--quiet", "--target", WASM, "--target-dir", TARGET], project, await wasmToolchain());
  const module = new WebAssembly.Module(readFileSync(join(TARGET, WASM, "debug", "module.wasm")));
  const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function");
  assert.deepEqual(
    functions.map(({ name }) => name).filter((name) => !/^__(wbindgen|externref)/.test(name)),
    ["client_hello_len"],
  );
});

test("no dependency needs a newer Rust than the crate", () => {
  const { packages, resolve } = metadata();
  const [crate] = packages.filter(({ name }) => name === "tls-psk");
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const needed = new Set();
  (function visit(id) {
    if (needed.has(id)) return;
    needed.add(id);
    const isBuilt = ({ dep_kinds }) => dep_kinds.some(({ kind }) => kind !== "dev");
    for (const dep of nodes.get(id).deps.filter(isBuilt)) visit(dep.pkg);
  })(crate.id);
  assert.ok(needed.size > 20, `${needed.size} packages`);
  const minor = (version) => Number(version.split(".")[1]);
  const newer = packages.filter(
    ({ id, rust_version }) => needed.has(id) && rust_version && minor(rust_version) > minor(crate.rust_version),
  );
  assert.deepEqual(
    newer.map(({ name, rust_version }) => `${name} needs ${rust_version}`),
    [],
  );
});

/** Waits until something listens on the port. */
async function reachable(port) {
  const { connect } = await import("node:net");
  for (;;) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
