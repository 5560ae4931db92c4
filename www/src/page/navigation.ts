// The way to the parts of the page. Its links have addresses, but leave the rest of the address alone.

import { byId } from "./dom.js";
import { unfold } from "./folds.js";

/** Scrolls to a part of the page, without animation if the visitor prefers none. */
export function goTo(id: string, block: ScrollLogicalPosition = "start"): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const part = document.getElementById(id);
  unfold(part);
  part?.scrollIntoView({ block, behavior: still ? "auto" : "smooth" });
}

export function navigation({ went }: { went(id: string): void }): void {
  const links = [...byId("parts").querySelectorAll<HTMLAnchorElement>("a")];
  const partOf = (link: HTMLAnchorElement) => new URLSearchParams(link.hash.slice(1)).get("step") ?? "";
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const id = partOf(link);
      went(id);
      goTo(id);
      // the keyboard continues from there
      document.querySelector<HTMLElement>(`#${id} :is(h1, h2, h3)`)?.focus({ preventScroll: true });
    });
  }

  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const link = links.find((link) => partOf(link) === target.id);
        if (isIntersecting) link?.setAttribute("aria-current", "true");
        else link?.removeAttribute("aria-current");
        // on a small screen, the row of links is wider than the screen
        const row = link?.closest("ol");
        if (isIntersecting && link && row) row.scrollLeft = link.offsetLeft - row.offsetLeft - row.clientWidth / 3;
      }
    },
    { rootMargin: "-20% 0px -60% 0px" },
  );
  for (const link of links) {
    const part = document.getElementById(partOf(link));
    if (part) seen.observe(part);
  }
}
