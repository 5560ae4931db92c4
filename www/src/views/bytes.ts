// What one side said, as bytes and fields: the message, and the record that carried it.

import type { Field } from "tls-psk";
import { dissector, type Layer } from "../dissect/dissector.js";
import { dataLayer, messageLayer } from "../dissect/layers.js";
import { byId } from "../dom.js";
import type { Entry } from "../wire.js";

export interface BytesView {
  /** Shows an entry; what was selected in it stays selected if it is the one that is shown already. */
  show(entry: Entry | undefined): void;
  select(field: Field): void;
}

export function bytesView(): BytesView {
  const title = byId("message-name");
  const empty = byId("no-bytes");
  const view = dissector(byId("message-bytes"));
  let shown: Entry | undefined;

  return {
    show(entry) {
      const keep = entry?.id === shown?.id && entry?.name === shown?.name;
      shown = entry;
      title.textContent = entry?.name ?? "no message";
      const layers = entry ? layersOf(entry) : [];
      empty.hidden = entry === undefined || layers.length > 0;
      view.show(layers, { keep });
    },
    select: view.select,
  };
}

function layersOf({ kind, name, bytes }: Entry): Layer[] {
  if (!bytes) return [];
  return [kind === "data" ? dataLayer(name, bytes) : messageLayer(name, bytes)];
}
