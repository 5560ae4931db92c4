// A server that looks up its keys asynchronously: one that it finds, a client that it refuses, and a database that does
// not answer.

import { setTimeout as delay } from "node:timers/promises";
import { join, newKey, print, text } from "./lib/ends.mjs";

const pump = { identity: "pump/1", secret: newKey() };
const spare = { identity: "pump/1/spare", secret: newKey() };
const database = new Map([pump, spare].map(({ identity, secret }) => [identity, { secret, blocked: false }]));

const serverOptions = {
  answerTimeout: 1_000,
  async selectPsk(offered, { serverName, signal }) {
    print("server", `is asked for ${serverName} with ${offered.map(({ identity }) => text(identity)).join(", ")}`);
    // All at once: one after the other, a client with many identities would keep the database busy for long.
    const entries = await Promise.all(offered.map(({ identity }) => lookUp(text(identity), signal)));
    const place = entries.findIndex((entry) => entry && !entry.blocked);
    if (place < 0) return null; // none of them
    return { identity: offered[place].identity, secret: entries[place].secret };
  },
};

await call([pump, spare]);

database.get("pump/1").blocked = true;
await call([pump, spare]);
await call([pump, { identity: "stranger", secret: newKey() }]);
await call([{ identity: "slow", secret: newKey() }]);

async function call(psks) {
  const { client, server } = join({ psks, serverName: "water.example" }, serverOptions);
  const outcome = ({ pskIdentity }) => `is connected with ${text(pskIdentity)}`;
  const failure = ({ code, alert, alertDirection }) => `fails: ${code}, ${alert} ${alertDirection}`;
  print("server", await server.opened.then(outcome, failure));
  print("client", await client.opened.then(outcome, failure));
  await Promise.all([client.close(), server.close()]).catch(() => {});
}

/** Simulates a query over a network that can be cancelled. */
async function lookUp(name, signal) {
  await delay(name === "slow" ? 60_000 : 50, undefined, { signal });
  return database.get(name);
}
