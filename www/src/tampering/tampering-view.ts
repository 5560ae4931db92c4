// Tampering: what can be changed in the open message, what was changed, and the result.

import { type Entry, type Exchange, type Flight, peerOf, SIDES } from "../handshake/exchange.js";
import { type Meddling, sameMeddling } from "../handshake/meddling.js";
import { HEADER_LENGTH, type WireRecord } from "../handshake/records.js";
import { hexByte, offset } from "../page/bytes.js";
import { byId, h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { alertsOf, HEADLINES, reasonsOf } from "../scene/outcome.js";

export interface MeddleView {
  show(exchange: Exchange, entry: Entry | undefined): void;
  /** The current byte: of the open message, or of the record around it. */
  stand(at: number | undefined, layer: "message" | "record"): void;
}

export function meddleView({ meddle }: { meddle(meddlings: Meddling[]): void }): MeddleView {
  const byte = byId("meddle-byte");
  const record = byId("meddle-record");
  const offer = byId("meddle-offer");
  const secrets = byId("meddle-secrets");
  const list = byId("meddlings");
  const none = byId("no-meddlings");
  const undo = byId("meddle-undo") as HTMLButtonElement;
  const outcome = byId("meddle-outcome");

  let exchange: Exchange | undefined;
  let entry: Entry | undefined;
  let at: number | undefined;

  undo.addEventListener("click", () => {
    meddle([]);
    byId("meddle-title").focus();
  });

  const has = (meddling: Meddling) => exchange?.meddlings.some((other) => sameMeddling(other, meddling)) ?? false;

  /** Adds or removes a change. */
  function toggle(meddling: Meddling): void {
    if (!exchange) return;
    const others = exchange.meddlings.filter((other) => !sameMeddling(other, meddling));
    const place = placeOfFocus();
    meddle(others.length < exchange.meddlings.length ? others : [...others, meddling]);
    // the button was redrawn, and the button of a removed change no longer exists
    (place() ?? byId("meddle-title")).focus();
  }

  /** Finds the focused button again after a redraw. */
  function placeOfFocus(): () => HTMLElement | undefined {
    const group = document.activeElement?.closest("#meddle [id]:is(.actions, ol)")?.id ?? "meddlings";
    const buttons = () => [...byId(group).querySelectorAll<HTMLElement>("button")];
    const index = buttons().indexOf(document.activeElement as HTMLElement);
    return () => buttons()[Math.min(index, buttons().length - 1)];
  }

  function toggleButton(text: string, meddling: Meddling): HTMLElement {
    const on = has(meddling);
    return h(
      "button",
      { type: "button", class: "quiet toggle", "aria-pressed": String(on), on: { click: () => toggle(meddling) } },
      icon(on ? "selected" : "offered"),
      text,
    );
  }

  function drawByte(): void {
    const place = placeOf(exchange, entry);
    const offset = (place?.record.start ?? 0) + HEADER_LENGTH + (at ?? 0);
    const value = exchange?.flights[place?.flight ?? 0]?.bytes[offset];
    if (!entry || !place || at === undefined || value === undefined) {
      byte.replaceChildren(h("p", { class: "hint", text: "Select a byte in the messages above to flip its bits." }));
      return;
    }
    const { flight, record } = place;
    const changed = exchange?.meddlings.findLast(
      (one) => one.kind === "flip" && one.flight === flight && one.at === offset,
    );
    const bits = changed?.kind === "flip" ? changed.bits : 0;
    const sealed = record.type === "application_data" && at >= 0 && at < (record.inner?.length ?? 0);
    const where = `${placeName(at, entry, record)} travels as 0x${hexByte(value)}`;
    byte.replaceChildren(
      h("p", {}, where, bits ? `, and arrives as 0x${hexByte(value ^ bits)}. ` : ". ", sealed ? SEALED : ""),
      h(
        "div",
        { class: "bits", role: "group", "aria-label": "Its bits: flip one" },
        ...[7, 6, 5, 4, 3, 2, 1, 0].map((bit) => {
          const mask = 1 << bit;
          const flipped = (bits & mask) !== 0;
          const shown = ((value ^ bits) & mask) === 0 ? "0" : "1";
          return h("button", {
            type: "button",
            class: "bit",
            text: shown,
            "aria-label": `Bit ${bit}, now ${shown}`,
            "aria-pressed": String(flipped),
            on: { click: () => flip(flight, offset, bits ^ mask, bit) },
          });
        }),
      ),
    );
  }

  /** Replaces the change of this byte; the focus stays on the bit. */
  function flip(flight: number, offset: number, bits: number, bit: number): void {
    if (!exchange) return;
    const others = exchange.meddlings.filter(
      (one) => !(one.kind === "flip" && one.flight === flight && one.at === offset),
    );
    meddle(bits === 0 ? others : [...others, { kind: "flip", flight, at: offset, bits }]);
    byte.querySelectorAll<HTMLButtonElement>(".bit")[7 - bit]?.focus();
  }

  function draw(): void {
    if (!exchange) return;
    drawByte();
    const place = placeOf(exchange, entry);
    record.replaceChildren(
      ...(place && entry
        ? [
            toggleButton("Cut its record in half", { kind: "cut", flight: place.flight, record: place.index }),
            toggleButton("Drop its record", { kind: "drop", flight: place.flight, record: place.index }),
          ]
        : []),
    );
    const hello = exchange.offers.at(-1);
    const count = hello?.psks.length ?? 0;
    const flight = hello?.hello.place?.flight ?? 0;
    const pairs = Array.from({ length: Math.max(0, count - 1) }, (_, first) => first);
    offer.replaceChildren(
      ...pairs.flatMap((first) =>
        (["identities", "binders"] as const).map((kind) =>
          toggleButton(`Swap ${kind} ${first} and ${first + 1}`, { kind, flight, first, second: first + 1 }),
        ),
      ),
    );
    if (count < 2) offer.append(h("p", { class: "hint", text: "This needs an offer of two PSKs or more." }));
    secrets.replaceChildren(
      ...SIDES.flatMap((side) =>
        (exchange?.scene[side].keys.slice(0, 3) ?? []).map((key, index) =>
          toggleButton(`${key.identity}, the ${side}’s`, { kind: "secret", side, key: index }),
        ),
      ),
    );
    none.hidden = exchange.meddlings.length > 0;
    undo.disabled = exchange.meddlings.length === 0;
    list.replaceChildren(...exchange.meddlings.map(described));
    drawOutcome(exchange);
  }

  function drawOutcome(played: Exchange): void {
    const alerts = alertsOf(played);
    outcome.replaceChildren(
      h("p", { class: "verdict" }, h("strong", { text: HEADLINES[played.stage] })),
      ...reasonsOf(played, false).map((reason) => h("p", {}, ...reason)),
      ...(alerts.length > 0 ? [h("p", { class: "alerts" }, ...alerts)] : []),
    );
    outcome.dataset.stage = played.stage;
  }

  function described(meddling: Meddling): HTMLElement {
    const text = exchange ? textOf(meddling, exchange) : "";
    const remove = h("button", {
      class: "quiet",
      type: "button",
      text: "Undo",
      "aria-label": `Undo: ${text}`,
      on: { click: () => toggle(meddling) },
    });
    return h("li", {}, icon("failed"), h("span", { text }), remove);
  }

  return {
    show(played, opened) {
      exchange = played;
      if (opened?.id !== entry?.id || opened?.name !== entry?.name) at = undefined;
      entry = opened;
      draw();
    },
    stand(chosen, layer) {
      at = chosen === undefined || layer === "message" ? chosen : chosen - HEADER_LENGTH;
      drawByte();
    },
  };
}

const SEALED = "It is encrypted: a bit that is flipped on the wire flips in the record’s content.";

/** A byte by its place in the message, or in the parts of a record around that. */
function placeName(at: number, { name, bytes }: Entry, record: WireRecord): string {
  if (at < 0) return `Byte ${offset(at + HEADER_LENGTH)} of the record’s header`;
  if (bytes && at < bytes.length) return `Byte ${offset(at)} of ${name}`;
  if (record.inner && at < record.inner.length) return "The byte with the type of the content, or padding,";
  return record.inner ? "A byte of the record’s authentication tag" : `Byte ${offset(at)} of ${name}`;
}

/** A byte of a flight by its place in the message that its record carries, as the bytes panel counts. */
function placeInMessage({ records, entries }: Flight, at: number): string {
  const index = records.findIndex(({ start, end }) => start <= at && at < end);
  const record = records[index];
  const entry = entries.find(({ place }) => place?.record === index);
  if (!record || !entry) return `Byte ${at}`;
  return placeName(at - record.start - HEADER_LENGTH, entry, record).replace(/,$/, "");
}

function placeOf(
  exchange: Exchange | undefined,
  entry: Entry | undefined,
): { flight: number; index: number; record: WireRecord } | undefined {
  const place = entry?.place;
  const record = place && exchange?.flights[place.flight]?.records[place.record];
  return place && record && { flight: place.flight, index: place.record, record };
}

function textOf(meddling: Meddling, { flights, scene }: Exchange): string {
  if (meddling.kind === "secret") {
    const name = scene[meddling.side].keys[meddling.key]?.identity ?? "that no longer exists";
    return `One bit of the ${meddling.side}’s secret of ${name} is flipped.`;
  }
  const flight = flights[meddling.flight];
  const way = flight ? `the ${flight.from} to the ${peerOf(flight.from)}` : "no side";
  const nth = `flight ${meddling.flight + 1}, from ${way}`;
  switch (meddling.kind) {
    case "flip": {
      const before = flight?.bytes[meddling.at];
      if (!flight || before === undefined)
        return `Byte ${meddling.at} of ${nth}, is after its end: nothing is changed.`;
      const change = `0x${hexByte(before)} becomes 0x${hexByte(before ^ meddling.bits)}`;
      return `${placeInMessage(flight, meddling.at)} (${nth}): ${change}.`;
    }
    case "cut":
      return `Record ${meddling.record + 1} of ${nth}, is cut in half, and nothing follows.`;
    case "drop":
      return `Record ${meddling.record + 1} of ${nth}, is dropped.`;
    default:
      return `The ${meddling.kind} ${meddling.first} and ${meddling.second} in ${nth}, are swapped.`;
  }
}
