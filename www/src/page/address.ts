// The address of the page: Back undoes a step of the visitor, but not typing.

export interface Address {
  /** The visitor did something that Back undoes. */
  step(): void;
  /** The visitor typed: the address follows after a pause. */
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
      // the browser allows no more changes for a while; the next change contains everything
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
