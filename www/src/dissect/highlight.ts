/** The field that the visitor points at, and the selected one. */
export type Highlight = "pointed" | "selected";

/** Scrolls a pane, but never the page, until a part of it is visible with some context. */
export function revealIn(pane: HTMLElement, part: Element | null | undefined): void {
  if (!part) return;
  const outer = pane.getBoundingClientRect();
  const inner = part.getBoundingClientRect();
  if (inner.top >= outer.top && inner.bottom <= outer.bottom) return;
  pane.scrollTop += inner.top - outer.top - outer.height / 4;
}

/** Scrolls the page until a part is visible, after the keyboard has moved there. */
export function revealOnScreen(part: Element | null | undefined): void {
  const place = part?.getBoundingClientRect();
  if (place && (place.top < TOP || place.bottom > innerHeight)) part?.scrollIntoView({ block: "center" });
}

/** The height that the row of links at the top covers, in pixels. */
const TOP = 72;
