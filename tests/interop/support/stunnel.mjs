// stunnel, which puts TLS with PSKs in front of servers that have none.

import { writeFileSync } from "node:fs";
import { freePort } from "../../node/support/ports.mjs";
import { start } from "../../node/support/process.mjs";
import { HEX, PSK, temporaryFile } from "./peers.mjs";

function file(t, content) {
  const path = temporaryFile(t);
  writeFileSync(path, content, { mode: 0o644 });
  return path;
}

/** A port with TLS 1.3 and the PSK of the tests, in front of another port of 127.0.0.1. */
export async function startStunnel(t, target) {
  const port = await freePort();
  const config = [
    "foreground = yes",
    "pid =",
    "[plain]",
    `accept = 127.0.0.1:${port}`,
    `connect = 127.0.0.1:${target}`,
    "sslVersionMin = TLSv1.3",
    `PSKsecrets = ${file(t, `${PSK.identity}:${HEX}\n`)}`,
  ];
  const stunnel = start(t, "stunnel4", [file(t, `${config.join("\n")}\n`)]);
  await stunnel.printed(/Configuration successful/);
  return port;
}
