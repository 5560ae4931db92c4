// Bytes in rows as in a dump, with hexadecimal offsets and text, and a cursor for the arrow keys.

import { hexByte } from "../page/bytes.js";
import { h } from "../page/dom.js";
import { type Highlight, revealIn, revealOnScreen } from "./highlight.js";

/** How many bytes a row has with and without enough room. */
const WIDE = 16;
const NARROW = 8;
/** The narrowest pane that has room for wide rows, in its ems. */
const ROOM = 38;

export interface HexGrid {
  show(bytes: Uint8Array, label: string): void;
  highlight(how: Highlight, span: { start: number; end: number } | undefined): void;
  /** Shades these bytes. */
  shade(span: { start: number; end: number } | undefined): void;
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
    cursor = 0;
    shown = bytes.slice();
    width = room();
    cells = Array.from(bytes, (byte, at) =>
      h("span", { role: "gridcell", class: "byte", text: hexByte(byte), tabindex: at ? -1 : 0, "data-at": at }),
    );
    root.setAttribute("aria-label", label);
    arrange();
    if (isScrolled) root.scrollTop = 0;
    isScrolled = false;
  }

  /** Puts the cells into rows. */
  function arrange(): void {
    const rows: HTMLElement[] = [];
    for (let at = 0; at < cells.length; at += width) {
      const offset = h("span", { role: "rowheader", class: "offset", text: at.toString(16).padStart(4, "0") });
      const text = h("span", {
        class: "ascii",
        "aria-hidden": "true",
        text: printable(shown.subarray(at, at + width)),
      });
      rows.push(h("div", { role: "row", class: "row" }, offset, ...cells.slice(at, at + width), text));
    }
    root.replaceChildren(...rows);
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

  function highlight(how: Highlight, span: { start: number; end: number } | undefined): void {
    const { start, end } = span ?? { start: 0, end: 0 };
    cells.forEach((cell, at) => {
      const inside = at >= start && at < end;
      cell.classList.toggle(how, inside);
      cell.classList.toggle(`${how}-first`, inside && at === start);
      cell.classList.toggle(`${how}-last`, inside && at === end - 1);
    });
  }

  function shade({ start, end } = { start: 0, end: 0 }): void {
    cells.forEach((cell, at) => {
      cell.classList.toggle("covered", at >= start && at < end);
      cell.classList.toggle("covered-last", at === end - 1);
    });
  }

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
