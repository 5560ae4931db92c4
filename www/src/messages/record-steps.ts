// How a record is protected, step by step: nonce, associated data, plaintext, ciphertext and tag (RFC 9846 section
// 5.2).

import type { Step } from "page-core";
import { type Entry, peerOf, type Recorded } from "../handshake/exchange.js";
import { toHexGroups } from "../page/bytes.js";
import { byId, h } from "../page/dom.js";

/** The length of the tag in every AEAD of TLS 1.3, in bytes. */
const TAG = 16;
/** How much of a text is shown, in bytes. */
const SHOWN = 48;

/** Shows the steps for the record that carried an entry; nothing if it was not protected. */
export function showRecordSteps(entry: Entry | undefined, recorded: Recorded | undefined): void {
  const root = byId("record-steps");
  const place = entry?.place;
  const sealed = place && recorded?.flights[place.flight]?.records[place.record]?.sealed;
  root.hidden = !sealed;
  if (sealed && entry && recorded) {
    // whoever did not seal it has derived the same values to open it
    const steps = [...recorded.steps[entry.from], ...recorded.steps[peerOf(entry.from)]];
    byId("record-steps-list").replaceChildren(...rows(sealed, steps));
  }
}

function rows({ algorithm, inputs, output }: Step, steps: readonly Step[]): HTMLElement[] {
  const none = new Uint8Array();
  const { nonce = none, key = none, plaintext = none, additional_data: aad = none } = inputs;
  const iv = steps.find((step) => step.label === "iv" && sequenceOf(step.output, nonce) !== undefined)?.output;
  const sequence = iv && sequenceOf(iv, nonce);
  const row = (name: string, about: string, bytes: Uint8Array) =>
    h(
      "li",
      {},
      h("p", {}, h("strong", { text: name }), ` ${about}`),
      h("code", { text: `${toHexGroups(bytes.subarray(0, SHOWN))}${bytes.length > SHOWN ? " …" : ""}` }),
    );
  return [
    ...(iv ? [row("write_iv", "from the traffic secret", iv)] : []),
    row("Nonce", `write_iv XOR the sequence number, which is ${sequence ?? "unknown"} for this record`, nonce),
    row("Additional data", "the header of the record", aad),
    row("Plaintext", "the content, its type, and padding of zeros", plaintext),
    row("write_key", `${algorithm}; from the traffic secret`, key),
    row("Ciphertext", "as long as the plaintext", output.subarray(0, -TAG)),
    row(
      "Tag",
      "the last 16 bytes: without the right one the record is refused with bad_record_mac",
      output.subarray(-TAG),
    ),
  ];
}

/** The sequence number that turns an IV into a nonce; `undefined` for a different IV. */
function sequenceOf(iv: Uint8Array, nonce: Uint8Array): number | undefined {
  if (iv.length !== nonce.length) return undefined;
  const number = Array.from(nonce, (byte, at) => byte ^ (iv[at] ?? 0));
  // no connection of the page has more than 65,535 records
  if (number.slice(0, -2).some((byte) => byte !== 0)) return undefined;
  return number.slice(-2).reduce((value, byte) => value * 256 + byte, 0);
}
