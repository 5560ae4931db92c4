// On a small screen the parts of the page are folded, and each opens at its heading.

const NARROW = "(max-width: 40em)";

/** Makes the headings of these parts buttons that fold them, where the screen is small. */
export function foldParts(ids: readonly string[]): void {
  if (!matchMedia(NARROW).matches) return;
  for (const id of ids) {
    const part = document.getElementById(id);
    const heading = part?.querySelector("h2");
    if (!part || !heading) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "fold-part";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => fold(part, part.dataset.folded !== "true"));
    fold(part, true);
  }
}

/** Opens the fold that contains a part of the page. */
export function unfold(element: Element | null): void {
  const part = element?.closest<HTMLElement>("[data-folded=true]");
  if (part) fold(part, false);
}

function fold(part: HTMLElement, folded: boolean): void {
  part.dataset.folded = String(folded);
  part.querySelector(".fold-part")?.setAttribute("aria-expanded", String(!folded));
}
