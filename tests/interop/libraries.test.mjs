// Libraries that take a socket, over tls-psk/node, to servers that are not ours: stunnel has the TLS, and behind it is the
// server that the library is for. What Node brings itself is in tests/node/node-adapter-libraries.test.mjs, MQTT.js in
// tests/examples.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "tls-psk/node";
import { freePort } from "../node/support/ports.mjs";
import { start } from "../node/support/process.mjs";
import { PSK, WRONG_PSK } from "./support/peers.mjs";
import { startStunnel } from "./support/stunnel.mjs";

const library = createRequire(import.meta.url);

const clientOf = ({ identity, secret }) => ({ pskCallback: () => ({ identity, psk: secret }) });
const CLIENT = clientOf(PSK);
const STRANGER = clientOf(WRONG_PSK);

/** A plain server of HTTP that tells what it was asked, behind TLS. */
async function webServer(t) {
  const server = http.createServer(async (request, response) => {
    const chunks = await request.toArray();
    response.setHeader("x-method", request.method);
    response.end(Buffer.concat(chunks));
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return startStunnel(t, server.address().port);
}

/** A dispatcher of undici whose connections have a PSK. */
function dispatcherOf(t, port, key) {
  const { Agent } = library("undici");
  const agent = new Agent({
    connect(_options, callback) {
      const tls = connect({ ...key, port });
      tls.once("error", callback);
      tls.once("secureConnect", () => {
        tls.off("error", callback);
        callback(null, tls);
      });
    },
  });
  t.after(() => agent.destroy());
  return agent;
}

test("undici fetches and streams through the socket, and keeps the connection", async (t) => {
  const { fetch, request } = library("undici");
  const dispatcher = dispatcherOf(t, await webServer(t), CLIENT);
  for (const size of [5, 400_000]) {
    const body = "x".repeat(size);
    const response = await fetch("http://device.example/", { method: "POST", body, dispatcher });
    assert.deepEqual([response.status, response.headers.get("x-method")], [200, "POST"]);
    assert.equal(await response.text(), body);
  }
  const { body, statusCode } = await request("http://device.example/", { dispatcher });
  assert.deepEqual([statusCode, await body.text()], [200, ""]);
});

test("undici is told when the server does not have the key", async (t) => {
  const { fetch } = library("undici");
  const dispatcher = dispatcherOf(t, await webServer(t), STRANGER);
  const error = await fetch("http://device.example/", { dispatcher }).catch((error) => error);
  assert.equal(error.cause.code, "ERR_TLS_ALERT_RECEIVED");
});

async function redisServer(t) {
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", tmpdir()];
  const redis = start(t, "redis-server", options);
  await redis.printed(/Ready to accept connections/);
  return startStunnel(t, port);
}

/** A connector of ioredis whose connections have a PSK. */
function connectorOf(port, key) {
  return class {
    connect() {
      this.stream = connect({ ...key, port });
      return Promise.resolve(this.stream);
    }
    check() {
      return true;
    }
    disconnect() {
      this.stream.end();
    }
  };
}

test("ioredis talks to Redis", async (t) => {
  const Redis = library("ioredis");
  const redis = new Redis({ Connector: connectorOf(await redisServer(t), CLIENT) });
  t.after(() => redis.disconnect());
  const value = "y".repeat(200_000);
  assert.equal(await redis.set("state", value), "OK");
  assert.equal(await redis.get("state"), value);
  const counted = await Promise.all(Array.from({ length: 50 }, () => redis.incr("count")));
  assert.equal(counted.at(-1), 50);
  assert.equal(await redis.quit(), "OK");
});

test("ioredis is told when the server does not have the key", async (t) => {
  const Redis = library("ioredis");
  const options = { Connector: connectorOf(await redisServer(t), STRANGER), retryStrategy: () => null };
  const redis = new Redis({ ...options, maxRetriesPerRequest: 0 });
  t.after(() => redis.disconnect());
  const [error] = await once(redis, "error");
  assert.equal(error.code, "ERR_TLS_ALERT_RECEIVED");
});

/** Debian has PostgreSQL's programs where no path leads. */
function postgresProgram(name) {
  const [version] = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  return join("/usr/lib/postgresql", version, "bin", name);
}

/** PostgreSQL in a directory of the test's. It refuses to run as root, who is somebody else then. */
async function postgresServer(t) {
  const data = mkdtempSync(join(tmpdir(), "tls-psk-postgres-"));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const isRoot = process.getuid() === 0;
  const as = isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : ["env"];
  if (isRoot) execFileSync("chown", ["postgres:postgres", data]);
  const [program, ...before] = as;
  const run = (name, ...args) => [program, [...before, postgresProgram(name), "-D", data, ...args]];
  const [initdb, options] = run("initdb", "-U", "device", "-A", "trust", "--no-sync");
  execFileSync(initdb, options, { cwd: data, stdio: "ignore" });
  const port = await freePort();
  const postgres = start(t, ...run("postgres", "-p", String(port), "-h", "127.0.0.1", "-k", data, "-F"), { cwd: data });
  await postgres.printed(/ready to accept connections/);
  return startStunnel(t, port);
}

test("pg talks to PostgreSQL", async (t) => {
  const { Client } = library("pg");
  const port = await postgresServer(t);
  const client = new Client({ user: "device", database: "postgres", stream: () => connect({ ...CLIENT, port }) });
  await client.connect();
  const { rows } = await client.query("SELECT $1::text AS said, repeat('z', 300000) AS long", ["naïve ≠ plain"]);
  assert.deepEqual([rows[0].said, rows[0].long.length], ["naïve ≠ plain", 300_000]);
  await client.end();

  const stranger = new Client({ user: "device", stream: () => connect({ ...STRANGER, port }) });
  await assert.rejects(stranger.connect(), { code: "ERR_TLS_ALERT_RECEIVED" });
});

async function mailServer(t) {
  const { SMTPServer } = library("smtp-server");
  const mails = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    async onData(stream, _session, callback) {
      mails.push(Buffer.concat(await stream.toArray()).toString());
      callback();
    },
  });
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  return { mails, port: await startStunnel(t, server.server.address().port) };
}

test("nodemailer sends a mail", async (t) => {
  const { createTransport } = library("nodemailer");
  const { mails, port } = await mailServer(t);
  const getSocket = (key) => (_options, callback) => {
    const connection = connect({ ...key, port });
    connection.once("secureConnect", () => callback(null, { connection }));
    connection.once("error", callback);
  };
  const mail = { from: "device@example.org", to: "home@example.org", subject: "The gate is open", text: "Shut it." };
  await createTransport({ host: "device.example", ignoreTLS: true, getSocket: getSocket(CLIENT) }).sendMail(mail);
  assert.equal(mails.length, 1);
  assert.match(mails[0], /^Subject: The gate is open\r$/m);
  assert.match(mails[0], /\r\n\r\nShut it\.\r\n$/);
  const stranger = createTransport({ host: "device.example", ignoreTLS: true, getSocket: getSocket(STRANGER) });
  await assert.rejects(stranger.sendMail(mail), { name: "TlsError", alertDirection: "received" });
});
