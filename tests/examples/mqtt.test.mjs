// The thermometer of examples/mqtt against a real broker: mosquitto behind stunnel, and mosquitto's own PSK listener.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HEX, PSK, temporaryFile, WRONG_HEX } from "../interop/support/peers.mjs";
import { startStunnel } from "../interop/support/stunnel.mjs";
import { freePort } from "../node/support/ports.mjs";
import { start } from "../node/support/process.mjs";

const THERMOMETER = fileURLToPath(new URL("../../examples/mqtt/thermometer.mjs", import.meta.url));

/** Debian keeps servers where only root looks for them. */
const ENVIRONMENT = { PATH: `${process.env.PATH}:/usr/sbin` };

function file(t, content) {
  const path = temporaryFile(t);
  writeFileSync(path, content, { mode: 0o644 });
  return path;
}

async function startMosquitto(t, lines = []) {
  const port = await freePort();
  const config = [`listener ${port} 127.0.0.1`, "allow_anonymous true", "user root", ...lines];
  const broker = start(t, "mosquitto", ["-c", file(t, `${config.join("\n")}\n`)], { env: ENVIRONMENT });
  await broker.printed(/mosquitto version \S+ running/);
  return port;
}

const startThermometer = (t, port, key) =>
  start(t, process.execPath, [THERMOMETER, `127.0.0.1:${port}`, PSK.identity], { env: { TLS_PSK_KEY: key } });

for (const [name, broker] of [
  ["mosquitto behind stunnel", async (t) => startStunnel(t, await startMosquitto(t))],
  ["mosquitto itself", (t) => startMosquitto(t, [`psk_file ${file(t, `${PSK.identity}:${HEX}\n`)}`, "psk_hint any"])],
]) {
  test(`MQTT.js publishes to ${name}`, async (t) => {
    const thermometer = startThermometer(t, await broker(t), HEX);
    assert.equal(await thermometer.ended, 0, thermometer.stderr);
    assert.equal(thermometer.stdout, `temperature/${PSK.identity}: 21.5\n`);
  });

  test(`MQTT.js with another key is told so by ${name}`, async (t) => {
    const thermometer = startThermometer(t, await broker(t), WRONG_HEX);
    assert.equal(await thermometer.ended, 1);
    assert.match(thermometer.stderr, /^ERR_TLS_ALERT_RECEIVED: /);
  });
}
