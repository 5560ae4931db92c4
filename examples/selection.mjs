// A server that looks its keys up: one that it finds, in its own time; a client that it does not want; and a database
// that does not answer.

import { setTimeout as delay } from "node:timers/promises";
import { join, newKey, print, text } from "./lib/ends.mjs";

const pump = { identity: "pump/1", secret: newKey() };
const spare = { identity: "pump/1/spare", secret: newKey() };
const database = new Map([pump, spare].map(({ identity, secret }) => [identity, { secret, blocked: false }]));

const serverOptions = {
  selectionTimeout: 1_000,
  async selectPsk(offered, { serverName, signal }) {
    print("server", `is asked for ${serverName} with ${offered.map(({ identity }) => text(identity)).join(", ")}`);
    // All at once: one after the other, a client that offers many would keep the database busy for long.
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

/** Stands for a query that goes over a network, and can be called off. */
async function lookUp(name, signal) {
  await delay(name === "slow" ? 60_000 : 50, undefined, { signal });
  return database.get(name);
}
