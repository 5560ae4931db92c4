// The page's only figure: a stick split along its length, with a cut for each byte where its halves meet.

import { type Child, h, svg } from "./dom.js";

const PITCH = 10;
const DEPTH = 10;
/** How much of a cut is flat; the rest is its slopes. */
const FLAT = 0.76;

export type Place = "upper" | "lower";

/** A half of a stick. Without bytes its edge is uncut. */
export function half(
  place: Place,
  cuts: Uint8Array | undefined,
  properties: object,
  ...children: Child[]
): HTMLElement {
  const names = "class" in properties ? `half ${place} ${properties.class}` : `half ${place}`;
  return h("div", { ...properties, class: names }, edge(place, cuts), ...children);
}

/** Cuts the edge of an existing half. */
export function recut(element: Element, place: Place, cuts: Uint8Array | undefined): void {
  element.querySelector(":scope > .edge")?.remove();
  element.prepend(edge(place, cuts));
}

/** The edge of a half, in the strip in which it meets the other. Drawn of the same bytes, the two are complements. */
function edge(place: Place, cuts: Uint8Array | undefined): SVGElement {
  const width = Math.max(1, cuts?.length ?? 1) * PITCH;
  const side = place === "upper" ? 0 : DEPTH;
  const profile = cuts ? seam(cuts) : `L0 ${side}L${width} ${side}`;
  return svg(
    "svg",
    { class: "edge", viewBox: `0 0 ${width} ${DEPTH}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("path", { d: `M0 ${side}${profile}L${width} ${side}`, "vector-effect": "non-scaling-stroke" }),
  );
}

function seam(cuts: Uint8Array): string {
  const slope = (PITCH * (1 - FLAT)) / 2;
  return Array.from(cuts, (byte, index) => {
    const y = ((byte / 255) * DEPTH).toFixed(2);
    const start = index * PITCH;
    const from = index === 0 ? 0 : start + slope;
    const to = index === cuts.length - 1 ? start + PITCH : start + PITCH - slope;
    return `L${from} ${y}L${to} ${y}`;
  }).join("");
}
