/** What the visitor points at for the moment, and what stays chosen. */
export type Highlight = "pointed" | "selected";

/** Scrolls a pane, and never the page, until a part of it is in sight, with something after it. */
export function revealIn(pane: HTMLElement, part: Element | null | undefined): void {
  if (!part) return;
  const outer = pane.getBoundingClientRect();
  const inner = part.getBoundingClientRect();
  if (inner.top >= outer.top && inner.bottom <= outer.bottom) return;
  pane.scrollTop += inner.top - outer.top - outer.height / 4;
}

/** Scrolls the page as far as it takes to have a part in the window, after a key went there. */
export function revealOnScreen(part: Element | null | undefined): void {
  const place = part?.getBoundingClientRect();
  if (place && (place.top < TOP || place.bottom > innerHeight)) part?.scrollIntoView({ block: "center" });
}

/** What the row of links at the top covers, in pixels. */
const TOP = 72;
