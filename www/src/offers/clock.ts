// The clock that runs while the server waits: it is visible, can be stopped, and can expire.

import { byId, h } from "../page/dom.js";
import { icon } from "../page/icons.js";

/** How long the visitor may take to choose, in seconds. An application of the package sets its own limit. */
const LIMIT = 30;
/** How often it is drawn, in milliseconds. */
const TICK = 250;

export interface Clock {
  /** Starts, unless it runs or was stopped. */
  run(): void;
  /** Stops, as it is no longer needed. */
  reset(): void;
}

export function clock({ ranOut }: { ranOut(): void }): Clock {
  const root = byId("clock");
  const left = h("span", { class: "left", id: "clock-left" });
  const spoken = h("span", { class: "unseen", role: "status" });
  const bar = h("progress", { max: String(LIMIT), value: String(LIMIT), "aria-labelledby": "clock-left" });
  const stop = h("button", { type: "button", class: "quiet", on: { click: () => toggle() } });
  const out = h("button", { type: "button", class: "quiet", text: "Let the time expire", on: { click: () => end() } });
  root.replaceChildren(h("p", {}, icon("waiting"), left, spoken), bar, h("div", { class: "actions" }, stop, out));

  let timer: ReturnType<typeof setInterval> | undefined;
  let ends = 0;
  let remaining = LIMIT;
  let stopped = false;

  function draw(): void {
    const seconds = Math.ceil(remaining);
    left.textContent = `${seconds} s left to choose${stopped ? ", and the clock is stopped" : ""}`;
    // whole seconds, so that nothing moves constantly
    bar.value = seconds;
    bar.textContent = left.textContent;
    stop.textContent = stopped ? "Restart the clock" : "Stop the clock";
    spoken.textContent = seconds === 10 && !stopped ? "10 seconds left to choose." : "";
  }

  function tick(): void {
    remaining = Math.max(0, (ends - performance.now()) / 1000);
    if (remaining === 0) end();
    else draw();
  }

  function start(): void {
    ends = performance.now() + remaining * 1000;
    timer ??= setInterval(tick, TICK);
    draw();
  }

  function halt(): void {
    clearInterval(timer);
    timer = undefined;
  }

  function toggle(): void {
    stopped = !stopped;
    if (stopped) halt();
    else start();
    draw();
  }

  function end(): void {
    reset();
    ranOut();
  }

  function reset(): void {
    halt();
    stopped = false;
    remaining = LIMIT;
  }

  return {
    run() {
      if (timer === undefined && !stopped) start();
    },
    reset,
  };
}
