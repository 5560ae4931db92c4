// The thermometer of examples/mqtt against a real broker: mosquitto behind stunnel, and mosquitto's own PSK listener.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HEX, PSK, temporaryFile, WRONG_HEX } from "../interop/support/peers.mjs";
import { startStunnel } from "../interop/support/stunnel.mjs";
import { start } from "../node/support/process.mjs";
import { startMosquitto } from "./support/mosquitto.mjs";

const THERMOMETER = fileURLToPath(new URL("../../examples/mqtt/thermometer.mjs", import.meta.url));

function file(t, content) {
  const path = temporaryFile(t);
  writeFileSync(path, content, { mode: 0o644 });
  return path;
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
