// One value of the key schedule: its name, its inputs, and the command that computes it in another tool.

import type { Step } from "page-core";
import type { Side } from "../handshake/exchange.js";
import { toHexGroups } from "../page/bytes.js";
import { copyButton } from "../page/copy.js";
import { breakable, byId, h } from "../page/dom.js";
import { commandFor, formulaOf, TOOLS, type Tool } from "./commands.js";
import type { Value } from "./graph.js";

export interface ValuePanel {
  /** Shows a value and everything else that it depends on, in the order in which it was computed. */
  show(value: Value | undefined, needed: readonly Value[], side: Side): void;
}

const TOOL_NAMES: Record<Tool, string> = { openssl: "OpenSSL", node: "Node" };

export function valuePanel(actions: { select(value: Value): void }): ValuePanel {
  const root = byId("value");
  const invitation = byId("no-value");
  let tool: Tool = "openssl";
  let last: Parameters<ValuePanel["show"]> | undefined;

  const chosen = (to: Tool) => {
    tool = to;
    if (last) show(...last);
    root.querySelector<HTMLInputElement>("input:checked")?.focus();
  };

  function show(value: Value | undefined, needed: readonly Value[], side: Side): void {
    last = [value, needed, side];
    root.hidden = !value;
    invitation.hidden = value !== undefined;
    if (!value) return;
    root.replaceChildren(
      h("h3", { tabindex: "-1" }, h("code", {}, ...breakable(value.name))),
      h("p", { class: "whole" }, h("code", { text: toHexGroups(value.bytes) })),
      ...(value.step ? computation(value, needed) : [h("p", { class: "hint", text: givenText(value, side) })]),
    );
  }

  function computation(value: Value, needed: readonly Value[]): HTMLElement[] {
    const { step } = value;
    if (!step) return [];
    const named = (name: string) => value.inputs.find((input) => input.name === name)?.value.name ?? name;
    const steps = [...needed, value].flatMap((one) => (one.step ? [one] : []));
    const command = commandFor(step, tool);
    const chain = steps.flatMap((one) => {
      const line = one.step && commandFor(one.step, tool);
      return line ? [`# ${one.name}`, line] : [];
    });
    return [
      h("p", { class: "formula" }, h("code", { text: formulaOf(step, named) })),
      h("p", { class: "hint" }, "It depends on ", ...links(needed), "."),
      h(
        "fieldset",
        { class: "tools" },
        h("legend", { text: "Compute it on the command line" }),
        h("div", { class: "switch" }, ...TOOLS.map(toolRadio)),
      ),
      command
        ? h(
            "pre",
            { class: "command", tabindex: "0", role: "region", "aria-label": "Command" },
            h("code", { text: command }),
          )
        : h("p", { class: "hint", text: noCommand(tool, step) }),
      h(
        "div",
        { class: "actions" },
        command !== undefined && copyButton("Copy the command", () => command),
        chain.length > 2 && copyButton("Copy the whole chain", () => chain.join("\n"), "quiet"),
      ),
    ];
  }

  function toolRadio(name: Tool): HTMLElement {
    const radio = h("input", {
      type: "radio",
      name: "tool",
      value: name,
      checked: name === tool,
      on: { change: () => chosen(name) },
    });
    return h("label", {}, radio, h("span", { text: TOOL_NAMES[name] }));
  }

  function links(needed: readonly Value[]): (Node | string)[] {
    return needed.flatMap((value, index) => [
      index === 0 ? "" : index === needed.length - 1 ? " and " : ", ",
      value.step
        ? h("button", { class: "link", type: "button", on: { click: () => follow(value) } }, ...breakable(value.name))
        : h("strong", { text: value.name }),
    ]);
  }

  /** Selects a value from the panel, which is redrawn: the focus moves to its heading. */
  function follow(value: Value): void {
    actions.select(value);
    root.querySelector("h3")?.focus();
  }

  return { show };
}

/** Why there is no shell command. */
function noCommand(tool: Tool, { algorithm }: Step): string {
  return algorithm === "X25519MLKEM768"
    ? "A hybrid of two key exchanges: its private keys are not among the values here."
    : `${TOOL_NAMES[tool]} cannot do this in one line.`;
}

function givenText({ id }: Value, side: Side): string {
  if (id.startsWith("zeros")) return "The string of zeros that replaces an absent input.";
  if (id === "stand-in")
    return "A stand-in: the server has no PSK with this identity and computes with this one instead.";
  if (id.startsWith("nonce")) return "The ticket_nonce of the NewSessionTicket.";
  return `The ${side} was configured with it.`;
}
