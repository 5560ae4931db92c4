// What must cost the same in the package, as ratios of medians whose samples were taken in turn: `npm run bench`.
//
// Refusals are measured from the arrival of the ClientHello to the alert. The application answers `selectPsk` at once,
// for the known identity with a PSK that it makes then, as one that keeps its keys in a store does.

import { acceptTls, Config, Connection, ExternalPsk, init, prepareServer } from "tls-psk";

const SAMPLES = 400;
const KNOWN = { identity: "device-7", secret: crypto.getRandomValues(new Uint8Array(32)) };

await init();
const bytes = (text) => new TextEncoder().encode(text);

/** A client's first flight under this identity, with a key that is not the server's. */
function hello(identity, context) {
  const config = new Config("client");
  config.setAllowBothRoles(true);
  const psk = new ExternalPsk(bytes(identity), new Uint8Array(32).fill(1));
  config.appendPsk(context ? psk.withContext(context) : psk);
  const client = new Connection(config);
  client.start();
  return client.pollTransmit();
}

/** The time of one refusal through the classes, in milliseconds. */
function throughClasses(first, context, known) {
  const config = new Config("server");
  config.setAllowBothRoles(true);
  config.setSelection("application");
  const server = new Connection(config);
  const start = performance.now();
  server.receive(first);
  const list = server.offeredPsks();
  const { identity, imported } = list.get(0);
  list.free();
  const make = (secret) => {
    const psk = new ExternalPsk(imported?.externalIdentity ?? identity, secret);
    if (!context) return psk;
    const copy = psk.withContext(context);
    psk.free();
    return copy;
  };
  try {
    if (known) {
      const psk = make(KNOWN.secret);
      try {
        server.selectPsk(psk);
      } finally {
        psk.free();
      }
    } else {
      const psk = make(new Uint8Array(32).fill(2));
      try {
        server.selectUnknown(psk);
      } finally {
        psk.free();
      }
    }
  } catch {
    // decrypt_error, in both cases
  }
  server.pollTransmit();
  const time = performance.now() - start;
  server.free();
  config.free();
  return time;
}

/** The time of one refusal through the streams, in milliseconds. */
async function throughStreams(first, context, known) {
  let controller;
  const readable = new ReadableStream({
    start: (given) => {
      controller = given;
    },
  });
  const alert = Promise.withResolvers ? Promise.withResolvers() : deferred();
  const writable = new WritableStream({ write: () => alert.resolve() });
  const answer = known ? { ...KNOWN, identity: bytes(KNOWN.identity), context } : null;
  const selectPsk = () => answer;
  const server = acceptTls({ readable, writable }, { selectPsk, allowBothRoles: true });
  server.closed.catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
  const start = performance.now();
  controller.enqueue(first);
  await alert.promise;
  const time = performance.now() - start;
  controller.close();
  await server.closed.catch(() => {});
  return time;
}

function deferred() {
  const handles = {};
  handles.promise = new Promise((resolve, reject) => Object.assign(handles, { resolve, reject }));
  return handles;
}

const median = (samples) => samples.sort((a, b) => a - b)[samples.length >> 1];

async function compare(name, one, other) {
  const samples = [[], []];
  for (let round = 0; round < SAMPLES + 50; round++) {
    const times = [await one(), await other()];
    // The first rounds are those in which the code is compiled.
    if (round >= 50) times.forEach((time, side) => void samples[side].push(time));
  }
  const [a, b] = samples.map(median);
  const us = (time) => `${(time * 1000).toFixed(1)} us`;
  console.log(`  ${name.padEnd(32)} ${(a / b).toFixed(3).padStart(7)}   (${us(a)} : ${us(b)})`);
}

console.log("refusals through selectPsk of an identity that is known against one that is not:");
for (const [kind, context] of [
  ["plain", undefined],
  ["imported", bytes("a to b")],
]) {
  const [right, wrong] = [hello("device-7", context), hello("device-8", context)];
  await compare(
    `classes, ${kind}`,
    () => throughClasses(right, context, true),
    () => throughClasses(wrong, context, false),
  );
  await compare(
    `streams, ${kind}`,
    () => throughStreams(right, context, true),
    () => throughStreams(wrong, context, false),
  );
}

console.log("what acceptTls costs before the first byte, in milliseconds: first use, second, further ones, prepared:");
for (const [name, count, context] of [
  ["1 PSK", 1],
  ["10,000 PSKs", 10_000],
  ["1,000 imported PSKs", 1000, "a to b"],
]) {
  const psks = Array.from({ length: count }, (_, n) => ({
    identity: `device-${n}`,
    secret: crypto.getRandomValues(new Uint8Array(32)),
    ...(context && { context: bytes(context) }),
  }));
  const options = { psks, allowBothRoles: true };
  const accept = async (server) => {
    const ends = { readable: new ReadableStream(), writable: new WritableStream() };
    const start = performance.now();
    const socket = acceptTls(ends, server);
    const time = performance.now() - start;
    socket.closed.catch(() => {});
    await socket.close().catch(() => {});
    return time;
  };
  const uses = [];
  for (let use = 0; use < 25; use++) uses.push(await accept(options));
  const server = prepareServer(options);
  const prepared = [];
  for (let use = 0; use < 25; use++) prepared.push(await accept(server));
  const times = [uses[0], uses[1], median(uses.slice(2)), median(prepared)].map((time) => time.toFixed(2));
  console.log(`  ${name.padEnd(32)} ${times.join("  ")}`);
}
