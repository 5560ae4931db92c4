// Marks that differ in shape, not only in colour. They stand next to words and are hidden from screen readers.

import { svg } from "./dom.js";

const DOT = "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6Z";
const RING = "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Z";

const MARKS = {
  offered: [RING],
  chosen: ["M8 1.5 14.5 8 8 14.5 1.5 8Z"],
  verified: ["m2.5 8.5 3.7 4 7.3-9"],
  failed: ["m3 3 10 10", "M13 3 3 13"],
  unknown: ["M5 5.6C5 3.6 6.3 2.5 8 2.5s3 1.1 3 2.8c0 2.4-3 2.3-3 4.7", "M8 13.2v.3"],
  notPreferred: ["M3 8h10"],
  unusable: [RING, "m4.2 11.8 7.6-7.6"],
  waiting: ["M5.5 3v10", "M10.5 3v10"],
  untouched: ["M3 8h.2", "M8 8h.2", "M13 8h.2"],
  protected: ["M3.5 7.5h9v6h-9Z", "M5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5"],
  clear: ["M3.5 7.5h9v6h-9Z", "M5.5 7.5V5a2.5 2.5 0 0 1 4.8-1"],
  alert: ["M8 2 14.5 13.5h-13Z", "M8 6.5v3.2", "M8 11.6v.2"],
  selected: [RING, DOT],
} as const;

export type Mark = keyof typeof MARKS;

export function icon(mark: Mark): SVGElement {
  const paths = MARKS[mark].map((d) => svg("path", { d }));
  return svg("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", "data-mark": mark }, ...paths);
}
