// The gallery: cards with a button that runs the attack, and its result.

import type { Stage } from "../handshake/exchange.js";
import { announce } from "../page/announce.js";
import { breakable, byId, h } from "../page/dom.js";
import { icon, type Mark } from "../page/icons.js";
import { half } from "../page/tally.js";
import { ATTACKS } from "./gallery.js";
import type { Attack, Lane } from "./lanes.js";

const ENDS: Record<Stage, [Mark, string]> = {
  connected: ["verified", "Connected"],
  closed: ["verified", "Connected, and closed"],
  failed: ["failed", "Failed"],
  refused: ["unusable", "Not started"],
  waiting: ["waiting", "Waiting"],
  handshaking: ["waiting", "Not complete"],
};

export interface AttacksView {
  /** Runs the attack of this name, if there is one. */
  run(id: string): void;
}

export function attacksView({ ran }: { ran(id: string): void }): AttacksView {
  const root = byId("attack-list");
  const runs = new Map<string, () => void>();

  root.replaceChildren(...ATTACKS.map(card));

  function card(attack: Attack): HTMLElement {
    const result = h("div", { class: "result" });
    const button = h("button", { type: "button" }, "Run", h("span", { class: "unseen", text: `: ${attack.name}` }));
    const run = () => {
      const { lanes, verdict } = attack.run();
      result.replaceChildren(
        h("ol", { class: "lanes" }, ...lanes.map(laneItem)),
        h("p", { class: "verdict" }, h("strong", { text: verdict })),
      );
      announce(verdict);
      button.firstChild?.replaceWith("Run again");
    };
    runs.set(attack.id, run);
    button.addEventListener("click", () => {
      run();
      ran(attack.id);
    });
    return h(
      "li",
      { class: "attack", id: `attack-${attack.id}` },
      h("h3", { text: attack.name }),
      h("p", { text: attack.about }),
      h("div", { class: "actions" }, button),
      result,
    );
  }

  return { run: (id) => runs.get(id)?.() };
}

function laneItem({ title, stage, facts, cuts }: Lane): HTMLElement {
  const [mark, end] = ENDS[stage];
  return h(
    "li",
    { class: "lane", data: { stage } },
    cuts &&
      h(
        "div",
        { class: "stick", "aria-hidden": "true", data: { joined: String(stage === "connected") } },
        half("upper", cuts.client, { class: "client" }),
        half("lower", cuts.server, { class: "server" }),
      ),
    h("h4", { text: title }),
    h("p", { class: "end" }, icon(mark), h("strong", { text: end })),
    h(
      "dl",
      {},
      ...facts.map(([name, value]) => h("div", {}, h("dt", { text: name }), h("dd", {}, ...breakable(value)))),
    ),
  );
}
