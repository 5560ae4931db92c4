// The fields of a message as a tree that unfolds, for pointer and keyboard.

import { asText, offset, toHex } from "../page/bytes.js";
import { breakable, h } from "../page/dom.js";
import { type Branch, flatten, labelOf } from "./branches.js";
import { type Highlight, revealIn, revealOnScreen } from "./highlight.js";
import { named } from "./iana.js";

/** Fields of this depth and deeper are initially folded. */
const FOLDED = 3;
/** How many bytes of an opaque field are shown in its line. */
const PREVIEW = 4;

export interface FieldTree {
  show(roots: readonly Branch[], message: Uint8Array): void;
  highlight(how: Highlight, branch: Branch | undefined): void;
  /** Makes it the keyboard's current field, unfolds its parents, and scrolls to it. */
  moveTo(branch: Branch): void;
}

export interface FieldActions {
  /** The pointer is over this field, or over none. */
  point(branch: Branch | undefined): void;
  /** A field was clicked, or the keyboard moved to it. */
  choose(branch: Branch): void;
}

export function fieldTree(root: HTMLElement, { point, choose }: FieldActions): FieldTree {
  let branches: Branch[] = [];
  let items = new Map<Branch, HTMLElement>();
  let current: Branch | undefined;
  let isScrolled = false;
  /** The marked lines, so that a change touches only these. */
  const marked: Partial<Record<Highlight, HTMLElement | undefined>> = {};

  function show(roots: readonly Branch[], message: Uint8Array): void {
    const next = flatten(roots);
    highlight("pointed", undefined);
    highlight("selected", undefined);
    if (current) items.get(current)?.setAttribute("tabindex", "-1");
    if (isAlike(next)) rename(next, message);
    else {
      items = new Map();
      root.replaceChildren(...roots.map((branch) => item(branch, message)));
    }
    branches = next;
    // setting it triggers a layout of the page
    if (isScrolled) root.scrollTop = 0;
    isScrolled = false;
    current = branches[0];
    if (current) items.get(current)?.setAttribute("tabindex", "0");
  }

  /** Whether the fields have the same names in the same places as those that are shown. */
  function isAlike(next: readonly Branch[]): boolean {
    const isSame = (one: Branch, other: Branch | undefined) =>
      other?.field.depth === one.field.depth && labelOf(other) === labelOf(one);
    return next.length === branches.length && next.every((branch, at) => isSame(branch, branches[at]));
  }

  /** Shows other fields in the lines that are there, which stay folded or unfolded. */
  function rename(next: readonly Branch[], message: Uint8Array): void {
    const lines = branches.map((branch) => items.get(branch));
    items = new Map();
    for (const [at, branch] of next.entries()) {
      const line = lines[at];
      const [text, span] = line?.firstElementChild?.querySelectorAll(".value, .span") ?? [];
      if (!line || !text || !span) continue;
      items.set(branch, line);
      const value = textOf(branch, message);
      if (text.textContent !== value)
        text.replaceChildren(...breakable(value).filter((part) => part !== undefined && part !== false));
      if (span.textContent !== spanOf(branch)) span.textContent = spanOf(branch);
    }
  }

  function item(branch: Branch, message: Uint8Array): HTMLElement {
    const { field, children } = branch;
    const folds = children.length > 0;
    const element = h(
      "div",
      {
        role: "treeitem",
        tabindex: -1,
        "aria-expanded": folds && String(field.depth < FOLDED),
        "aria-selected": "false",
      },
      h(
        "div",
        { class: "label" },
        folds && h("span", { class: "fold", "aria-hidden": "true" }),
        h(
          "span",
          { class: "text" },
          h("code", { class: "name", text: labelOf(branch) }),
          " ",
          h("span", { class: "value" }, ...breakable(textOf(branch, message))),
        ),
        h("span", { class: "span", text: spanOf(branch) }),
      ),
      folds && h("div", { role: "group" }, ...children.map((child) => item(child, message))),
    );
    items.set(branch, element);
    return element;
  }

  function highlight(how: Highlight, branch: Branch | undefined): void {
    const [before, now] = [marked[how], branch && items.get(branch)];
    before?.classList.remove(how);
    now?.classList.add(how);
    marked[how] = now;
    if (how !== "selected") return;
    before?.setAttribute("aria-selected", "false");
    now?.setAttribute("aria-selected", "true");
  }

  function moveTo(branch: Branch): void {
    if (current) items.get(current)?.setAttribute("tabindex", "-1");
    current = branch;
    items.get(branch)?.setAttribute("tabindex", "0");
    for (let at = branch.parent; at; at = at.parent) fold(at, true);
    revealIn(root, items.get(branch)?.firstElementChild);
  }

  function chooseAndFocus(branch: Branch | undefined): void {
    if (!branch) return;
    choose(branch);
    moveTo(branch);
    items.get(branch)?.focus({ preventScroll: true });
    revealOnScreen(items.get(branch)?.firstElementChild);
  }

  function fold(branch: Branch, open: boolean): void {
    if (branch.children.length > 0) items.get(branch)?.setAttribute("aria-expanded", String(open));
  }

  function isOpen(branch: Branch): boolean {
    return items.get(branch)?.getAttribute("aria-expanded") === "true";
  }

  /** The field this many lines below, skipping folded ones. */
  function neighbour(branch: Branch, by: number): Branch | undefined {
    const lines = unfolded();
    return lines[lines.indexOf(branch) + by];
  }

  function unfolded(): Branch[] {
    const isHidden = ({ parent }: Branch): boolean => parent !== undefined && (!isOpen(parent) || isHidden(parent));
    return branches.filter((branch) => !isHidden(branch));
  }

  function branchAt(target: EventTarget | null): Branch | undefined {
    const element = target instanceof Element ? target.closest("[role=treeitem]") : null;
    return branches.find((branch) => items.get(branch) === element);
  }

  const keys: Record<string, (branch: Branch) => void> = {
    ArrowDown: (branch) => chooseAndFocus(neighbour(branch, 1)),
    ArrowUp: (branch) => chooseAndFocus(neighbour(branch, -1)),
    ArrowRight: (branch) => (isOpen(branch) ? chooseAndFocus(branch.children[0]) : fold(branch, true)),
    ArrowLeft: (branch) => (isOpen(branch) ? fold(branch, false) : chooseAndFocus(branch.parent)),
    Home: () => chooseAndFocus(branches[0]),
    End: () => chooseAndFocus(unfolded().at(-1)),
    Enter: (branch) => fold(branch, !isOpen(branch)),
    " ": (branch) => fold(branch, !isOpen(branch)),
  };

  root.addEventListener("scroll", () => {
    isScrolled = true;
  });
  root.addEventListener("pointerover", (event) => point(branchAt(event.target)));
  root.addEventListener("pointerleave", () => point(undefined));
  root.addEventListener("click", (event) => {
    const branch = branchAt(event.target);
    if (!branch) return;
    const onFold = event.target instanceof Element && event.target.closest(".fold") !== null;
    if (onFold || items.get(branch)?.ariaSelected === "true") fold(branch, !isOpen(branch));
    chooseAndFocus(branch);
  });
  root.addEventListener("keydown", (event) => {
    const branch = branchAt(event.target);
    const act = keys[event.key];
    if (!branch || !act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act(branch);
  });

  return { show, highlight, moveTo };
}

/** The value of the field; for an opaque one its text, or its first bytes. */
function textOf({ field: { value, start, end, name } }: Branch, message: Uint8Array): string {
  // its label has the type of the extension
  if (name === "Extension" || name === "extension_data" || name === "extension_type") {
    return name === "extension_type" ? named(name, value ?? "") : "";
  }
  if (value !== undefined) return named(name, value);
  if (name !== "opaque") return "";
  const bytes = message.slice(start, end);
  return asText(bytes) ?? `0x${toHex(bytes.slice(0, PREVIEW))}${bytes.length > PREVIEW ? " …" : ""}`;
}

function spanOf({ field: { start, end } }: Branch): string {
  if (start === end) return "empty";
  return end - start === 1 ? offset(start) : `${offset(start)}–${offset(end - 1)}`;
}
