// The key schedule as a diagram: a click on a value marks everything that it depends on.

import { peerOf, type Recorded, SIDES, type Side } from "../handshake/exchange.js";
import { announce } from "../page/announce.js";
import { countBytes, sameBytes, toHex } from "../page/bytes.js";
import { breakable, byId, h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { half } from "../page/tally.js";
import { beginningsOf } from "./beginnings.js";
import { ancestry, type Value, valuesOf } from "./graph.js";
import { type Branch, type Stage, stagesOf } from "./layout.js";
import { type ValuePanel, valuePanel } from "./value-panel.js";

export interface DerivationView {
  show(recorded: Recorded): void;
  /** The selection, for a link. */
  readonly selected: { side: Side; id: string };
  select(side: Side, id: string): void;
}

/** The initial selection: the main value of the page. */
const FIRST = "binder";

export function derivationView({ changed }: { changed(): void }): DerivationView {
  const root = byId("stages");
  const none = byId("nothing-derived");
  const radios = SIDES.map((side) => byId(`derived-${side}`) as HTMLInputElement);
  const panel: ValuePanel = valuePanel({ select: (value) => choose(value) });

  let shown: Recorded | undefined;
  let side: Side = "client";
  let selected = "";
  let values: Value[] = [];
  let peers: Value[] = [];
  /** A value that is an input of several others has a button for each. */
  let buttons = new Map<Value, HTMLButtonElement[]>();

  for (const [at, radio] of radios.entries()) {
    radio.addEventListener("change", () => {
      side = SIDES[at] ?? side;
      draw();
      changed();
    });
  }

  function choose(value: Value): void {
    selected = value.id;
    announce(`${value.name}, ${countBytes(value.bytes.length)}`);
    light();
    changed();
  }

  function draw(): void {
    if (!shown) return;
    values = valuesOf(shown.steps[side], beginningsOf(shown, side));
    const ofPeer = valuesOf(shown.steps[peerOf(side)], beginningsOf(shown, peerOf(side)));
    // initial values of the other side count as well: a different secret is where all other differences begin
    peers = ofPeer.flatMap((value) => [value, ...value.inputs.map((input) => input.value)]);
    buttons = new Map();
    const stages = stagesOf(values);
    none.hidden = stages.length > 0;
    root.replaceChildren(...stages.map(stageRow));
    root.dataset.side = side;
    for (const radio of radios) radio.checked = radio.value === side;
    if (!find()) selected = values.find(({ name }) => name === FIRST)?.id ?? "";
    light();
  }

  function find(): Value | undefined {
    // hashed messages have no place in the diagram, and initial values have no step
    return [...buttons.keys(), ...values].find(({ id }) => id === selected);
  }

  function light(): void {
    const value = find();
    const needed = value ? ancestry(value) : new Set<Value>();
    for (const [one, places] of buttons) {
      for (const button of places) {
        button.setAttribute("aria-pressed", String(one === value));
        button.dataset.needed = String(one !== value && needed.has(one));
      }
    }
    panel.show(value, value ? [...needed].filter((one) => one !== value && one.bytes.length > 0) : [], side);
  }

  function stageRow(stage: Stage): HTMLElement {
    return h(
      "li",
      { class: "stage", data: { stage: stage.secret.name } },
      h(
        "div",
        { class: "stem" },
        h(
          "ol",
          { class: "inputs", "aria-label": "What goes in" },
          stage.salt && input(stage.salt, "salt"),
          ...stage.material.map((value, at) => input(value, at === stage.material.length - 1 ? "IKM" : "")),
        ),
        h("p", { class: "operation", text: "HKDF-Extract" }),
        valueButton(stage.secret, "secret"),
      ),
      h(
        "ul",
        { class: "branches", "aria-label": `What is derived from the ${stage.secret.name}` },
        ...stage.branches.map(branchItem),
      ),
    );
  }

  function branchItem({ value, next }: Branch): HTMLElement {
    return h(
      "li",
      { class: "branch" },
      valueButton(value),
      next.length > 0 && h("ul", { "aria-label": `From ${value.name}` }, ...next.map(branchItem)),
    );
  }

  function input(value: Value, parameter: string): HTMLElement {
    return h("li", {}, parameter !== "" && h("span", { class: "parameter", text: parameter }), valueButton(value));
  }

  function valueButton(value: Value, extra = ""): HTMLElement {
    const cuts = value.bytes.length > 0 ? value.bytes.slice(0, 32) : undefined;
    const button = h(
      "button",
      {
        class: `derived-value ${extra}`,
        type: "button",
        data: { name: value.name },
        on: { click: () => choose(value) },
      },
      h("code", { class: "name" }, ...breakable(value.name)),
      h("span", { class: "start" }, h("code", { text: startOf(value) }), agreementOf(value)),
      half(side === "client" ? "upper" : "lower", cuts, { class: side, "aria-hidden": "true" }),
    );
    buttons.set(value, [...(buttons.get(value) ?? []), button]);
    return button;
  }

  /** Whether the other side has computed the same, as a mark and in words. */
  function agreementOf(value: Value): Node | undefined {
    const peer = peerOf(side);
    if (peers.some(({ bytes }) => sameBytes(bytes, value.bytes))) {
      return h(
        "span",
        { class: "agrees" },
        icon("verified"),
        h("span", { class: "unseen", text: `, as on the ${peer}` }),
      );
    }
    const differs = peers.some(({ id }) => id === value.id);
    if (!differs) return undefined;
    return h(
      "span",
      { class: "differs" },
      icon("failed"),
      h("span", { class: "unseen", text: `, other than on the ${peer}` }),
    );
  }

  return {
    show(recorded) {
      shown = recorded;
      draw();
    },
    get selected() {
      return { side, id: selected };
    },
    select(chosenSide, id) {
      side = chosenSide;
      selected = id;
      draw();
    },
  };
}

function startOf({ bytes }: Value): string {
  if (bytes.every((byte) => byte === 0)) return `${bytes.length} zeros`;
  return `${toHex(bytes.slice(0, 4))}…`;
}
