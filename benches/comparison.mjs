// The figures of docs/performance.md: each a median of interleaved samples of CPU time, each comparison a ratio of the same
// run. `npm run bench` runs this last; `--write` puts the results into docs/performance.md and benches/results.

import { execFileSync } from "node:child_process";
import { createCipheriv, createDecipheriv, webcrypto } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import * as core from "tls-psk";
import * as full from "tls-psk/full";
import { inRoot } from "../tools/lib/paths.mjs";
import { compare } from "./lib/compare.mjs";
import { classEnds, exchange, IDENTITY, SECRET, throughDuplexes, throughStreams, transfer } from "./lib/ends.mjs";
import { markdown, svg } from "./lib/report.mjs";

await core.init();
await full.init();

const write = process.argv.includes("--write");
const RECORD = 16 * 1024;
const MEGABYTE = 1024 * 1024;

/** A handshake of two connections of the classes, both sides. */
function handshake(package_, configure) {
  const ends = classEnds(package_, configure);
  return () => {
    const [client, server] = ends.open();
    client.start();
    let connected = 0;
    exchange(client, server, (_, { type }) => {
      if (type === "connected") connected += 1;
    });
    if (connected !== 2) throw new Error("no handshake");
    client.free();
    server.free();
  };
}

/** Resumes sessions of one server, each once. */
function resumption() {
  const ends = classEnds(core, (config, role) => {
    config.setPskKinds("both");
    if (role === "server") config.setTickets(new Uint8Array(32).fill(3), 1, 3600, 604_800);
  });
  let session;
  const once = () => {
    const [client, server] = ends.open();
    for (const end of [client, server]) end.setTime(Date.now());
    if (session) client.appendSession(session);
    session?.free();
    client.start();
    exchange(client, server, (_, event) => {
      if (event.type === "session") session = event.session;
    });
    client.free();
    server.free();
  };
  once();
  return once;
}

const groups = (names) => (config) => config.setGroups(names);

async function handshakes() {
  const throughTls = { count: 20, run: () => throughDuplexes("node:tls") };
  return compare([
    { name: "node:tls", ...throughTls },
    { name: "psk_dhe_ke x25519, classes", count: 20, run: handshake(core) },
    { name: "psk_dhe_ke x25519, streams", count: 20, run: () => throughStreams() },
    { name: "psk_dhe_ke x25519, tls-psk/node", count: 20, run: () => throughDuplexes("tls-psk/node") },
    { name: "psk_dhe_ke secp256r1, classes", count: 20, run: handshake(core, groups(["secp256r1"])) },
    {
      name: "HelloRetryRequest to secp256r1, classes",
      count: 20,
      run: handshake(core, (config, role) =>
        config.setGroups(role === "client" ? ["x25519", "secp256r1"] : ["secp256r1"]),
      ),
    },
    { name: "X25519MLKEM768, tls-psk/full", count: 20, run: handshake(full, groups(["X25519MLKEM768"])) },
    { name: "psk_ke, classes", count: 20, run: handshake(core, (config) => config.setModes(["psk_ke"])) },
    { name: "resumption with x25519, classes", count: 20, run: resumption() },
  ]);
}

/** Seals and opens records of one connection. */
function records(suite, length, platform) {
  const hash = suite.endsWith("384") ? "SHA-384" : "SHA-256";
  const { Config, Connection, ExternalPsk } = core;
  const [client, server] = ["client", "server"].map((role) => {
    const config = new Config(role);
    config.setAllowBothRoles(true);
    config.setCipherSuites([suite]);
    config.setPlatformCrypto(platform);
    const external = new ExternalPsk(new TextEncoder().encode(IDENTITY), SECRET, hash);
    config.appendPsk(external);
    const connection = new Connection(config);
    external.free();
    config.free();
    return connection;
  });
  client.start();
  exchange(client, server);
  const data = new Uint8Array(length).fill(1);
  return () => {
    client.send(data);
    server.receive(client.pollTransmit());
    if (server.pollEvent()?.data?.length !== length) throw new Error("no data");
  };
}

/** The AEAD alone: seals and opens by node:crypto. */
function nodeAead(name, keyLength, length) {
  const [key, nonce, header] = [Buffer.alloc(keyLength, 1), Buffer.alloc(12, 2), Buffer.alloc(5, 3)];
  const text = Buffer.alloc(length + 1, 4);
  return () => {
    const cipher = createCipheriv(name, key, nonce, { authTagLength: 16 });
    cipher.setAAD(header);
    const sealed = cipher.update(text);
    cipher.final();
    const decipher = createDecipheriv(name, key, nonce, { authTagLength: 16 });
    decipher.setAAD(header);
    decipher.setAuthTag(cipher.getAuthTag());
    decipher.update(sealed);
    decipher.final();
  };
}

/** The same by WebCrypto. */
async function webAead(length) {
  const key = await webcrypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt", "decrypt"]);
  const algorithm = { name: "AES-GCM", iv: new Uint8Array(12), additionalData: new Uint8Array(5) };
  const text = new Uint8Array(length + 1);
  return async () => {
    const sealed = await webcrypto.subtle.encrypt(algorithm, key, text);
    await webcrypto.subtle.decrypt(algorithm, key, sealed);
  };
}

async function recordsOf(length) {
  const count = Math.max(50, Math.min(2000, Math.round(MEGABYTE / length)));
  const contenders = [{ name: "node:crypto alone, AES-128-GCM", run: nodeAead("aes-128-gcm", 16, length) }];
  contenders.push({ name: "WebCrypto alone, AES-128-GCM", run: await webAead(length) });
  contenders.push({ name: "node:crypto alone, ChaCha20-Poly1305", run: nodeAead("chacha20-poly1305", 32, length) });
  for (const suite of ["TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"]) {
    contenders.push({ name: `${suite}, by the platform`, run: records(suite, length, true) });
    contenders.push({ name: `${suite}, by the WebAssembly`, run: records(suite, length, false) });
  }
  return compare(contenders.map((contender) => ({ ...contender, count })));
}

async function transfers(chunk) {
  const bytes = (chunk < RECORD ? 8 : 32) * MEGABYTE;
  const ours = ["tls-psk/node", "streams"].flatMap((kind) => [
    { name: `${kind}, AES-128-GCM`, run: () => transfer(kind, bytes, { chunk }) },
    {
      name: `${kind}, AES-128-GCM by the WebAssembly`,
      run: () => transfer(kind, bytes, { chunk, platformCrypto: false }),
    },
  ]);
  const chacha = { chunk, ciphers: "TLS_CHACHA20_POLY1305_SHA256" };
  return compare(
    [
      { name: "node:tls, AES-128-GCM", run: () => transfer("node:tls", bytes, { chunk }) },
      ...ours,
      { name: "streams, ChaCha20-Poly1305", run: () => transfer("streams", bytes, chacha) },
    ],
    { rounds: 7, warmUp: 1 },
  );
}

/** A server that answers one ClientHello: how its cost grows with its PSKs. */
function answer(psks, offered) {
  const { Config, Connection, ExternalPsk } = core;
  const text = (value) => new TextEncoder().encode(value);
  const add = (config, name) => {
    const external = new ExternalPsk(text(name), SECRET);
    config.appendPsk(external);
    external.free();
  };
  const config = new Config("server");
  config.setAllowBothRoles(true);
  config.setMaxOfferedPsks(1000);
  for (let place = 0; place < psks; place++) add(config, `device-${place}`);
  const client = new Config("client");
  client.setAllowBothRoles(true);
  for (let place = 0; place < offered - 1; place++) add(client, `stranger-${place}`);
  add(client, "device-0");
  const first = new Connection(client);
  first.start();
  const hello = first.pollTransmit();
  return {
    server() {
      const connection = new Connection(config);
      connection.receive(hello);
      if (!connection.pollTransmit()) throw new Error("no answer");
      connection.free();
    },
    client() {
      const connection = new Connection(client);
      connection.start();
      connection.pollTransmit();
      connection.free();
    },
  };
}

async function growth() {
  const one = answer(1, 1).server;
  return compare([
    { name: "a server with 1 PSK", count: 50, run: one },
    ...[100, 10_000, 100_000].map((psks) => ({
      name: `a server with ${psks.toLocaleString("en")} PSKs`,
      count: 50,
      run: answer(psks, 1).server,
    })),
  ]);
}

async function offers() {
  return compare(
    [1, 10, 100, 500].flatMap((offered) => {
      const { client, server } = answer(1, offered);
      return [
        { name: `a ClientHello with ${offered} PSKs, made`, count: 10, run: client },
        { name: `a ClientHello with ${offered} PSKs, answered`, count: 10, run: server },
      ];
    }),
  );
}

/** CPU time of a fresh process, in microseconds, less than that of an empty one. */
async function startUp() {
  const program = (source) => () =>
    Number(
      execFileSync(
        process.execPath,
        [
          "--input-type=module",
          "--eval",
          `${source}
        const { user, system } = process.cpuUsage(); console.log(user + system);`,
        ],
        { cwd: inRoot() },
      ),
    );
  const programs = [
    ["an empty program", ""],
    ["import of node:tls", 'await import("node:tls");'],
    ["import and init of tls-psk", 'const { init } = await import("tls-psk"); await init();'],
    [
      "import and init of tls-psk/node",
      'const { init } = await import("tls-psk"); await import("tls-psk/node"); await init();',
    ],
  ];
  let time;
  return compare(
    programs.map(([name, source]) => {
      const run = program(source);
      return { name, run: () => (time = run()) };
    }),
    {
      measure: async (work) => {
        await work();
        return time;
      },
    },
  );
}

const sections = [
  ["handshakes", "Handshakes, both sides in one process", "µs", handshakes],
  ["records-64", "Records of 64 bytes, sealed and opened", "µs", () => recordsOf(64)],
  ["records-1024", "Records of 1 KiB, sealed and opened", "µs", () => recordsOf(1024)],
  ["records-16384", "Records of 16 KiB, sealed and opened", "µs", () => recordsOf(RECORD)],
  ["transfer-16384", "32 MiB over TCP in writes of 16 KiB, both sides", "µs", () => transfers(RECORD)],
  ["transfer-1024", "8 MiB over TCP in writes of 1 KiB, both sides", "µs", () => transfers(1024)],
  ["psks", "An answer to a ClientHello by the number of a server's PSKs", "µs", growth],
  ["offers", "A ClientHello by the number of its PSKs", "µs", offers],
  ["start-up", "Start-up of a Node process", "µs", startUp],
];
const only = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const chosen = sections.filter(([name]) => only.length === 0 || only.includes(name));

const results = [];
for (const [name, title, unit, measure] of chosen) {
  const result = { name, title, unit, rows: await measure() };
  results.push(result);
  console.log(markdown(result));
}

if (write) {
  const cpu = os.cpus()[0].model.trim();
  const where = `Node ${process.versions.node}, ${os.cpus().length} cores (${cpu}), ${os.type()}`;
  mkdirSync(inRoot("benches", "results"), { recursive: true });
  writeFileSync(inRoot("benches", "results", "results.json"), `${JSON.stringify({ where, results }, null, 2)}\n`);
  for (const result of results) writeFileSync(inRoot("benches", "results", `${result.name}.svg`), svg(result));
  const path = inRoot("docs", "performance.md");
  const tables = results.map(
    (result) => `${markdown(result)}\n![${result.title}](../benches/results/${result.name}.svg)\n`,
  );
  const text = readFileSync(path, "utf8").replace(
    /(<!-- the tables of npm run bench -->\n)[\s\S]*?(<!-- end -->)/,
    (_, head, end) => `${head}\nMeasured with ${where}.\n\n${tables.join("\n")}\n${end}`,
  );
  writeFileSync(path, text);
}
