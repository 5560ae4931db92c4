// The outcome: the two endpoints as the halves of one stick, cut by what each exported.

import { firstDifference } from "../handshake/difference.js";
import { type Exchange, type Fault, SIDES, type Side, type Stage } from "../handshake/exchange.js";
import { byId, h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { recut } from "../page/tally.js";

export const HEADLINES: Record<Stage, string> = {
  connected: "Handshake complete",
  closed: "Handshake complete, connection closed",
  failed: "Handshake failed",
  waiting: "The server waits for a PSK to be selected",
  handshaking: "Handshake not complete",
  refused: "Not started: the configuration was refused",
};

const NAMES: Record<Side, string> = { client: "Client", server: "Server" };

export interface OutcomeView {
  show(exchange: Exchange): void;
  /** Says that nothing was run, because these secrets are not hexadecimal digits. */
  refuse(secrets: readonly string[]): void;
  /** The outcome in a short sentence, for screen readers. */
  spoken(exchange: Exchange): string;
}

export function outcomeView(): OutcomeView {
  const headline = byId("headline");
  const reasons = byId("reasons");
  const stick = byId("endpoints");
  const between = byId("between");
  const difference = byId("difference");

  return {
    show(exchange) {
      headline.textContent = HEADLINES[exchange.stage];
      difference.textContent = exchange.stage === "failed" ? (firstDifference(exchange) ?? "") : "";
      reasons.replaceChildren(...reasonsOf(exchange).map((reason) => h("p", {}, ...reason)));
      between.replaceChildren(...alertsOf(exchange));
      stick.dataset.joined = String(exchange.exportsMatch);
      for (const side of SIDES) {
        byId(`${side}-state`).textContent = exchange.state(side) ?? "not started";
        recut(byId(side), side === "client" ? "upper" : "lower", exchange.exported[side]);
      }
    },
    refuse(secrets) {
      headline.textContent = "Not run";
      difference.textContent = "";
      const which = secrets.length === 1 ? "The secret" : "The secrets";
      const text = `${which} of ${secrets.join(" and of ")}: not an even number of hexadecimal digits. Everything below is from the last run.`;
      reasons.replaceChildren(h("p", { text }));
      between.replaceChildren();
      stick.dataset.joined = "false";
      for (const side of SIDES) {
        byId(`${side}-state`).textContent = "not run";
        recut(byId(side), side === "client" ? "upper" : "lower", undefined);
      }
    },
    spoken(exchange) {
      const { stage } = exchange;
      const why = stage === "failed" ? (firstDifference(exchange) ?? "") : "";
      return `${HEADLINES[stage]}. ${why}`;
    },
  };
}

/** The alerts that ended it, in the gap between the halves. */
export function alertsOf({ stage, entries }: Exchange): Node[] {
  if (stage !== "failed") return [];
  return entries
    .filter(({ fatal }) => fatal)
    .map(({ name, from }) =>
      h(
        "span",
        {},
        icon("alert"),
        h("code", { text: name }),
        ` ${from === "client" ? "↓" : "↑"} alert sent by the ${from}`,
      ),
    );
}

/** The reason for the outcome; `beside` if the stick of the endpoints is visible. */
export function reasonsOf(exchange: Exchange, beside = true): (Node | string)[][] {
  const faults = exchange.faults.map(reasonOf);
  if (faults.length > 0) return faults;
  if (exchange.stage === "handshaking") return [[WAITS]];
  if (exchange.stage === "waiting") {
    return [[h("a", { href: "#selection", text: "Select one of the offered PSKs" }), "."]];
  }
  const { client, server } = exchange.exported;
  if (!client || !server) return [];
  return exchange.exportsMatch
    ? [
        [
          beside
            ? `Both sides exported the same ${client.length} bytes, from which the edges are drawn.`
            : `Both sides exported the same ${client.length} bytes.`,
        ],
      ]
    : [["The two sides exported different bytes."]];
}

const WAITS = "Neither side has failed: one of them waits for more bytes.";

/** Which side failed and why, and which alerts were sent. */
function reasonOf({ side, error }: Fault): (Node | string)[] {
  const who = h("strong", { class: side, text: `${NAMES[side]}: ` });
  const { code, message, alert, alertDirection } = error;
  // an identifier keeps its case
  const first = /^[a-z]+\b(?![_.(])/.test(message) ? message.charAt(0).toUpperCase() : message.charAt(0);
  const what = `${first}${message.slice(1)}. `;
  const name = h("code", { text: code });
  if (!alert || alertDirection !== "sent") return [who, what, name];
  return [who, what, "It sent the alert ", h("code", { text: alert }), ". ", name];
}
