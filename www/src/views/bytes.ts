// A message as bytes and as fields, each linked to the other: by pointer, by click and by keyboard.

import type { Field } from "tls-psk";
import { asText, countBytes, hexByte, toHex } from "../bytes.js";
import { byId, h } from "../dom.js";
import type { Entry } from "../wire.js";
import { type Branch, flatten, grow, labelOf } from "./branches.js";

const ROW = 8;
/** Fields of this depth and deeper are folded away at first. */
const FOLDED = 3;

const INVITATION: Record<Entry["kind"], string> = {
  handshake: "Point at a byte or at a field, or walk through them with the arrow keys.",
  data: "To TLS these are bytes without fields.",
  alert: "",
};

export interface BytesView {
  /** Shows an entry; what was selected in it stays selected if it is the same one. */
  show(entry: Entry | undefined): void;
  select(field: Field): void;
}

export function bytesView(): BytesView {
  const title = byId("message-name");
  const trail = byId("trail");
  const grid = byId("hex");
  const tree = byId("fields");
  const empty = byId("no-bytes");
  const panes = byId("panes");

  let shown: Entry | undefined;
  let cells: HTMLElement[] = [];
  let roots: Branch[] = [];
  let branches: Branch[] = [];
  let items = new Map<Branch, HTMLElement>();
  let selected: Branch | undefined;
  let pointed: Branch | undefined;
  let cursor = 0;

  function show(entry: Entry | undefined): void {
    const same = entry !== undefined && entry.id === shown?.id && entry.name === shown.name;
    const kept = same ? selected?.field : undefined;
    shown = entry;
    selected = undefined;
    pointed = undefined;
    cursor = 0;
    const bytes = entry?.bytes;
    title.textContent = entry?.name ?? "No message";
    empty.hidden = bytes !== undefined;
    panes.hidden = bytes === undefined;
    roots = grow(entry?.fields ?? []);
    branches = flatten(roots);
    panes.dataset.plain = String(branches.length === 0);
    listBytes(bytes ?? new Uint8Array());
    listFields();
    if (kept) select(kept);
    else describe(undefined);
  }

  function listBytes(bytes: Uint8Array): void {
    cells = Array.from(bytes, (byte, at) =>
      h("span", {
        role: "gridcell",
        class: "byte",
        text: hexByte(byte),
        tabindex: at === 0 ? "0" : "-1",
        "data-at": at,
      }),
    );
    const rows: HTMLElement[] = [];
    for (let at = 0; at < cells.length; at += ROW) {
      const offset = h("span", { role: "rowheader", class: "offset", text: at.toString().padStart(4, "0") });
      rows.push(h("div", { role: "row", class: "row" }, offset, ...cells.slice(at, at + ROW)));
    }
    grid.setAttribute("aria-label", `Bytes of ${shown?.name ?? "no message"}`);
    grid.replaceChildren(...rows);
  }

  function listFields(): void {
    items = new Map();
    const item = (branch: Branch): HTMLElement => {
      const { field, children } = branch;
      const folds = children.length > 0;
      const element = h(
        "div",
        {
          role: "treeitem",
          tabindex: "-1",
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
            h("span", { class: "value", text: textOf(field) }),
          ),
          h("span", { class: "span", text: rangeOf(field) }),
        ),
        folds && h("div", { role: "group" }, ...children.map(item)),
      );
      items.set(branch, element);
      return element;
    };
    tree.replaceChildren(...roots.map(item));
    const first = branches[0];
    if (first) items.get(first)?.setAttribute("tabindex", "0");
  }

  function textOf({ value, start, end, name }: Field): string {
    if (value !== undefined) return value;
    if (name !== "opaque" || !shown?.bytes) return "";
    const bytes = shown.bytes.slice(start, end);
    return asText(bytes) ?? `${toHex(bytes.slice(0, 4), " ")}${bytes.length > 4 ? " …" : ""}`;
  }

  /** Paints the bytes and the item of one branch, and says where it is. */
  function paint(name: "selected" | "pointed", branch: Branch | undefined): void {
    const { start, end } = branch?.field ?? { start: 0, end: 0 };
    cells.forEach((cell, at) => {
      cell.classList.toggle(name, at >= start && at < end);
      cell.classList.toggle(`${name}-first`, at === start && at < end);
      cell.classList.toggle(`${name}-last`, at === end - 1);
    });
    for (const [each, element] of items) element.classList.toggle(name, each === branch);
  }

  function describe(branch: Branch | undefined): void {
    if (!branch) {
      trail.textContent = shown?.bytes ? `${countBytes(shown.bytes.length)}. ${INVITATION[shown.kind]}` : "";
      return;
    }
    const path = [];
    for (let at: Branch | undefined = branch; at; at = at.parent) path.unshift(labelOf(at));
    const { start, end } = branch.field;
    const where = end - start === 1 ? `byte ${start}` : `bytes ${start} to ${end - 1}`;
    trail.textContent = start === end ? `${path.join(" › ")}: empty` : `${path.join(" › ")}: ${where}`;
  }

  function mark(branch: Branch): void {
    for (const [each, element] of items) {
      element.setAttribute("aria-selected", String(each === branch));
      element.setAttribute("tabindex", each === branch ? "0" : "-1");
    }
    selected = branch;
    paint("selected", branch);
    describe(branch);
    for (let at = branch.parent; at; at = at.parent) items.get(at)?.setAttribute("aria-expanded", "true");
    moveCursor(branch.field.start);
  }

  function select(field: Field): void {
    const branch = find(
      ({ field: each }) => each.start === field.start && each.end === field.end && each.name === field.name,
    );
    if (!branch) return;
    mark(branch);
    scrollIn(tree, items.get(branch)?.firstElementChild);
    scrollIn(grid, cells[field.start]);
  }

  function point(branch: Branch | undefined): void {
    if (branch === pointed) return;
    pointed = branch;
    paint("pointed", branch);
    describe(branch ?? selected);
  }

  function find(wanted: (branch: Branch) => boolean): Branch | undefined {
    return branches.find(wanted);
  }

  /** The smallest field that a byte belongs to. */
  function fieldAt(at: number): Branch | undefined {
    return branches.findLast(({ field }) => field.start <= at && at < field.end);
  }

  function branchOf(target: EventTarget | null): Branch | undefined {
    const item = target instanceof Element ? target.closest("[role=treeitem]") : null;
    return find((branch) => items.get(branch) === item);
  }

  function byteOf(target: EventTarget | null): number | undefined {
    const cell = target instanceof Element ? target.closest<HTMLElement>(".byte") : null;
    return cell ? Number(cell.dataset.at) : undefined;
  }

  function moveCursor(to: number): void {
    cells[cursor]?.setAttribute("tabindex", "-1");
    cursor = Math.min(Math.max(to, 0), Math.max(cells.length - 1, 0));
    cells[cursor]?.setAttribute("tabindex", "0");
  }

  function chooseByte(at: number): void {
    const branch = fieldAt(at);
    if (branch) {
      mark(branch);
      scrollIn(tree, items.get(branch)?.firstElementChild);
    }
    moveCursor(at);
    cells[cursor]?.focus({ preventScroll: true });
    scrollIn(grid, cells[cursor]);
  }

  /** The bytes that lie beside each other on the screen. */
  function columns(): number {
    const top = cells[0]?.getBoundingClientRect().top;
    const next = cells.findIndex((cell) => cell.getBoundingClientRect().top !== top);
    return next === -1 ? Math.max(cells.length, 1) : next;
  }

  function fold(branch: Branch, open: boolean): void {
    if (branch.children.length > 0) items.get(branch)?.setAttribute("aria-expanded", String(open));
  }

  function isOpen(branch: Branch): boolean {
    return items.get(branch)?.getAttribute("aria-expanded") === "true";
  }

  function visible(): Branch[] {
    const hidden = (branch: Branch): boolean =>
      branch.parent !== undefined && (!isOpen(branch.parent) || hidden(branch.parent));
    return branches.filter((branch) => !hidden(branch));
  }

  function focusBranch(branch: Branch | undefined): void {
    if (!branch) return;
    mark(branch);
    items.get(branch)?.focus({ preventScroll: true });
    scrollIn(tree, items.get(branch)?.firstElementChild);
    scrollIn(grid, cells[branch.field.start]);
  }

  const treeKeys: Record<string, (branch: Branch) => void> = {
    ArrowDown: (branch) => focusBranch(visible()[visible().indexOf(branch) + 1]),
    ArrowUp: (branch) => focusBranch(visible()[visible().indexOf(branch) - 1]),
    ArrowRight: (branch) => (isOpen(branch) ? focusBranch(branch.children[0]) : fold(branch, true)),
    ArrowLeft: (branch) => (isOpen(branch) ? fold(branch, false) : focusBranch(branch.parent)),
    Home: () => focusBranch(visible()[0]),
    End: () => focusBranch(visible().at(-1)),
    Enter: (branch) => fold(branch, !isOpen(branch)),
    " ": (branch) => fold(branch, !isOpen(branch)),
  };

  const byteKeys: Record<string, (at: number) => number> = {
    ArrowRight: (at) => at + 1,
    ArrowLeft: (at) => at - 1,
    ArrowDown: (at) => (at + columns() < cells.length ? at + columns() : at),
    ArrowUp: (at) => (at >= columns() ? at - columns() : at),
    Home: () => 0,
    End: () => cells.length - 1,
  };

  tree.addEventListener("pointerover", (event) => point(branchOf(event.target)));
  tree.addEventListener("pointerleave", () => point(undefined));
  tree.addEventListener("click", (event) => {
    const branch = branchOf(event.target);
    if (!branch) return;
    const again = branch === selected || (event.target instanceof Element && event.target.closest(".fold"));
    if (again) fold(branch, !isOpen(branch));
    focusBranch(branch);
  });
  tree.addEventListener("keydown", (event) => {
    const branch = branchOf(event.target);
    const handle = treeKeys[event.key];
    if (!branch || !handle || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    handle(branch);
  });

  grid.addEventListener("pointerover", (event) => {
    const at = byteOf(event.target);
    point(at === undefined ? undefined : fieldAt(at));
  });
  grid.addEventListener("pointerleave", () => point(undefined));
  grid.addEventListener("click", (event) => {
    const at = byteOf(event.target);
    if (at !== undefined) chooseByte(at);
  });
  grid.addEventListener("keydown", (event) => {
    const move = byteKeys[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const to = move(cursor);
    chooseByte(Math.min(Math.max(to, 0), cells.length - 1));
  });

  return { show, select };
}

function rangeOf({ start, end }: Field): string {
  if (start === end) return "empty";
  return end - start === 1 ? String(start) : `${start}–${end - 1}`;
}

/** Scrolls a pane, and never the page, until something in it can be seen. */
function scrollIn(pane: HTMLElement, part: Element | null | undefined): void {
  if (!part) return;
  const outer = pane.getBoundingClientRect();
  const inner = part.getBoundingClientRect();
  if (inner.top < outer.top) pane.scrollTop -= outer.top - inner.top + inner.height;
  else if (inner.bottom > outer.bottom) pane.scrollTop += inner.bottom - outer.bottom + inner.height;
}
