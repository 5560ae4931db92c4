// Bring your own: a ClientHello that was pasted or dropped, taken apart, and its binders checked.

import type { HashName } from "tls-psk";
import { asLabel, countBytes, fromHex, fromText, toHex, toHexGroups } from "../bytes.js";
import { byId, h } from "../dom.js";
import { icon, type Mark } from "../icons.js";
import { dissector, type Layer } from "./dissector.js";
import { type Found, findIn, type Stop } from "./found.js";
import { InputError } from "./input-error.js";
import { messageLayer, recordLayer } from "./layers.js";
import { helloSequence, type KnownPsk, type OfferedBinder, type Verification, verify } from "./verify.js";

/** The most that is taken, in bytes: what a page can show. */
const LIMIT = 1 << 20;

export interface BringActions {
  /** The ClientHello of the scene on the page, for those who have none at hand. */
  example(): Uint8Array | undefined;
}

export function bringView({ example }: BringActions): void {
  const section = byId("bring-your-own");
  const text = byId("bring-text") as HTMLTextAreaElement;
  const file = byId("bring-file") as HTMLInputElement;
  const identity = byId("bring-identity") as HTMLInputElement;
  const secret = byId("bring-secret") as HTMLInputElement;
  const hash = byId("bring-hash") as HTMLSelectElement;
  const imported = byId("bring-imported") as HTMLInputElement;
  const problem = byId("bring-problem");
  const secretProblem = byId("bring-secret-problem");
  const source = byId("bring-source");
  const stops = byId("bring-stops");
  const result = byId("bring-result");
  const verdict = byId("bring-verdict");
  const binders = byId("bring-binders");
  const view = dissector(byId("bring-bytes"), "bring-");

  let found: Found | undefined;

  function read(input: string | Uint8Array): void {
    found = undefined;
    problem.replaceChildren();
    try {
      if (input.length > LIMIT) throw new InputError("NotTls", `more than ${countBytes(LIMIT)} are not taken`);
      found = findIn(input);
    } catch (thrown) {
      if (!(thrown instanceof InputError)) throw thrown;
      const where = thrown.where ? ` at ${thrown.where}` : "";
      problem.replaceChildren(h("code", { text: thrown.name }), `${where}: ${thrown.message}.`);
    }
    section.dataset.state = found ? "read" : "unread";
    show();
  }

  function show(): void {
    result.hidden = found === undefined;
    source.textContent = found?.source ?? "";
    stops.replaceChildren(...(found ? stopsOf(found) : []));
    view.show(found ? layersOf(found) : []);
    check();
  }

  function check(): void {
    secretProblem.textContent = "";
    secret.removeAttribute("aria-invalid");
    let known: KnownPsk | undefined;
    if (secret.value.trim() !== "") {
      const bytes = fromHex(secret.value);
      if (bytes && bytes.length > 0) {
        const name = bytesOf(identity.value);
        known = { identity: name, secret: bytes, hmac: hash.value as HashName, imported: imported.checked };
      } else {
        secretProblem.textContent = "A secret is written in pairs of hexadecimal digits.";
        secret.setAttribute("aria-invalid", "true");
      }
    }
    let verification: Verification | undefined;
    try {
      verification = found && verify(found.messages, known);
    } catch (thrown) {
      // the core refuses a PSK by name, say for a secret of zeros
      secretProblem.textContent = `The core refuses it: ${thrown instanceof Error ? thrown.message : thrown}.`;
      known = undefined;
      verification = found && verify(found.messages, known);
    }
    const checks = verification?.offered.flatMap(({ check }) => (check ? [check] : [])) ?? [];
    const verified = checks.some((check) => check.verified);
    section.dataset.verdict = verified ? "verified" : checks.length > 0 ? "failed" : "none";
    verdict.textContent = verification ? summaryOf(verification, known) : NO_HELLO;
    binders.replaceChildren(...(verification?.offered.map((one) => binderRow(one, known)) ?? []));
  }

  text.addEventListener("input", () => read(text.value));
  file.addEventListener("change", () => take(file.files));
  byId("bring-example").addEventListener("click", () => {
    const hello = example();
    if (!hello) return;
    text.value = toHex(hello, " ");
    read(text.value);
  });
  byId("bring-psk").addEventListener("submit", (event) => event.preventDefault());
  for (const input of [identity, secret, hash, imported]) input.addEventListener("input", check);

  section.addEventListener("dragover", (event) => {
    event.preventDefault();
    section.dataset.dropping = "true";
  });
  section.addEventListener("dragleave", () => delete section.dataset.dropping);
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    delete section.dataset.dropping;
    const dropped = event.dataTransfer?.getData("text/plain");
    if (event.dataTransfer?.files.length) take(event.dataTransfer.files);
    else if (dropped) {
      text.value = dropped;
      read(dropped);
    }
  });

  async function take(files: FileList | null): Promise<void> {
    const [one] = files ?? [];
    if (!one) return;
    text.value = "";
    read(new Uint8Array(await one.slice(0, LIMIT + 1).arrayBuffer()));
  }

  show();
}

const NO_HELLO = "There is no ClientHello in this, so there is nothing to verify.";

/** Text as UTF-8, or bytes as they are written after "0x"; nothing of nothing. */
function bytesOf(typed: string): Uint8Array | undefined {
  if (typed === "") return undefined;
  return (typed.startsWith("0x") ? fromHex(typed.slice(2)) : undefined) ?? fromText(typed);
}

function layersOf({ messages, records, opened }: Found): Layer[] {
  const hellos = helloSequence(messages);
  const named = messages.map(({ name, bytes }, at) => {
    const alike = messages.filter((other) => other.name === name);
    const place = alike.length > 1 ? ` ${messages.slice(0, at + 1).filter((other) => other.name === name).length}` : "";
    const retried = hellos.length === 3 && hellos[2]?.bytes === bytes;
    return messageLayer(`${name}${place}`, bytes, { title: `${name}${place}`, retried });
  });
  const hint = "What the protected records held, one behind the other.";
  return [
    ...named,
    ...records.map(({ title, bytes }) => recordLayer(title.toLowerCase(), bytes, { title })),
    ...opened.map(({ title, bytes, fields }) => ({ title, label: title.toLowerCase(), bytes, fields, hint })),
  ];
}

/** Where the core could not go on, by the names of its errors. */
function stopsOf({ messages, records }: Found): HTMLElement[] {
  const line = (what: string, length: number, { code, message, position }: Stop) =>
    h(
      "li",
      { class: "problem" },
      h("code", { text: code }),
      ` in ${what}, from byte ${position} of ${length} on: ${message}.`,
    );
  return [...messages.map((message) => ({ title: message.name, ...message })), ...records].flatMap(
    ({ title, bytes, stop }) => (stop ? [line(title, bytes.length, stop)] : []),
  );
}

function summaryOf({ offered, impossible, retried }: Verification, known: KnownPsk | undefined): string {
  if (impossible) return `Nothing was verified. ${impossible}`;
  if (offered.length === 0) return "Nothing was verified: this ClientHello offers no PSK, so it has no binder.";
  if (!known) return "Nothing was verified: without the PSK the binders are bytes like any other.";
  const checks = offered.flatMap(({ check }) => (check ? [check] : []));
  if (checks.length === 0) {
    return known.imported && offered.every(({ imported }) => !imported)
      ? "Nothing was verified: no identity here is that of an imported PSK."
      : "Nothing was verified: no identity here is this PSK’s.";
  }
  const good = checks.filter(({ verified }) => verified).length;
  const over = retried ? " It covers both ClientHellos and the HelloRetryRequest." : "";
  if (good > 0) return `${good} of ${offered.length} binders verified: whoever made it had this secret.${over}`;
  const also = retried ? "" : ", or the binders cover a HelloRetryRequest and another ClientHello that are not here";
  return `No binder verified: the secret, the hash or the kind of the PSK is another${also}.`;
}

interface Fate {
  mark: Mark;
  title: string;
}

function fateOf({ check, imported, binder }: OfferedBinder, known: KnownPsk | undefined): Fate {
  if (check?.verified) return { mark: "verified", title: "Binder verified" };
  if (check && check.expected.length !== binder.length) {
    return { mark: "failed", title: `Binder failed: ${binder.length} bytes are of another hash` };
  }
  if (check) return { mark: "failed", title: "Binder failed" };
  if (!known) return { mark: "untouched", title: "Not verified" };
  if (known.imported && !imported) return { mark: "untouched", title: "Not verified: not imported" };
  return { mark: "untouched", title: "Not verified: of another PSK" };
}

function binderRow(offered: OfferedBinder, known: KnownPsk | undefined): HTMLElement {
  const { identity, imported, binder, check } = offered;
  const { mark, title } = fateOf(offered, known);
  const row = (name: string, value: string) => [h("dt", { text: name }), h("dd", {}, h("code", { text: value }))];
  const wire = imported ? asLabel(imported.external) : asLabel(identity);
  const context = imported ? row("Context", imported.context.length > 0 ? asLabel(imported.context) : "(empty)") : [];
  const computed = check
    ? [
        ...row("Transcript hash that it covers", toHexGroups(check.transcriptHash)),
        ...row("Binder computed", toHexGroups(check.expected)),
      ]
    : [];
  return h(
    "li",
    { class: "brought", data: { fate: mark, index: String(offered.index) } },
    h("p", { class: "verdict" }, icon(mark), h("strong", { text: title })),
    h(
      "dl",
      {},
      ...row(imported ? "Identity, imported" : "Identity", wire),
      ...context,
      ...row("Binder sent", toHexGroups(binder)),
      ...computed,
    ),
  );
}
