// The address of the page: a step of the visitor is one to come back from, what is typed is not.

export interface Address {
  /** The visitor did something that Back undoes. */
  step(): void;
  /** Something was typed: the address follows when there is a pause. */
  typed(): void;
}

/** Browsers allow about 100 changes in 30 seconds. */
const PAUSE = 400;

export function address(link: () => string): Address {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;

  function write(how: "pushState" | "replaceState"): void {
    clearTimeout(timer);
    const next = link();
    if (next === "" || next === location.hash) return;
    try {
      history[how](null, "", next);
    } catch {
      // the browser allows no more of them for a while; the next one carries all
    }
  }

  return {
    step() {
      if (isDue) return;
      isDue = true;
      // one action changes several things
      queueMicrotask(() => {
        isDue = false;
        write("pushState");
      });
    },
    typed() {
      clearTimeout(timer);
      timer = setTimeout(() => write("replaceState"), PAUSE);
    },
  };
}
