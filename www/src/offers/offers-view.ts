// The offer: each identity as one half of a stick, its binder as the other, and the server's outcome.

import type { Field, ImportedIdentity } from "tls-psk";
import type { Entry, Exchange, Offer } from "../handshake/exchange.js";
import type { OfferedHalves, Outcome, Part } from "../handshake/halves.js";
import { asLabel, countBytes, sameBytes, toHexGroups } from "../page/bytes.js";
import { byId, h } from "../page/dom.js";
import { icon, type Mark } from "../page/icons.js";
import { half } from "../page/tally.js";
import { clock } from "./clock.js";

export interface OfferActions {
  select(answer: number | "default" | "none" | "timeout"): void;
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
    text: "The server computed the same binder, so both sides have the same PSK.",
  },
  failed: { mark: "failed", title: "Binder failed", text: "The server computed a different binder." },
  chosen: { mark: "chosen", title: "Selected", text: "The server selected it." },
  notPreferred: {
    mark: "notPreferred",
    title: "Not selected",
    text: "The server has this PSK but preferred another one. It did not check this binder.",
  },
  unusable: {
    mark: "unusable",
    title: "Unusable",
    text: "The server has this PSK, but no common cipher suite uses its hash. It did not check this binder.",
  },
  withdrawn: {
    mark: "unknown",
    title: "Withdrawn",
    text: "It is a ticket of this server. The PSK that it descends from was removed, or has another key.",
  },
  unknown: { mark: "unknown", title: "Unknown", text: "The server has no PSK with this identity." },
};

const WAITING: Fate = { mark: "waiting", title: "Waiting", text: "The server has not selected a PSK yet." };

const UNTOUCHED: Fate = { mark: "untouched", title: "Not processed", text: "The server did not get to it." };

const STEPS: Record<Outcome, string> = {
  unknown: "unknown to the server",
  withdrawn: "a ticket whose PSK was removed or replaced",
  unusable: "known, but with no common hash",
  notPreferred: "known, but not preferred",
  chosen: "selected",
  verified: "binder verified",
  failed: "binder failed",
};

export function offerView(actions: OfferActions): { show(exchange: Exchange): void } {
  const root = byId("offers");
  const selection = byId("selection");
  const complaint = h("p", { class: "problem", role: "alert" });
  const timer = clock({ ranOut: () => actions.select("timeout") });

  const answer = (text: string, value: number | "default" | "none", unseen = "") =>
    h(
      "button",
      { type: "button", on: { click: () => actions.select(value) } },
      text,
      h("span", { class: "unseen", text: unseen }),
    );

  byId("answers").append(answer("First match", "default"), answer("Select none", "none"));
  selection.append(complaint);

  function stick(exchange: Exchange, offer: Offer, psk: OfferedHalves): HTMLElement {
    const waits = exchange.stage === "waiting" && offer === exchange.offers.at(-1);
    const outcome = psk.outcomes.at(-1);
    const fate = outcome ? FATES[outcome] : waits ? WAITING : UNTOUCHED;
    const verified = outcome === "verified";
    const name = asLabel(psk.imported?.externalIdentity ?? psk.identity.bytes);
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
          psk.imported && importedParts(psk.imported),
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
        h("p", { class: "explained", text: `${fate.text}${standInText(exchange, outcome)}` }),
        outcome === "failed" && computedInstead(exchange, psk),
        waits && answer("Select this PSK", psk.index, `: ${name}`),
      ),
    );
  }

  return {
    show(exchange) {
      selection.hidden = exchange.stage !== "waiting";
      if (selection.hidden) timer.reset();
      else timer.run();
      complaint.textContent = exchange.complaint ? `${exchange.complaint.error.message}. Nothing was sent.` : "";
      const { offers } = exchange;
      root.replaceChildren(
        ...offers.map((offer, index) =>
          h(
            "section",
            { class: "offer" },
            offers.length > 1 && h("h3", { text: index === 0 ? "First ClientHello" : "Second ClientHello" }),
            offer.altered &&
              h("p", { class: "altered" }, icon("alert"), "As it reached the server: it was changed on the way."),
            offer.psks.length === 0 && h("p", { text: "This ClientHello offers no PSK." }),
            h("ol", { class: "psks" }, ...offer.psks.map((psk) => stick(exchange, offer, psk))),
          ),
        ),
      );
      if (offers.length === 0) root.append(h("p", { text: "No ClientHello was sent." }));
    },
  };
}

/** What the server did with an unknown identity, if it refuses the whole offer. */
function standInText({ stage }: Exchange, outcome: Outcome | undefined): string {
  if (outcome !== "unknown") return "";
  return stage === "failed"
    ? " It computed a binder with a stand-in key, so that this refusal takes as long as that of a wrong binder."
    : " It did not check this binder.";
}

/** The parts of an imported identity (RFC 9258 section 5.1). */
function importedParts({ context, targetProtocol, targetKdf }: ImportedIdentity): HTMLElement {
  const row = (name: string, value: string) => h("div", {}, h("dt", { text: name }), h("dd", { text: value }));
  return h(
    "dl",
    { class: "imported" },
    row("Context", context.length > 0 ? asLabel(context) : "empty"),
    row("For the protocol", PROTOCOLS[targetProtocol] ?? `0x${targetProtocol.toString(16).padStart(4, "0")}`),
    row("For the KDF", KDFS[targetKdf] ?? String(targetKdf)),
  );
}

const PROTOCOLS: Record<number, string> = { 772: "TLS 1.3" };
/** RFC 9258 section 10. */
const KDFS: Record<number, string> = { 1: "HKDF_SHA256", 2: "HKDF_SHA384" };

/** The binder that the server computed for a key whose binder did not verify. */
function computedInstead({ steps }: Exchange, { binder }: OfferedHalves): HTMLElement | undefined {
  const macs = steps.server.filter(
    ({ operation, output }) => operation === "hmac" && output.length === binder.bytes.length,
  );
  const own = macs.findLast(({ output }) => !sameBytes(output, binder.bytes));
  return own && h("p", { class: "computed" }, "It computed ", h("code", { text: toHexGroups(own.output) }), ".");
}
