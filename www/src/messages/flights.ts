// The messages in the order of their flights, as cuts across a stick that both sides share.

import { type Entry, type Flight, peerOf, type Recorded, type Side, type WireRecord } from "../handshake/exchange.js";
import { countBytes } from "../page/bytes.js";
import { byId, h, svg } from "../page/dom.js";
import { icon } from "../page/icons.js";

export interface FlightActions {
  open(entry: Entry): void;
}

export function flightView({ open }: FlightActions): { show(recorded: Recorded): void; mark(entry: Entry): void } {
  const root = byId("flights");
  let buttons = new Map<number, HTMLButtonElement>();

  function entryRow(entry: Entry): HTMLElement {
    const button = h(
      "button",
      { class: "entry", type: "button", on: { click: () => open(entry) } },
      notch(entry),
      h("code", { class: "name" }, entry.fatal && icon("alert"), entry.name),
      h("span", { class: "kind", text: describe(entry) }),
      h("span", { class: "size", text: entry.bytes ? countBytes(entry.bytes.length) : "" }),
      h(
        "span",
        { class: "cover" },
        icon(entry.protected ? "protected" : "clear"),
        entry.protected ? "protected" : "in clear",
      ),
    );
    buttons.set(entry.id, button);
    const data = {
      name: entry.name,
      from: entry.from,
      kind: entry.kind,
      protected: String(entry.protected),
      fatal: String(entry.fatal),
    };
    return h("li", { data }, button);
  }

  function flightRow(flight: Flight): HTMLElement {
    const { from, length, records, entries } = flight;
    return h(
      "li",
      { class: `flight ${from}` },
      h(
        "div",
        { class: "way" },
        h("strong", { class: from, text: way(from) }),
        h("span", { class: "size", text: `${countBytes(length)} on the wire` }),
        h("ol", { class: "records", "aria-label": "Records" }, ...records.map(record)),
      ),
      h("ol", { class: "entries" }, ...entries.map(entryRow)),
    );
  }

  return {
    show(recorded) {
      buttons = new Map();
      root.replaceChildren(...recorded.flights.map(flightRow));
    },
    mark(entry) {
      for (const [id, button] of buttons) {
        if (id === entry.id) button.setAttribute("aria-current", "true");
        else button.removeAttribute("aria-current");
      }
    },
  };
}

function record({ type, length }: WireRecord): HTMLElement {
  return h("li", {}, h("code", { text: type }), ` ${length}`);
}

function way(from: Side): string {
  return from === "client" ? "Client → server" : "Server → client";
}

function describe(entry: Entry): string {
  const what = { handshake: "", data: "data, ", alert: entry.fatal ? "fatal alert, " : "alert, " }[entry.kind];
  return `${what}${entry.heard ? `${entry.from} to ${peerOf(entry.from)}` : `sent by the ${entry.from}, not received`}`;
}

/** A cut from the sender's side, through to the other's if the message was received there. */
function notch({ from, heard }: Entry): SVGElement {
  const tip = heard ? 52 : 24;
  const cut = `M0 11H${tip - 8}L${tip} 20L${tip - 8} 29H0Z`;
  const turned = from === "server" ? { transform: "translate(56 0) scale(-1 1)" } : {};
  return svg(
    "svg",
    { class: "notch", viewBox: "0 0 56 40", "aria-hidden": "true" },
    svg("path", { d: cut, ...turned }),
  );
}
