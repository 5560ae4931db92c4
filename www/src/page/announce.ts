// One live region for all changes of the page: a short sentence, after the visitor has stopped typing.

import { byId } from "./dom.js";

/** The longest announcement, in characters. */
const LONGEST = 116;
/** How long it waits for a newer announcement, in milliseconds. */
const PATIENCE = 500;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Announces a sentence to screen readers; of several in a row, only the last. */
export function announce(text: string): void {
  clearTimeout(timer);
  const said = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  timer = setTimeout(() => {
    byId("announcer").textContent = said;
  }, PATIENCE);
}
