// A console that connects to a server on this machine by TLS with a pre-shared key.

import type { HashName, Negotiated, TraceEvent } from "tls-psk";
import { CIPHER_SUITES, HASHES, hashOfSuite } from "../../../pkg/src/vocabulary.js";
import { asLabel, asText, concat, countBytes, fromHex, fromText, toHexGroups } from "../page/bytes.js";
import { byId, h } from "../page/dom.js";
import { icon, type Mark } from "../page/icons.js";
import { Recording } from "./recording.js";
import { connectTo, type Session, sentenceOf } from "./session.js";

type Kind = "note" | "sent" | "received" | "error";

const MARKS: Record<Kind, Mark | undefined> = { note: undefined, sent: undefined, received: undefined, error: "alert" };
const SIGNS: Record<Kind, string> = { note: "·", sent: "→", received: "←", error: "" };
const SPOKEN: Record<Kind, string> = { note: "", sent: "sent: ", received: "received: ", error: "error: " };

/** How many lines are kept. */
const LINES = 500;

/** What servers mean by an alert in response to a ClientHello with PSKs. */
const HABITS: Record<string, string> = {
  decrypt_error: "In RFC 9846 this alert means that a binder does not verify: the two sides have different PSKs.",
  illegal_parameter: "OpenSSL 3.0 sends illegal_parameter if a binder does not verify.",
  handshake_failure: "Servers without a certificate send handshake_failure when they know none of the identities.",
  unknown_psk_identity: "The server does not know the identity, and says so.",
  missing_extension:
    "The server requires an extension that an offer of PSKs does not include, often one for certificates.",
};

export interface ConsoleActions {
  /** Verifies the binders of a connection that was made here. */
  check(messages: Uint8Array, key: string): void;
  /** Shows a connection that was made here in the panels. */
  show(recording: Recording): void;
  /** More of a connection was recorded. */
  recorded(recording: Recording): void;
}

export function consoleView({ check, show, recorded }: ConsoleActions): void {
  const section = byId("console");
  const form = byId("console-form") as HTMLFormElement;
  const settings = byId("console-settings") as HTMLFieldSetElement;
  const port = byId("console-port") as HTMLInputElement;
  const identity = byId("console-identity") as HTMLInputElement;
  const secret = byId("console-secret") as HTMLInputElement;
  const hash = byId("console-hash") as HTMLSelectElement;
  hash.append(...HASHES.map((name) => h("option", { text: name })));
  const command = byId("console-command");
  const log = byId("console-log");
  const speech = byId("console-speech") as HTMLFormElement;
  const controls = byId("console-controls") as HTMLFieldSetElement;
  const text = byId("console-text") as HTMLInputElement;

  const checkButton = byId("console-check") as HTMLButtonElement;
  const showButton = byId("console-show") as HTMLButtonElement;

  let session: Session | undefined;
  /** The messages that the binders of the last connection cover, and its key. */
  let hellos: Uint8Array[] = [];
  let usedKey = "";
  let recording: Recording | undefined;

  function write(kind: Kind, ...text: string[]): void {
    const mark = MARKS[kind];
    const sign = mark ? icon(mark) : h("span", { class: "mark", text: SIGNS[kind], "aria-hidden": "true" });
    const spoken = h("span", { class: "unseen", text: SPOKEN[kind] });
    log.append(h("p", { data: { kind } }, sign, h("span", { class: "line" }, spoken, ...text)));
    while (log.childElementCount > LINES) log.firstElementChild?.remove();
    log.scrollTop = log.scrollHeight;
  }

  function setState(state: "idle" | "connecting" | "connected"): void {
    section.dataset.state = state;
    settings.disabled = state !== "idle";
    controls.disabled = state !== "connected";
  }

  function showCommand(): void {
    const suite = CIPHER_SUITES.find((name) => hashOfSuite(name) === hash.value);
    const digest = hash.value === HASHES[0] ? "" : ` -ciphersuites ${suite}`;
    const key = fromHex(secret.value) ? secret.value.replace(/\s/g, "") : "…";
    const name = /^[\w.:@-]+$/.test(identity.value) ? identity.value : `'${identity.value.replaceAll("'", "'\\''")}'`;
    command.textContent = `openssl s_server -tls1_3 -nocert -accept 127.0.0.1:${port.value || "4433"} -psk_identity ${name} -psk ${key}${digest}`;
  }

  async function open(): Promise<void> {
    const bytes = fromHex(secret.value);
    const number = Number(port.value);
    if (!Number.isInteger(number) || number < 1 || number > 65_535) {
      write("error", "A port is a number from 1 to 65,535.");
      return;
    }
    if (!bytes) {
      write("error", "A secret must be pairs of hexadecimal digits.");
      return;
    }
    setState("connecting");
    hellos = [];
    usedKey = secret.value;
    checkButton.hidden = true;
    showButton.hidden = true;
    const key = { identity: identity.value, secret: secret.value, hmac: hash.value as HashName };
    const made = new Recording(key);
    recording = made;
    write("note", `Connecting to 127.0.0.1:${number}`);
    try {
      const psk = { identity: fromText(identity.value), secret: bytes, hmac: key.hmac };
      const opened = await connectTo({ port: number, psk, recording: made, onTrace: trace, onData: hear });
      session = opened;
      for (const line of linesOf(opened.negotiated)) write("note", line);
      setState("connected");
      text.focus({ preventScroll: true });
      const error = await opened.ended;
      if (error) write("error", sentenceOf(error));
      else write("note", "The connection has ended.");
      await opened.close().catch(() => {});
    } catch (thrown) {
      write("error", thrown instanceof Error ? thrown.message : String(thrown));
    }
    session = undefined;
    setState("idle");
    recorded(made);
  }

  function trace(event: TraceEvent): void {
    if (event.type === "psk" || event.type === "sessionRefused") return;
    const isOfBinders = event.type === "message" && ["client_hello", "hello_retry_request"].includes(event.name);
    if (isOfBinders) hellos.push(event.bytes.slice());
    checkButton.hidden = hellos.length === 0;
    showButton.hidden = hellos.length === 0;
    const kind = event.direction === "sent" ? "sent" : "received";
    if (event.type === "message") write(kind, `${event.name}, ${countBytes(event.bytes.length)}`);
    else write(kind, `alert ${event.description}`);
    const habit = event.type === "alert" && kind === "received" ? HABITS[event.description] : undefined;
    if (habit) write("note", habit);
  }

  function hear(bytes: Uint8Array): void {
    const said = asText(withoutEnd(bytes));
    if (recording) recorded(recording);
    write("received", said === undefined ? `0x${toHexGroups(bytes)}` : `“${said}”`);
  }

  async function say(): Promise<void> {
    const line = text.value;
    text.value = "";
    try {
      await session?.say(fromText(`${line}\n`));
      write("sent", `“${line}”`);
      if (recording) recorded(recording);
    } catch (thrown) {
      write("error", thrown instanceof Error ? `${thrown.message}.` : String(thrown));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void open();
  });
  speech.addEventListener("submit", (event) => {
    event.preventDefault();
    void say();
  });
  byId("console-close").addEventListener("click", () => {
    // the end of the connection reports the result
    session?.close().catch(() => {});
  });
  for (const input of [port, identity, secret, hash]) input.addEventListener("input", showCommand);

  showButton.addEventListener("click", () => recording && show(recording));
  checkButton.addEventListener("click", () => check(concat(hellos), usedKey));

  // it scrolls, so the keyboard must reach it
  log.tabIndex = 0;
  showCommand();
  // the relay listens on this machine only, with the page that `npm start` serves
  const isServedHere = ["127.0.0.1", "localhost"].includes(location.hostname);
  byId("console-absent").hidden = isServedHere;
  setState(isServedHere ? "idle" : "connecting");
  if (!isServedHere) section.dataset.state = "absent";
}

function linesOf({ cipherSuite, group, pskIdentity, pskMode, pskKind, helloRetryRequest }: Negotiated): string[] {
  return [
    `Connected with ${cipherSuite}`,
    `Key exchange: ${pskMode ?? "without a PSK"}${group ? `, ${group}` : ""}${helloRetryRequest ? ", after a HelloRetryRequest" : ""}`,
    ...(pskIdentity ? [`PSK: ${asLabel(pskIdentity)}, ${pskKind}`] : []),
  ];
}

/** A line without its line end and terminal sequences. */
function withoutEnd(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && [10, 13].includes(bytes[end - 1] ?? 0)) end--;
  return bytes.subarray(0, end);
}
