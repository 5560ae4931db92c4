// Buttons that copy text, and say that they did.

import { h } from "./dom.js";

export function copyButton(label: string, text: () => string, names = ""): HTMLButtonElement {
  const said = h("span", { text: label });
  const done = h("span", { class: "unseen", role: "status" });
  return h(
    "button",
    {
      class: `copy ${names}`,
      type: "button",
      on: {
        click: async () => {
          const copied = await navigator.clipboard.writeText(text()).then(
            () => true,
            () => false,
          );
          const outcome = copied ? "Copied" : "Not copied: the browser refused";
          said.textContent = outcome;
          done.textContent = outcome;
          setTimeout(() => {
            said.textContent = label;
            done.textContent = "";
          }, 2000);
        },
      },
    },
    said,
    done,
  );
}
