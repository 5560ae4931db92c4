// Definitions of terms, shown if the pointer or the focus is on one.

import { h } from "./dom.js";

const TERMS: Record<string, string> = {
  HKDF: "A key derivation function based on HMAC: Extract derives one key from an input, Expand derives further keys from it for labelled purposes (RFC 5869; section 7.1).",
  transcript:
    "The handshake messages so far, concatenated. Their hash is an input of every secret and every Finished, so both sides must have seen the same bytes (section 4.1).",
  exporter:
    "Bytes that both sides derive from the connection for the application, for a label of its choice (section 7.5).",
  GREASE:
    "Reserved values without a meaning that a client offers, so that servers keep ignoring unknown values (RFC 8701).",
};

/** Makes a button of each element with a term in `data-term`; the definition follows it. */
export function explainTerms(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-term]")) {
    const name = place.dataset.term ?? "";
    const definition = TERMS[name];
    if (!definition) continue;
    const id = `term-${name.toLowerCase()}`;
    const tip = h("span", { class: "tip", id, role: "tooltip", text: definition });
    place.classList.add("term");
    place.replaceChildren(h("button", { class: "term-name", type: "button", "aria-describedby": id, text: name }), tip);
    place.addEventListener("keydown", (event) => {
      if (event.key === "Escape") place.dataset.closed = "true";
    });
    for (const again of ["pointerenter", "focusin"] as const) {
      place.addEventListener(again, () => delete place.dataset.closed);
    }
  }
}
