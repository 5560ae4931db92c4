// The result of an attack: one lane for each defence, based only on the reports of the core.

import type { Exchange } from "../handshake/exchange.js";
import { countBytes, toHexGroups } from "../page/bytes.js";

export interface Lane {
  title: string;
  /** How the handshake ended. */
  stage: Exchange["stage"];
  facts: [name: string, value: string][];
  /**
   * The bytes of the halves of its stick: what each side exported, or the binder that was sent and the one computed.
   */
  cuts?: { client: Uint8Array | undefined; server: Uint8Array | undefined };
}

export interface Result {
  lanes: Lane[];
  /** The result of comparing the lanes. */
  verdict: string;
}

export interface Attack {
  id: string;
  name: string;
  /** What the attacker does, without the result. */
  about: string;
  run(): Result;
}

/** The facts of every exchange: the error of each side, and the alert that was sent. */
export function laneOf(title: string, exchange: Exchange, more: Lane["facts"] = []): Lane {
  const faults = exchange.faults.map(({ side, error }): [string, string] => [
    `The ${side} says`,
    `${error.message} (${error.code})`,
  ]);
  const alerts = exchange.entries
    .filter(({ kind, fatal }) => kind === "alert" && fatal)
    .map(({ name, from }): [string, string] => ["Alert sent", `${name}, by the ${from}`]);
  return { title, stage: exchange.stage, facts: [...more, ...faults, ...alerts], cuts: cutsOf(exchange) };
}

function cutsOf({ exported, offers, steps }: Exchange): NonNullable<Lane["cuts"]> {
  if (exported.client && exported.server) return { client: exported.client, server: exported.server };
  const computed = steps.server.find(({ operation }) => operation === "hmac");
  return { client: offers.at(-1)?.psks[0]?.binder.bytes, server: computed?.output };
}

/** All bytes that the server sent. */
export function answerOf({ flights }: Exchange): Uint8Array[] {
  return flights.filter(({ from }) => from === "server").map(({ bytes }) => bytes);
}

export function shownBytes(bytes: Uint8Array): string {
  return `${toHexGroups(bytes)} (${countBytes(bytes.length)})`;
}
