// A message of one side as bytes and fields, and the record that carried it.

import type { Field } from "tls-psk";
import { dissector, type Layer } from "../dissect/dissector.js";
import { dataLayer, innerLayer, messageLayer, recordLayer } from "../dissect/layers.js";
import type { Entry, Recorded } from "../handshake/exchange.js";
import { byId } from "../page/dom.js";
import { showRecordSteps } from "./record-steps.js";

export interface BytesView {
  /** Shows an entry; the selection stays if the entry is already shown. */
  show(entry: Entry | undefined, recorded: Recorded | undefined): void;
  select(field: Field): void;
  /** What is shown of the entry: its bytes as they count in the message, or in the record around it. */
  readonly layer: "message" | "record";
}

export function bytesView(): BytesView {
  const title = byId("message-name");
  const empty = byId("no-bytes");
  const root = byId("message-bytes");
  const view = dissector(root);
  let shown: Entry | undefined;

  return {
    show(entry, recorded) {
      const keep = entry?.id === shown?.id && entry?.name === shown?.name;
      shown = entry;
      title.textContent = entry?.name ?? "no message";
      const layers = entry ? layersOf(entry, recorded) : [];
      empty.hidden = entry === undefined || layers.length > 0;
      view.show(layers, { keep });
      showRecordSteps(entry, recorded);
    },
    select: view.select,
    get layer() {
      const chosen = root.querySelector<HTMLInputElement>(".layers input:checked");
      return chosen?.parentElement?.textContent === RECORD ? "record" : "message";
    },
  };
}

const RECORD = "On the wire";

function layersOf({ kind, name, bytes, place }: Entry, recorded: Recorded | undefined): Layer[] {
  const layers: Layer[] = [];
  const isRetried = recorded?.entries.some(({ name }) => name === "hello_retry_request") ?? false;
  const retried = isRetried && name === "client_hello" && place?.flight !== 0;
  if (bytes) {
    layers.push(kind === "data" ? dataLayer(name, bytes) : messageLayer(name, bytes, { retried }));
  }
  const flight = place && recorded?.flights[place.flight];
  const record = flight?.records[place?.record ?? 0];
  if (flight && record) {
    if (record.inner) layers.push(innerLayer(name, record.inner));
    layers.push(recordLayer(name, flight.bytes.subarray(record.start, record.end), { title: RECORD, retried }));
  }
  return layers;
}
