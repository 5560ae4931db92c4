// Bytes in rows of eight, as many rows beside each other as there is room for, with a cursor for the arrow keys.

import { hexByte } from "../bytes.js";
import { h } from "../dom.js";
import { type Highlight, revealIn } from "./highlight.js";

const ROW = 8;

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

  function show(bytes: Uint8Array, label: string): void {
    cursor = 0;
    cells = Array.from(bytes, (byte, at) =>
      h("span", { role: "gridcell", class: "byte", text: hexByte(byte), tabindex: at ? -1 : 0, "data-at": at }),
    );
    const rows: HTMLElement[] = [];
    for (let at = 0; at < cells.length; at += ROW) {
      const offset = h("span", { role: "rowheader", class: "offset", text: at.toString().padStart(4, "0") });
      rows.push(h("div", { role: "row", class: "row" }, offset, ...cells.slice(at, at + ROW)));
    }
    root.setAttribute("aria-label", label);
    root.replaceChildren(...rows);
    root.scrollTop = 0;
  }

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
  }

  /** How many bytes lie beside each other on the screen. */
  function columns(): number {
    const top = cells[0]?.getBoundingClientRect().top;
    const second = cells.findIndex((cell) => cell.getBoundingClientRect().top !== top);
    return second === -1 ? cells.length : second;
  }

  function byteAt(target: EventTarget | null): number | undefined {
    const cell = target instanceof Element ? target.closest<HTMLElement>(".byte") : null;
    return cell ? Number(cell.dataset.at) : undefined;
  }

  const moves: Record<string, () => number> = {
    ArrowRight: () => cursor + 1,
    ArrowLeft: () => cursor - 1,
    ArrowDown: () => cursor + columns(),
    ArrowUp: () => cursor - columns(),
    Home: () => 0,
    End: () => cells.length - 1,
  };

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
