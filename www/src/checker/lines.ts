// The five values from the PSK to the binder, and the received binder above the computed one.

import { countBytes, hexByte, toHexGroups } from "../page/bytes.js";
import { h } from "../page/dom.js";
import type { Computed } from "./attempt.js";
import type { Checked } from "./search.js";
import { differenceOf } from "./words.js";

export interface Line {
  name: string;
  /** As written in RFC 9846. */
  formula: string;
  bytes: Uint8Array | undefined;
}

/** The values in order; each is computed from the one before. */
export function valueLines(one: Checked | undefined, values: Computed | undefined): Line[] {
  const attempt = one?.match?.attempt ?? one?.guess;
  const kind = attempt?.kind ?? "external";
  const label = { external: "ext binder", resumption: "res binder", imported: "imp binder" }[kind];
  const origin = attempt?.importing
    ? 'HKDF-Expand-Label(HKDF-Extract(0, key), "derived psk", Hash(ImportedIdentity), L)'
    : kind === "resumption"
      ? "the PSK of the ticket"
      : "the key, unchanged";
  return [
    { name: "PSK", formula: origin, bytes: values?.psk },
    { name: "Early Secret", formula: "HKDF-Extract(0, PSK)", bytes: values?.earlySecret },
    { name: "binder_key", formula: `Derive-Secret(Early Secret, "${label}", "")`, bytes: values?.binderKey },
    { name: "finished_key", formula: 'HKDF-Expand-Label(binder_key, "finished", "", L)', bytes: values?.finishedKey },
    {
      name: "binder",
      formula: "HMAC(finished_key, Transcript-Hash(truncated ClientHello))",
      bytes: values?.binder,
    },
  ];
}

export function linesOf(one: Checked | undefined, values: Computed | undefined): HTMLElement[] {
  const rows = valueLines(one, values).map(({ name, formula, bytes }) =>
    h(
      "li",
      { class: "line", data: { value: name } },
      h("code", { class: "name", text: name }),
      h("span", { class: "formula", text: formula }),
      h("code", { class: "value", text: bytes ? toHexGroups(bytes) : "—" }),
    ),
  );
  return [...rows, comparison(one, values)];
}

/** Both binders, aligned, with the bytes that differ marked from the first on. */
function comparison(one: Checked | undefined, values: Computed | undefined): HTMLElement {
  const received = one?.psk.binder ?? new Uint8Array();
  const computed = values?.binder ?? new Uint8Array();
  const first = received.length > 0 && computed.length > 0 ? differenceOf(received, computed) : -1;
  const missing = (one?.psk.binderLength ?? 0) - received.length;
  const row = (name: string, bytes: Uint8Array, other: Uint8Array) =>
    h(
      "div",
      { class: "binder-row", data: { of: name.toLowerCase() } },
      h("dt", { text: name }),
      h("dd", {}, h("code", {}, ...marked(bytes, other))),
    );
  const found =
    computed.length === 0 || received.length === 0
      ? ""
      : first === -1
        ? missing > 0
          ? `The existing bytes are equal. ${countBytes(missing)} of the binder are missing.`
          : `All ${countBytes(received.length)} are equal.`
        : `First difference: byte ${first}, received 0x${hexByte(received[first] ?? 0)}, computed 0x${hexByte(computed[first] ?? 0)}.`;
  return h(
    "li",
    { class: "compared", data: { equal: String(first === -1 && computed.length > 0 && received.length > 0) } },
    h("dl", {}, row("Received", received, computed), row("Computed", computed, received)),
    h("p", { class: "difference", text: found }),
  );
}

/** In groups of four bytes; a run of bytes that differ is one mark. */
function marked(bytes: Uint8Array, other: Uint8Array): (Node | string)[] {
  if (bytes.length === 0) return ["—"];
  if (other.length === 0) return [toHexGroups(bytes)];
  const parts: (Node | string)[] = [];
  let run = "";
  let differs = false;
  const flush = () => {
    if (run !== "") parts.push(differs ? h("mark", { text: run }) : run);
    run = "";
  };
  for (const [at, byte] of bytes.entries()) {
    const isOther = at < other.length && byte !== other[at];
    if (isOther !== differs) flush();
    differs = isOther;
    run += hexByte(byte);
    if (at % 4 === 3 && at + 1 < bytes.length) {
      flush();
      parts.push(" ");
    }
  }
  flush();
  return parts;
}
