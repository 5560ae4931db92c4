// One live region for all that changes on the page: a short sentence, and not before the visitor has stopped typing.

import { byId } from "./dom.js";

/** The most that is said at once, in characters. */
const LONGEST = 116;
/** How long it waits for something newer to say, in milliseconds. */
const PATIENCE = 500;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Has screen readers say it; of several soon after one another the last. */
export function announce(text: string): void {
  clearTimeout(timer);
  const said = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  timer = setTimeout(() => {
    byId("announcer").textContent = said;
  }, PATIENCE);
}
