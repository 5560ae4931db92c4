// Bytes next to the fields that the core finds in them, linked to each other, with a caption for the current one.

import type { Field } from "tls-psk";
import { describe } from "tls-psk/describe";
import { announce } from "../page/announce.js";
import { countBytes, offset } from "../page/bytes.js";
import { h } from "../page/dom.js";
import { type Branch, flatten, grow, labelOf } from "./branches.js";
import { fieldTree } from "./fields.js";
import { hexGrid } from "./hex.js";

/** What is shown at a time. */
export interface Layer {
  /** For the tab that it is shown under, if there are others. */
  title: string;
  /** Completes "Bytes of". */
  label: string;
  bytes: Uint8Array;
  fields: readonly Field[];
  /** A sentence about the whole layer. */
  hint: string;
  /** Which of its bytes the binders cover, and what else they cover. */
  covered?: { start: number; end: number; besides: string } | undefined;
}

export interface Dissector {
  /** Shows the layers, initially the first; the selection stays if it still exists. */
  show(layers: readonly Layer[], options?: { keep?: boolean }): void;
  select(field: Field): void;
}

const INVITATION = "Point at a byte or at a field, or walk through them with the arrow keys.";

/** Fills `root`. The ids of its parts begin with `prefix`, which must be unique on the page. */
export function dissector(root: HTMLElement, prefix = ""): Dissector {
  const tabs = h("div", { class: "layers", role: "radiogroup", "aria-label": "Parts to show" });
  const trail = h("p", { class: "trail", id: `${prefix}trail` });
  const caption = h("p", { class: "caption", id: `${prefix}caption` });
  const legend = h("p", { class: "legend", id: `${prefix}legend` });
  const hexRoot = h("div", { class: "hex", id: `${prefix}hex`, role: "grid" });
  const treeRoot = h("div", { class: "fields", id: `${prefix}fields`, role: "tree", "aria-label": "Fields" });
  const told = h("div", { class: "told" }, trail, caption);
  const panes = h("div", { class: "panes", id: `${prefix}panes` }, hexRoot, told, treeRoot);
  root.classList.add("dissector");
  root.replaceChildren(tabs, legend, panes);

  const hex = hexGrid(hexRoot, { point: (at) => point(at === undefined ? undefined : smallestAt(at)), choose });
  const tree = fieldTree(treeRoot, { point, choose: mark });

  let layers: readonly Layer[] = [];
  let shown: Layer | undefined;
  let branches: Branch[] = [];
  let selected: Branch | undefined;
  let pointed: Branch | undefined;

  function show(next: readonly Layer[], { keep = false } = {}): void {
    const title = keep ? shown?.title : undefined;
    const kept = keep ? selected?.field : undefined;
    layers = next;
    tabs.hidden = layers.length < 2;
    tabs.replaceChildren(...layers.map((layer, at) => tab(layer, at)));
    open(layers.find((layer) => layer.title === title) ?? layers[0], kept);
  }

  function tab(layer: Layer, at: number): HTMLElement {
    const input = h("input", {
      type: "radio",
      name: `${prefix}layer`,
      value: String(at),
      on: { change: () => open(layer) },
    });
    return h("label", { class: "layer" }, input, h("span", { text: layer.title }));
  }

  function open(layer: Layer | undefined, kept?: Field): void {
    shown = layer;
    selected = undefined;
    pointed = undefined;
    const bytes = layer?.bytes ?? new Uint8Array();
    const roots = grow(layer?.fields ?? []);
    branches = flatten(roots);
    for (const input of tabs.querySelectorAll("input")) input.checked = layers[Number(input.value)] === layer;
    panes.hidden = layer === undefined;
    panes.dataset.plain = String(roots.length === 0);
    hex.show(bytes, `Bytes of ${layer?.label}`);
    tree.show(roots, bytes);
    treeRoot.setAttribute("aria-label", `Fields of ${layer?.label}`);
    showCovered(layer?.covered);
    if (kept) select(kept);
    else tell(undefined);
  }

  function showCovered(covered: Layer["covered"]): void {
    hex.shade(covered);
    legend.hidden = covered === undefined;
    if (!covered) return;
    const { start, end, besides } = covered;
    legend.replaceChildren(
      h("span", { class: "swatch", "aria-hidden": "true" }),
      `Shaded: the truncated ClientHello, bytes ${offset(start)} to ${offset(end - 1)}. Every binder is an HMAC over the hash`,
      ` of these bytes${besides} (section 4.3.11.2).`,
    );
  }

  function select({ name, start, end }: Field): void {
    const found = ({ field }: Branch) => field.name === name && field.start === start && field.end === end;
    const branch = branches.find(found);
    if (!branch) {
      tell(undefined);
      return;
    }
    mark(branch);
    tree.moveTo(branch);
  }

  /** Selects a field, and scrolls to its first byte. */
  function mark(branch: Branch): void {
    highlight(branch);
    hex.moveTo(branch.field.start);
  }

  /** Selects the field that a byte belongs to. */
  function choose(at: number): void {
    const branch = smallestAt(at);
    if (!branch) return;
    highlight(branch);
    tree.moveTo(branch);
  }

  function highlight(branch: Branch): void {
    selected = branch;
    announce(`${labelOf(branch)}: ${whereIs(branch.field)}`);
    hex.highlight("selected", branch.field);
    tree.highlight("selected", branch);
    tell(branch);
  }

  function point(branch: Branch | undefined): void {
    if (branch === pointed) return;
    pointed = branch;
    hex.highlight("pointed", branch?.field);
    tree.highlight("pointed", branch);
    tell(branch ?? selected);
  }

  function smallestAt(at: number): Branch | undefined {
    return branches.findLast(({ field }) => field.start <= at && at < field.end);
  }

  /** Describes the position and the purpose of a field, or how to find out. */
  function tell(branch: Branch | undefined): void {
    if (branch) trail.textContent = `${pathOf(branch)}: ${whereIs(branch.field)}`;
    else trail.textContent = shown ? `${countBytes(shown.bytes.length)}. ${shown.hint}` : "";
    caption.textContent = branch ? captionOf(branch) : branches.length > 0 ? INVITATION : "";
  }

  return { show, select };
}

/** The purpose of a field; for a length or plain content, that of the enclosing field. */
function captionOf({ field, parent }: Branch): string {
  const around = parent && describe(parent.field);
  if (field.name === "length" && parent) return `How many bytes of ${labelOf(parent)} follow. ${around ?? ""}`;
  if (field.name === "opaque" && parent) return `The content of ${labelOf(parent)}. ${around ?? ""}`;
  return describe(field) ?? "";
}

function pathOf(branch: Branch): string {
  return branch.parent ? `${pathOf(branch.parent)} › ${labelOf(branch)}` : labelOf(branch);
}

function whereIs({ start, end }: Field): string {
  if (start === end) return "empty";
  return end - start === 1 ? `byte ${offset(start)}` : `bytes ${offset(start)} to ${offset(end - 1)}`;
}
