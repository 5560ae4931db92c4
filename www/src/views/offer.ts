// The offer: each identity as one half of a stick, its binder as the other, and what the server made of them.

import type { Field } from "tls-psk";
import { asLabel, countBytes, toHexGroups } from "../bytes.js";
import { byId, h } from "../dom.js";
import { icon, type Mark } from "../icons.js";
import type { OfferedHalves, Outcome, Part } from "../offer.js";
import { half } from "../tally.js";
import type { Entry, Exchange, Offer } from "../wire.js";

export interface OfferActions {
  select(answer: number | "default" | "none"): void;
  /** Shows a field of a message among its bytes. */
  reveal(entry: Entry, field: Field): void;
}

interface Fate {
  mark: Mark;
  title: string;
  text: string;
}

const FATES: Record<Outcome, Fate> = {
  verified: {
    mark: "verified",
    title: "Binder verified",
    text: "The server has the same secret: its own binder is equal.",
  },
  failed: { mark: "failed", title: "Binder failed", text: "The server computed another binder than the client sent." },
  chosen: { mark: "chosen", title: "Chosen", text: "The server chose it." },
  notPreferred: {
    mark: "notPreferred",
    title: "Passed over",
    text: "The server has it and preferred another. This binder was not checked.",
  },
  unusable: {
    mark: "unusable",
    title: "Unusable",
    text: "The server has it, but no common cipher suite uses its hash. This binder was not checked.",
  },
  unknown: { mark: "unknown", title: "Unknown", text: "The server has no such key. This binder was not checked." },
};

const WAITING: Fate = { mark: "waiting", title: "Waiting", text: "The server has not chosen yet." };

const UNTOUCHED: Fate = { mark: "untouched", title: "Not looked at", text: "This binder was not checked." };

const STEPS: Record<Outcome, string> = {
  unknown: "unknown to the server",
  unusable: "known, but of no common hash",
  notPreferred: "known, but not preferred",
  chosen: "chosen",
  verified: "binder verified",
  failed: "binder failed",
};

export function offerView(actions: OfferActions): { show(exchange: Exchange): void } {
  const root = byId("offers");
  const selection = byId("selection");
  const complaint = h("p", { class: "problem", role: "alert" });

  const answer = (text: string, value: number | "default" | "none", unseen = "") =>
    h(
      "button",
      { type: "button", on: { click: () => actions.select(value) } },
      text,
      h("span", { class: "unseen", text: unseen }),
    );

  selection.append(
    h("p", {
      text: "The handshake has stopped in the server, which asks its application for a key. Be the application:",
    }),
    h("div", { class: "actions" }, answer("Let the server choose", "default"), answer("Choose none", "none")),
    complaint,
  );

  function stick(exchange: Exchange, offer: Offer, psk: OfferedHalves): HTMLElement {
    const waits = exchange.stage === "waiting" && offer === exchange.offers.at(-1);
    const outcome = psk.outcomes.at(-1);
    const fate = outcome ? FATES[outcome] : waits ? WAITING : UNTOUCHED;
    const verified = outcome === "verified";
    const name = asLabel(psk.identity.bytes);
    const part = (what: string, { field, bytes }: Part, text: string) =>
      h(
        "button",
        {
          class: "part",
          type: "button",
          on: { click: () => actions.reveal(offer.hello, field) },
        },
        h("span", { class: "what", text: what }),
        h("code", { text }),
        h("span", { class: "size", text: countBytes(bytes.length) }),
        h("span", { class: "unseen", text: "; show its bytes" }),
      );
    const steps: [Mark, string][] = [["offered", "offered"]];
    for (const step of psk.outcomes) steps.push([FATES[step].mark, STEPS[step]]);

    return h(
      "li",
      { class: "psk", data: { index: String(psk.index), fate: outcome ?? fate.mark, identity: name } },
      h(
        "div",
        { class: "stick", data: { joined: String(verified) } },
        half(
          "upper",
          verified ? psk.binder.bytes : undefined,
          { class: "client" },
          part("Identity", psk.identity, name),
        ),
        half(
          "lower",
          psk.binder.bytes,
          { class: verified ? "server" : "client unproven" },
          part("Binder", psk.binder, toHexGroups(psk.binder.bytes)),
        ),
      ),
      h(
        "div",
        { class: "fate" },
        h("p", { class: "verdict" }, icon(fate.mark), h("strong", { text: fate.title })),
        h(
          "ol",
          { class: "steps", "aria-label": "What happened to it" },
          ...steps.map(([mark, text]) => h("li", {}, icon(mark), text)),
        ),
        h("p", { class: "explained", text: fate.text }),
        waits && answer("Choose this key", psk.index, `: ${name}`),
      ),
    );
  }

  return {
    show(exchange) {
      selection.hidden = exchange.stage !== "waiting";
      complaint.textContent = exchange.complaint ? `${exchange.complaint.error.message}. Nothing was sent.` : "";
      const { offers } = exchange;
      root.replaceChildren(
        ...offers.map((offer, index) =>
          h(
            "section",
            { class: "offer" },
            offers.length > 1 && h("h3", { text: index === 0 ? "First ClientHello" : "Second ClientHello" }),
            offer.psks.length === 0 && h("p", { text: "This ClientHello offers no keys." }),
            h("ol", { class: "psks" }, ...offer.psks.map((psk) => stick(exchange, offer, psk))),
          ),
        ),
      );
      if (offers.length === 0) root.append(h("p", { text: "No ClientHello was sent." }));
    },
  };
}
