// "What is a binder?" in five steps, with the values of the check: for readers and for presentations.

import { asLabel, countBytes, toHexGroups } from "../page/bytes.js";
import { byId, h } from "../page/dom.js";
import type { Computed } from "./attempt.js";
import { valueLines } from "./lines.js";
import type { Checked } from "./search.js";

interface Step {
  title: string;
  text: string;
  values: [name: string, bytes: string][];
}

export interface Walk {
  show(one: Checked | undefined, values: Computed | undefined): void;
  open(): void;
}

export function walkView(): Walk {
  const dialog = byId("walk") as HTMLDialogElement;
  const place = byId("walk-place");
  const title = byId("walk-title");
  const text = byId("walk-text");
  const list = byId("walk-values");
  const back = byId("walk-back") as HTMLButtonElement;
  const next = byId("walk-next") as HTMLButtonElement;

  let steps: Step[] = [];
  let at = 0;

  function draw(): void {
    const step = steps[at];
    if (!step) return;
    place.textContent = `Step ${at + 1} of ${steps.length}`;
    title.textContent = step.title;
    text.textContent = step.text;
    list.replaceChildren(
      ...step.values.flatMap(([name, value]) => [
        h("dt", {}, h("code", { text: name })),
        h("dd", {}, h("code", { text: value })),
      ]),
    );
    back.disabled = at === 0;
    next.textContent = at === steps.length - 1 ? "Done" : "Next";
  }

  function go(by: number): void {
    if (at + by >= steps.length) {
      dialog.close();
      return;
    }
    at = Math.max(0, at + by);
    draw();
  }

  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  byId("walk-close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    go(by);
  });

  return {
    show(one, values) {
      steps = stepsOf(one, values);
      if (dialog.open) draw();
    },
    open() {
      at = 0;
      draw();
      dialog.showModal();
      next.focus();
    },
  };
}

function stepsOf(one: Checked | undefined, values: Computed | undefined): Step[] {
  const lines = valueLines(one, values);
  const value = (name: string): [string, string] => {
    const bytes = lines.find((line) => line.name === name)?.bytes;
    return [name, bytes ? toHexGroups(bytes) : "—"];
  };
  const formula = (name: string) => lines.find((line) => line.name === name)?.formula ?? "";
  const identity = one ? asLabel(one.psk.identity) : "—";
  const shortIdentity = identity.length > 72 ? `${identity.slice(0, 64)}…` : identity;
  const received = one && one.psk.binder.length > 0 ? toHexGroups(one.psk.binder) : "—";
  return [
    {
      title: "Both sides hold a PSK",
      text: "A pre-shared key is a secret that the client and the server share before they connect. The client names it with an identity, which every observer can read. It never sends the key.",
      values: [["identity", shortIdentity], value("PSK")],
    },
    {
      title: "The PSK starts the key schedule",
      text: `Each side extracts the Early Secret from the PSK: ${formula("Early Secret")}. The key schedule of the whole connection begins with it.`,
      values: [value("PSK"), value("Early Secret")],
    },
    {
      title: "A key only for this purpose",
      text: `From the Early Secret comes the binder_key, ${formula("binder_key")}. Its label distinguishes external PSKs, tickets and imported PSKs. The finished_key, which is derived from it, is the key of an HMAC.`,
      values: [value("binder_key"), value("finished_key")],
    },
    {
      title: "The ClientHello is hashed up to the binders",
      text: "The binders are the last bytes of the ClientHello. All bytes before them are hashed, so that none of them can be changed. After a HelloRetryRequest, the hash begins with the first ClientHello and the HelloRetryRequest.",
      values: [["Transcript-Hash", values ? toHexGroups(values.transcriptHash) : "—"]],
    },
    {
      title: "The binder is an HMAC over that hash",
      text: `The client sends the binder of ${one ? countBytes(one.psk.binderLength) : "32 or 48 bytes"} with the identity. The server computes it again from its own copy of the PSK. If the two are equal, the client has the PSK and the ClientHello was not changed. If not, the server sends the alert decrypt_error.`,
      values: [
        ["received", received],
        ["computed", value("binder")[1]],
      ],
    },
  ];
}
