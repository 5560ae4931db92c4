// How it ended: the two endpoints as the halves of one stick, cut by what each exported.

import { byId, h } from "../dom.js";
import { icon } from "../icons.js";
import { recut } from "../tally.js";
import { type Exchange, type Fault, SIDES, type Side, type Stage } from "../wire.js";

export const HEADLINES: Record<Stage, string> = {
  connected: "They fit.",
  closed: "They fit, and have closed.",
  failed: "They do not fit.",
  waiting: "The server waits for your choice.",
  handshaking: "They are not through yet.",
  refused: "The scene was refused.",
};

const NAMES: Record<Side, string> = { client: "Client", server: "Server" };

export function outcomeView(): { show(exchange: Exchange): void } {
  const headline = byId("headline");
  const reasons = byId("reasons");
  const stick = byId("endpoints");
  const between = byId("between");

  return {
    show(exchange) {
      // a status that is set to what it was is read out again
      const text = HEADLINES[exchange.stage];
      if (headline.textContent !== text) headline.textContent = text;
      reasons.replaceChildren(...reasonsOf(exchange).map((reason) => h("p", {}, ...reason)));
      between.replaceChildren(...alertsOf(exchange));
      stick.dataset.joined = String(exchange.exportsMatch);
      for (const side of SIDES) {
        byId(`${side}-state`).textContent = exchange.state(side) ?? "not started";
        recut(byId(side), side === "client" ? "upper" : "lower", exchange.exported[side]);
      }
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

/** Why it stands as it does; `beside` where the stick of the endpoints is in sight. */
export function reasonsOf(exchange: Exchange, beside = true): (Node | string)[][] {
  const faults = exchange.faults.map(reasonOf);
  if (faults.length > 0) return faults;
  if (exchange.stage === "handshaking") return [[WAITS]];
  if (exchange.stage === "waiting") {
    return [[h("a", { href: "#selection", text: "Choose among the keys that the client offers" }), "."]];
  }
  const { client, server } = exchange.exported;
  if (!client || !server) return [];
  return exchange.exportsMatch
    ? [
        [
          beside
            ? `The cuts are the same ${client.length} bytes, which each side exported for itself.`
            : `Each side has exported the same ${client.length} bytes.`,
        ],
      ]
    : [["The two sides exported different bytes."]];
}

const WAITS = "Nobody has given up: with what arrived, a side goes on waiting for more bytes.";

/** Who gave up and why, and which alert went which way. */
function reasonOf({ side, error }: Fault): (Node | string)[] {
  const who = h("strong", { class: side, text: `${NAMES[side]}: ` });
  const { code, message, alert, alertDirection } = error;
  const what = `${message.charAt(0).toUpperCase()}${message.slice(1)}. `;
  const name = h("code", { text: code });
  if (!alert || alertDirection !== "sent") return [who, what, name];
  return [who, what, "It sent the alert ", h("code", { text: alert }), ". ", name];
}
