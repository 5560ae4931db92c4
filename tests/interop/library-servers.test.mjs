// MariaDB and RabbitMQ behind stunnel: with mysql2, which takes a socket of tls-psk/node, and with amqplib, which takes
// none and so goes through `tls-psk tunnel`.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "tls-psk/node";
import { freePort } from "../node/support/ports.mjs";
import { start, startCli } from "../node/support/process.mjs";
import { HEX, PSK, WRONG_HEX, WRONG_PSK } from "./support/peers.mjs";
import { startStunnel } from "./support/stunnel.mjs";

const library = createRequire(import.meta.url);

const isRoot = process.getuid() === 0;

/** A directory for a server, which is another user than root. */
function directoryOf(t, user) {
  const path = mkdtempSync(join(tmpdir(), `tls-psk-${user}-`));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  if (isRoot) execFileSync("chown", [user, path]);
  return path;
}

/** A command as a user that is not root. */
function as(user, command, ...args) {
  if (!isRoot) return [command, args];
  return ["setpriv", [`--reuid=${user}`, `--regid=${user}`, "--clear-groups", command, ...args]];
}

async function mariaDb(t) {
  const data = directoryOf(t, "mysql");
  const common = ["--no-defaults", `--datadir=${data}`];
  const [install, options] = as("mysql", "mariadb-install-db", ...common, "--skip-test-db");
  execFileSync(install, options, { cwd: data, stdio: "ignore" });
  const users = join(data, "users.sql");
  writeFileSync(users, "CREATE USER device@'127.0.0.1' IDENTIFIED BY 'gate';\n", { mode: 0o644 });
  const port = await freePort();
  const network = ["--bind-address=127.0.0.1", `--port=${port}`, `--socket=${join(data, "socket")}`];
  const args = [...common, ...network, `--init-file=${users}`, "--skip-name-resolve", "--innodb-fast-shutdown=2"];
  const server = start(t, ...as("mysql", "/usr/sbin/mariadbd", ...args), { cwd: data });
  await server.printed(/ready for connections/);
  return startStunnel(t, port);
}

const socketOf =
  ({ identity, secret }, port) =>
  () =>
    connect({ port, pskCallback: () => ({ identity, psk: secret }) });

test("mysql2 talks to MariaDB", async (t) => {
  const { createConnection } = library("mysql2/promise");
  const port = await mariaDb(t);
  const client = await createConnection({ user: "device", password: "gate", stream: socketOf(PSK, port) });
  const [rows] = await client.execute("SELECT ? AS said, REPEAT('z', 300000) AS filled", ["naïve ≠ plain"]);
  assert.deepEqual([rows[0].said, rows[0].filled.length], ["naïve ≠ plain", 300_000]);
  await client.end();

  const stranger = createConnection({ user: "device", password: "gate", stream: socketOf(WRONG_PSK, port) });
  await assert.rejects(stranger, { code: "ERR_TLS_ALERT_RECEIVED" });
});

async function rabbitMq(t) {
  const data = directoryOf(t, "rabbitmq");
  const [port, epmdPort, nodePort] = [await freePort(), await freePort(), await freePort()];
  const plugins = join(data, "plugins");
  writeFileSync(plugins, "[].\n", { mode: 0o644 });
  // Erlang would start it as a daemon that outlives the test
  start(t, ...as("rabbitmq", "epmd", "-port", String(epmdPort), "-address", "127.0.0.1"));
  const env = {
    HOME: data,
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: `tls-psk-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(nodePort),
    RABBITMQ_MNESIA_BASE: join(data, "mnesia"),
    RABBITMQ_LOG_BASE: join(data, "log"),
    RABBITMQ_LOGS: "-",
    RABBITMQ_PID_FILE: join(data, "pid"),
    RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
    RABBITMQ_CONF_ENV_FILE: join(data, "none"),
    RABBITMQ_CONFIG_FILE: join(data, "none"),
  };
  const command = as("rabbitmq", "/usr/lib/rabbitmq/bin/rabbitmq-server");
  const server = start(t, ...command, { cwd: data, env, group: true });
  await server.printed(/Server startup complete/);
  return startStunnel(t, port);
}

/** A local port that leads to a port with TLS. */
async function tunnelTo(t, port, key) {
  const tunnel = startCli(t, ["tunnel", "--listen", "0", `127.0.0.1:${port}`, "--psk", key]);
  const [, local] = await tunnel.printed(/listening on 127\.0\.0\.1:(\d+)/);
  return { local, tunnel };
}

test("amqplib talks to RabbitMQ through a tunnel", async (t) => {
  const amqp = library("amqplib");
  const port = await rabbitMq(t);
  const { local } = await tunnelTo(t, port, `${PSK.identity}:${HEX}`);
  const connection = await amqp.connect(`amqp://guest:guest@127.0.0.1:${local}`);
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue("", { exclusive: true });
  const body = Buffer.alloc(300_000, "gate ");
  const received = new Promise((resolve) => channel.consume(queue, resolve, { noAck: true }));
  channel.sendToQueue(queue, body);
  assert.deepEqual((await received).content, body);
  await connection.close();

  const stranger = await tunnelTo(t, port, `${PSK.identity}:${WRONG_HEX}`);
  await assert.rejects(amqp.connect(`amqp://guest:guest@127.0.0.1:${stranger.local}`));
  await stranger.tunnel.printed(/ERR_TLS_ALERT_RECEIVED/);
});
