// Bytes in rows as in a dump, with hexadecimal offsets and text, and a cursor for the arrow keys.

import { hexByte } from "../page/bytes.js";
import { h } from "../page/dom.js";
import { type Highlight, revealIn, revealOnScreen } from "./highlight.js";

/** How many bytes a row has with and without enough room. */
const WIDE = 16;
const NARROW = 8;
/** The narrowest pane that has room for wide rows, in its ems. */
const ROOM = 38;

interface Span {
  start: number;
  end: number;
}

const NONE: Span = { start: 0, end: 0 };

export interface HexGrid {
  show(bytes: Uint8Array, label: string): void;
  highlight(how: Highlight, span: Span | undefined): void;
  /** Shades these bytes. */
  shade(span: Span | undefined): void;
  /** Puts the cursor on a byte, and scrolls to it. */
  moveTo(at: number): void;
}

export interface HexActions {
  /** The pointer is over this byte, or over none. */
  point(at: number | undefined): void;
  /** A byte was clicked, or the cursor moved to it. */
  choose(at: number): void;
}

export function hexGrid(root: HTMLElement, { point, choose }: HexActions): HexGrid {
  let cells: HTMLElement[] = [];
  let cursor = 0;
  let shown = new Uint8Array();
  let width = NARROW;
  /** The marked bytes, so that a change touches only these. */
  const marked: Record<Highlight | "covered", Span> = { pointed: NONE, selected: NONE, covered: NONE };

  /**
   * The width of the pane, in ems. Reading it triggers a layout, so it is read once, and then updated by the observer.
   */
  let ems = 0;
  let isScrolled = false;

  function measure(): void {
    ems = root.clientWidth / (Number.parseFloat(getComputedStyle(root).fontSize) || 16);
  }

  /** How many bytes fit into a row. */
  function room(): number {
    if (ems === 0) measure();
    return ems >= ROOM ? WIDE : NARROW;
  }

  function show(bytes: Uint8Array, label: string): void {
    highlight("pointed", undefined);
    highlight("selected", undefined);
    shade();
    cells[cursor]?.setAttribute("tabindex", "-1");
    cursor = 0;
    const [kept, before] = width === room() ? [cells, shown] : [[], shown];
    shown = bytes.slice();
    width = room();
    cells = Array.from(bytes, (byte, at) => {
      const cell = kept[at];
      if (!cell)
        return h("span", { role: "gridcell", class: "byte", text: hexByte(byte), tabindex: -1, "data-at": at });
      if (before[at] !== byte) cell.textContent = hexByte(byte);
      return cell;
    });
    cells[0]?.setAttribute("tabindex", "0");
    root.setAttribute("aria-label", label);
    arrange(kept.length);
    if (isScrolled) root.scrollTop = 0;
    isScrolled = false;
  }

  /** Puts the cells into rows. Rows that had all of their cells before, out of `kept`, only get new text. */
  function arrange(kept = 0): void {
    const rows: Element[] = [];
    for (let at = 0; at < cells.length; at += width) {
      const text = printable(shown.subarray(at, at + width));
      const row = at + width <= Math.min(kept, cells.length) ? root.children[at / width] : undefined;
      const ascii = row?.lastElementChild;
      if (ascii && ascii.textContent !== text) ascii.textContent = text;
      rows.push(row ?? rowOf(at, text));
    }
    for (const [at, row] of rows.entries()) {
      const there = root.children[at];
      if (there === undefined) root.append(row);
      else if (there !== row) there.replaceWith(row);
    }
    while (root.children.length > rows.length) root.lastElementChild?.remove();
  }

  function rowOf(at: number, text: string): HTMLElement {
    const offset = h("span", { role: "rowheader", class: "offset", text: at.toString(16).padStart(4, "0") });
    const ascii = h("span", { class: "ascii", "aria-hidden": "true", text });
    return h("div", { role: "row", class: "row" }, offset, ...cells.slice(at, at + width), ascii);
  }

  // the page decides the width of the pane
  new ResizeObserver(() => {
    measure();
    if (cells.length === 0 || room() === width) return;
    const focused = document.activeElement;
    width = room();
    arrange();
    if (focused instanceof HTMLElement && root.contains(focused)) focused.focus({ preventScroll: true });
  }).observe(root);

  function highlight(how: Highlight | "covered", { start, end }: Span = NONE): void {
    const before = marked[how];
    for (const cell of cells.slice(before.start, before.end)) {
      cell.classList.remove(how, `${how}-first`, `${how}-last`);
    }
    for (const cell of cells.slice(start, end)) cell.classList.add(how);
    if (end > start) {
      cells[start]?.classList.add(`${how}-first`);
      cells[end - 1]?.classList.add(`${how}-last`);
    }
    marked[how] = { start, end };
  }

  const shade = (span?: Span) => highlight("covered", span);

  function moveTo(at: number): void {
    cells[cursor]?.setAttribute("tabindex", "-1");
    cursor = Math.max(0, Math.min(at, cells.length - 1));
    cells[cursor]?.setAttribute("tabindex", "0");
    revealIn(root, cells[cursor]);
  }

  function chooseAndFocus(at: number): void {
    choose(at);
    moveTo(at);
    cells[cursor]?.focus({ preventScroll: true });
    revealOnScreen(cells[cursor]);
  }

  function byteAt(target: EventTarget | null): number | undefined {
    const cell = target instanceof Element ? target.closest<HTMLElement>(".byte") : null;
    return cell ? Number(cell.dataset.at) : undefined;
  }

  const moves: Record<string, () => number> = {
    ArrowRight: () => cursor + 1,
    ArrowLeft: () => cursor - 1,
    ArrowDown: () => cursor + width,
    ArrowUp: () => cursor - width,
    Home: () => 0,
    End: () => cells.length - 1,
  };

  root.addEventListener("scroll", () => {
    isScrolled = true;
  });
  root.addEventListener("pointerover", (event) => point(byteAt(event.target)));
  root.addEventListener("pointerleave", () => point(undefined));
  root.addEventListener("click", (event) => {
    const at = byteAt(event.target);
    if (at !== undefined) chooseAndFocus(at);
  });
  root.addEventListener("keydown", (event) => {
    const to = moves[event.key]?.();
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (to >= 0 && to < cells.length) chooseAndFocus(to);
  });

  return { show, highlight, shade, moveTo };
}

/** Bytes as text where they are ASCII, with dots for the others. */
function printable(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
}
