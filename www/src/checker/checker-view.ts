// The first screen: takes any paste or file and one key; shows the verdict, the intermediate values and the reason of a
// failure.

import { type Hello, hellosIn } from "../../../pkg/src/reading/hello.js";
import { read, readNow } from "../../../pkg/src/reading/read.js";
import { type Conversation, type Reading, ReadingError } from "../../../pkg/src/reading/reading.js";
import { layersOf, problemsIn } from "../dissect/conversation.js";
import { dissector } from "../dissect/dissector.js";
import { foundIn } from "../dissect/found.js";
import { toHex, toHexGroups } from "../page/bytes.js";
import { copyButton } from "../page/copy.js";
import { byId, h } from "../page/dom.js";
import { type Computed, computed } from "./attempt.js";
import { EXAMPLE_HELLO, EXAMPLE_KEY, EXAMPLE_NAME } from "./example.js";
import { linesOf } from "./lines.js";
import { type Checked, check, type Result } from "./search.js";
import { walkView } from "./walk.js";
import { identityOf, reasonsOf, verdictOf } from "./words.js";

/** The largest part of a file that is read, in bytes. */
const LIMIT = 1 << 26;

export interface CheckerActions {
  /** The ClientHello of the handshake on the page, and its key, as an example. */
  example(): { hello: Uint8Array; key: string } | undefined;
  /** What is checked has changed. */
  changed(): void;
}

export interface Checker {
  /** The content for a link: the checked messages, never the key; "" for the example. */
  readonly linked: string;
  /** Checks messages and a key from elsewhere on the page. */
  fill(messages: Uint8Array, key: string): void;
  /** Shows the content of a link; the example for "". */
  follow(linked: string): void;
}

export function checkerView({ example, changed }: CheckerActions): Checker {
  const section = byId("checker");
  const text = byId("checker-text") as HTMLTextAreaElement;
  const key = byId("checker-key") as HTMLInputElement;
  const file = byId("checker-file") as HTMLInputElement;
  const source = byId("checker-source");
  const notes = byId("checker-notes");
  const problem = byId("checker-problem");
  const flows = byId("checker-flow") as HTMLSelectElement;
  const flowField = byId("checker-flows");
  const binders = byId("checker-binders");
  const verdict = byId("checker-verdict");
  const reasons = byId("checker-reasons");
  const lines = byId("checker-lines");
  const depth = byId("checker-depth");
  const bytes = dissector(byId("checker-bytes"), "checker-");
  const walk = walkView();

  let reading: Reading | undefined;
  let conversation: Conversation | undefined;
  let hello: Hello | undefined;
  let others: Hello[] = [];
  let result: Result | undefined;
  let shown = 0;
  let turn = 0;

  /** Reads an input; the previous result stays until the new one is known. */
  async function take(input: string | Uint8Array): Promise<void> {
    const mine = ++turn;
    try {
      const next = typeof input === "string" ? readNow(input) : await read(input);
      if (mine === turn) accept(next);
    } catch (thrown) {
      if (mine !== turn) return;
      if (!(thrown instanceof ReadingError)) throw thrown;
      refuse(thrown);
    }
  }

  function accept(next: Reading): void {
    reading = next;
    problem.textContent = "";
    text.removeAttribute("aria-invalid");
    flowField.hidden = next.conversations.length < 2;
    flows.replaceChildren(
      ...next.conversations.map(({ name }, at) => h("option", { value: String(at), text: `${at + 1}: ${name}` })),
    );
    section.dataset.state = "read";
    choose(0);
  }

  function refuse({ message, where }: ReadingError): void {
    reading = undefined;
    conversation = undefined;
    hello = undefined;
    others = [];
    flowField.hidden = true;
    source.textContent = "";
    notes.replaceChildren();
    const isEmpty = text.value.trim() === "";
    problem.textContent = isEmpty ? "" : where ? `${message} (${where})` : message;
    text.setAttribute("aria-invalid", String(!isEmpty));
    section.dataset.state = "unread";
    bytes.show([]);
    depth.hidden = true;
    verify();
  }

  function choose(at: number): void {
    conversation = reading?.conversations[at];
    if (!reading || !conversation) return;
    const messages = foundIn(conversation);
    const own = hellosIn(messages);
    hello = own.at(-1);
    const elsewhere = reading.conversations.flatMap((other) =>
      other === conversation ? [] : hellosIn(foundIn(other), other.name),
    );
    others = [...own.slice(0, -1), ...elsewhere];
    const isExample = text.value !== "" && toHex(conversation.parts[0]?.bytes ?? new Uint8Array()) === EXAMPLE_HELLO;
    const names = messages.map(({ name }) => name).join(", ");
    source.textContent = isExample
      ? `The example: the ClientHello of ${EXAMPLE_NAME}.`
      : `Read as ${reading.format}: ${names || "no handshake message in the clear"}.`;
    const all = [...reading.notes, ...conversation.notes, ...problemsIn(messages)];
    notes.replaceChildren(...all.map((note) => h("li", { text: note })));
    const layers = layersOf(conversation, messages, reading.keyLog);
    depth.hidden = layers.length === 0;
    // show the message whose binders are checked
    const at1 = messages.findLastIndex(({ type }) => type === 1);
    const [first] = layers.splice(Math.max(0, at1), 1);
    bytes.show(first ? [first, ...layers] : []);
    verify();
  }

  function verify(): void {
    result = hello && hello.read.psks.length > 0 ? check(hello, key.value, others) : undefined;
    show(result?.shown ?? 0);
  }

  function show(at: number): void {
    shown = at;
    const checked = result?.checked ?? [];
    const one = checked[shown];
    const { verdict: state, text: said } = one ? verdictOf(checked, one) : { verdict: "none", text: noneText() };
    section.dataset.verdict = state;
    // screen readers repeat a status that is set to the same text
    if (verdict.textContent !== said) verdict.textContent = said;
    reasons.replaceChildren(...(one && hello ? reasonsOf(one, hello).map((reason) => h("li", { text: reason })) : []));
    binders.hidden = checked.length < 2;
    binders.replaceChildren(...checked.map(binderTab));
    const values = valuesOf(one);
    lines.replaceChildren(...linesOf(one, values));
    walk.show(one, values);
    changed();
  }

  function noneText(): string {
    if (!hello) return reading ? "This contains no ClientHello." : "Nothing to verify yet.";
    if (hello.read.isCut && hello.read.covered === undefined) return "The ClientHello is truncated before its PSKs.";
    return "This ClientHello offers no PSK, so it has no binder.";
  }

  function valuesOf(one: Checked | undefined): Computed | undefined {
    const attempt = one?.match?.attempt ?? one?.guess;
    return attempt && computed(attempt);
  }

  function binderTab(one: Checked, at: number): HTMLElement {
    const state = one.match ? (one.match.slip ? "slipped" : "verified") : one.guess ? "failed" : "none";
    const words = { verified: "verifies", slipped: "does not verify", failed: "does not verify", none: "not checked" };
    return h(
      "label",
      { class: "binder-tab", data: { verdict: state } },
      h("input", {
        type: "radio",
        name: "checker-binder",
        value: String(at),
        checked: at === shown,
        on: { change: () => show(at) },
      }),
      h("span", { class: "which", text: `Binder ${at + 1}` }),
      h("code", { text: identityOf(one) }),
      h("span", { class: "how", text: words[state] }),
    );
  }

  function fill(input: string, secret: string): void {
    text.value = input;
    key.value = secret;
    void take(input);
  }

  const spaced = (digits: string) => digits.replace(/..(?=.)/g, "$& ");
  text.addEventListener("input", () => void take(text.value));
  key.addEventListener("input", verify);
  flows.addEventListener("change", () => choose(flows.selectedIndex));
  file.addEventListener("change", () => void open(file.files));
  byId("checker-form").addEventListener("submit", (event) => event.preventDefault());
  byId("checker-example").addEventListener("click", () => fill(spaced(EXAMPLE_HELLO), EXAMPLE_KEY));
  byId("checker-scene").addEventListener("click", () => {
    const taken = example();
    if (taken) fill(toHex(taken.hello, " "), taken.key);
  });
  byId("checker-clear").addEventListener("click", () => {
    fill("", "");
    text.focus();
  });
  byId("checker-walk").addEventListener("click", () => walk.open());
  byId("checker-share").append(
    copyButton(
      "Copy a link",
      () => new URL(`#${new URLSearchParams({ check: linked() })}`, location.href).href,
      "quiet",
    ),
  );
  byId("checker-copy").append(copyButton("Copy the values", () => asText(), "quiet"));

  section.addEventListener("dragover", (event) => {
    event.preventDefault();
    section.dataset.dropping = "true";
  });
  section.addEventListener("dragleave", () => delete section.dataset.dropping);
  section.addEventListener("drop", (event) => {
    event.preventDefault();
    delete section.dataset.dropping;
    const dropped = event.dataTransfer?.getData("text/plain");
    if (event.dataTransfer?.files.length) void open(event.dataTransfer.files);
    else if (dropped) {
      text.value = dropped;
      void take(dropped);
    }
  });

  async function open(files: FileList | null): Promise<void> {
    const [one] = files ?? [];
    if (!one) return;
    text.value = "";
    text.placeholder = `${one.name}, ${one.size.toLocaleString("en")} bytes`;
    await take(new Uint8Array(await one.slice(0, LIMIT).arrayBuffer()));
  }

  /** The checked messages for a link, which never contains the key. */
  function linked(): string {
    if (!hello || toHex(hello.bytes) === EXAMPLE_HELLO.slice(10)) return "";
    const whole = new Uint8Array(hello.before.length + hello.bytes.length);
    whole.set(hello.before);
    whole.set(hello.bytes, hello.before.length);
    const letters = btoa(Array.from(whole, (byte) => String.fromCharCode(byte)).join(""));
    return letters.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  }

  function asText(): string {
    const one = result?.checked[shown];
    const values = valuesOf(one);
    if (!one || !values) return verdict.textContent ?? "";
    const rows = [
      ["Verdict", verdict.textContent ?? ""],
      ["Early Secret", toHex(values.earlySecret)],
      ["binder_key", toHex(values.binderKey)],
      ["finished_key", toHex(values.finishedKey)],
      ["Transcript-Hash", toHex(values.transcriptHash)],
      ["Binder computed", toHex(values.binder)],
      ["Binder received", toHex(one.psk.binder)],
    ];
    return rows.map(([name, value]) => `${name}: ${value}\n`).join("");
  }

  return {
    get linked() {
      return linked();
    },
    fill(messages, secret) {
      fill(toHex(messages, " "), secret);
    },
    follow(letters) {
      if (letters === "") fill(spaced(EXAMPLE_HELLO), EXAMPLE_KEY);
      else fill(letters, "");
    },
  };
}

export { toHexGroups };
