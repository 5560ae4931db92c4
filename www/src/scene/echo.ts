// Application data after the handshake: the client's data, and the echo.

import type { Exchange } from "../handshake/exchange.js";
import { asLabel } from "../page/bytes.js";
import { byId, h } from "../page/dom.js";

export interface EchoActions {
  say(text: string): void;
  close(): void;
}

export function echoView(actions: EchoActions): { show(exchange: Exchange): void } {
  const form = byId("echo") as HTMLFormElement;
  const controls = byId("echo-controls") as HTMLFieldSetElement;
  const text = byId("echo-text") as HTMLInputElement;
  const log = byId("echo-log");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value !== "") actions.say(text.value);
  });
  byId("close").addEventListener("click", () => actions.close());

  return {
    show({ arrived, stage }) {
      controls.disabled = stage !== "connected";
      log.replaceChildren(
        ...arrived.map(({ at, bytes, early }) =>
          h(
            "li",
            { class: at, data: { at } },
            h("span", { class: "who", text: `The ${at} received${early ? " as early data" : ""}` }),
            h("q", { text: asLabel(bytes) }),
          ),
        ),
      );
      if (arrived.length === 0) log.append(h("li", { class: "none", text: "No application data has arrived." }));
    },
  };
}
