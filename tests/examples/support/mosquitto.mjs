// Mosquitto, a broker of MQTT.

import { writeFileSync } from "node:fs";
import { temporaryFile } from "../../interop/support/peers.mjs";
import { freePort } from "../../node/support/ports.mjs";
import { start } from "../../node/support/process.mjs";

/** Debian keeps servers where only root looks for them. */
const ENVIRONMENT = { PATH: `${process.env.PATH}:/usr/sbin` };

/** Starts a broker with more lines of its configuration, and returns its port. */
export async function startMosquitto(t, lines = []) {
  const port = await freePort();
  const config = [`listener ${port} 127.0.0.1`, "allow_anonymous true", "user root", ...lines];
  const path = temporaryFile(t);
  writeFileSync(path, `${config.join("\n")}\n`, { mode: 0o644 });
  const broker = start(t, "mosquitto", ["-c", path], { env: ENVIRONMENT });
  await broker.printed(/mosquitto version \S+ running/);
  return port;
}
