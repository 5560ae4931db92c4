// The demo page: two endpoints play a scene, and every panel shows a part of their reports.

import { recordSteps } from "page-core";
import { init } from "tls-psk";
import { attacksView } from "./attacks/attacks-view.js";
import { checkerView } from "./checker/checker-view.js";
import { consoleView } from "./console/console-view.js";
import type { Recording } from "./console/recording.js";
import { derivationView } from "./derivation/derivation-view.js";
import { exportView } from "./export/export-view.js";
import { type Entry, Exchange } from "./handshake/exchange.js";
import { linkOf, readLink } from "./handshake/link.js";
import type { Meddling } from "./handshake/meddling.js";
import { HEADER_LENGTH } from "./handshake/records.js";
import type { Scene } from "./handshake/scenes.js";
import { flightView } from "./messages/flights.js";
import { bytesView } from "./messages/message-bytes.js";
import { offerView } from "./offers/offers-view.js";
import { address } from "./page/address.js";
import { announce } from "./page/announce.js";
import { concat } from "./page/bytes.js";
import { copyButton } from "./page/copy.js";
import { byId } from "./page/dom.js";
import { foldParts } from "./page/folds.js";
import { goTo, navigation } from "./page/navigation.js";
import { workOffline } from "./page/offline.js";
import { explainTerms } from "./page/terms.js";
import { agreementView } from "./scene/agreement.js";
import { echoView } from "./scene/echo.js";
import { outcomeView } from "./scene/outcome.js";
import { sceneView } from "./scene/scene-view.js";
import { meddleView } from "./tampering/tampering-view.js";

const { dataset } = document.documentElement;

let exchange: Exchange | undefined;
/** The connection of the console, while the panels show it instead of the scene. */
let recording: Recording | undefined;
let opened: Entry | undefined;
let scene: Scene | undefined;
let preset = "";
let checker: ReturnType<typeof checkerView> | undefined;
let meddlings: Meddling[] = [];
let attack: string | undefined;
let step: string | undefined;
/** Whether the change comes from typing. */
let typing = false;
/** Whether a link is being read, which must not be overwritten before that. */
let reading = false;

const bar = address(link);
const outcome = outcomeView();
const offer = offerView({ select: (answer) => act((played) => played.select(answer)), reveal });
const flight = flightView({ open: read });
const bytes = bytesView();
const agreement = agreementView();
const echo = echoView({
  say: (text) => act((played) => played.say(text)),
  close: () => act((played) => played.close()),
});
const derivation = derivationView({ changed: writeLink });
const meddle = meddleView({
  meddle: (changed) => {
    meddlings = changed;
    replay();
  },
});
const attacks = attacksView({
  ran: (id) => {
    attack = id;
    writeLink();
  },
});
const stage = sceneView({
  play,
  unreadable: (secrets) => {
    // the panels below show the previous run
    dataset.state = "invalid";
    outcome.refuse(secrets);
    announce("Not run: a secret is not hexadecimal digits.");
  },
});

function play(played: Scene, name: string): void {
  scene = played;
  // tampering belonged to the previous scene
  if (!reading && name !== "edited") meddlings = [];
  preset = name;
  typing = name === "edited";
  replay();
  typing = false;
}

function replay(): void {
  if (!scene) return;
  exchange?.free();
  exchange = new Exchange(scene, { meddlings });
  dataset.preset = preset;
  show(exchange);
}

/** Performs an action of the visitor on the current exchange. */
function act(action: (exchange: Exchange) => void): void {
  if (!exchange) return;
  const waited = exchange.stage === "waiting";
  action(exchange);
  show(exchange);
  // the buttons have disappeared, and the focus with them
  if (waited && exchange.stage !== "waiting") byId("headline").focus();
}

function show(exchange: Exchange): void {
  nameSource(undefined);
  outcome.show(exchange);
  offer.show(exchange);
  derivation.show(exchange);
  flight.show(exchange);
  agreement.show(exchange);
  echo.show(exchange);
  const { entries } = exchange;
  open(entries.find(({ id, name }) => id === opened?.id && name === opened.name) ?? entries[0]);
  dataset.state = exchange.stage;
  if (!reading) announce(outcome.spoken(exchange));
}

/** Shows a connection of the console in the panels of messages and the key schedule, and exports it from now on. */
function showRecording(shown: Recording): void {
  nameSource(shown);
  derivation.show(shown);
  // its server computed elsewhere
  if (derivation.selected.side === "server") derivation.select("client", derivation.selected.id);
  flight.show(shown);
  open(shown.entries.find(({ id, name }) => id === opened?.id && name === opened.name) ?? shown.entries[0]);
}

/** Says which connection the panels show. */
function nameSource(shown: Recording | undefined): void {
  recording = shown;
  dataset.shown = shown ? "console" : "scene";
  for (const note of document.querySelectorAll<HTMLElement>(".from-console")) note.hidden = shown === undefined;
}

for (const note of document.querySelectorAll(".from-console")) {
  note.querySelector("button")?.addEventListener("click", () => {
    if (exchange) show(exchange);
    // the button has disappeared, and the focus with it
    note.closest("section")?.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
  });
}

function open(entry: Entry | undefined): void {
  opened = entry;
  bytes.show(entry, recording ?? exchange);
  if (entry) flight.mark(entry);
  if (exchange && !recording) meddle.show(exchange, entry);
  markChanges();
  writeLink();
}

/** Opens an entry for the visitor; where its bytes are beneath the messages, and not next to them, goes there. */
function read(entry: Entry): void {
  open(entry);
  const isBeneath = byId("bytes").getBoundingClientRect().top >= byId("flights").getBoundingClientRect().bottom;
  if (isBeneath) goTo("bytes", "nearest");
}

function reveal(entry: Entry, field: Parameters<typeof bytes.select>[0]): void {
  if (recording && exchange) show(exchange);
  open(entry);
  bytes.select(field);
  goTo("bytes", "nearest");
}

// the bytes tell where the visitor stands by the focus, whichever way they came there
for (const name of ["focusin", "click"] as const) {
  byId("message-bytes").addEventListener(name, ({ target }) => {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-at]") : null;
    if (cell && !recording) meddle.stand(Number(cell.dataset.at), bytes.layer);
  });
}

byId("message-bytes").addEventListener("change", markChanges);

/** Marks the bytes that are changed on the way. */
function markChanges(): void {
  if (recording) return;
  const place = opened?.place;
  const record = place && exchange?.flights[place.flight]?.records[place.record];
  const first = (record?.start ?? 0) + (bytes.layer === "record" ? 0 : HEADER_LENGTH);
  const flipped = meddlings.flatMap((one) => (one.kind === "flip" && one.flight === place?.flight ? [one.at] : []));
  for (const cell of byId("message-bytes").querySelectorAll<HTMLElement>("[data-at]")) {
    cell.classList.toggle("changed", flipped.includes(first + Number(cell.dataset.at)));
  }
}

/** The ClientHello of the scene, with the messages that its binders cover, and the key that it offers first. */
function sceneHello() {
  const [hello, answer, second] = exchange?.entries ?? [];
  const retried = answer?.name === "hello_retry_request" && second?.bytes;
  const messages = retried ? [hello?.bytes, answer?.bytes, second?.bytes] : [hello?.bytes];
  const whole = concat(messages.filter((bytes) => bytes !== undefined));
  return { hello: whole, key: scene?.client.keys[0]?.secret ?? "" };
}

/** The bytes on the wire, as received, and their keys. */
function recorded() {
  if (recording) return { chunks: recording.flights, keyLog: recording.keyLog };
  if (!exchange) return undefined;
  const chunks = exchange.flights.map(({ from, bytes, meddled }) => ({ from, bytes: meddled?.bytes ?? bytes }));
  return { chunks, keyLog: exchange.keyLog.client };
}

function link(): string {
  if (!scene) return "";
  const check = checker?.linked;
  const open = recording ? undefined : opened?.id;
  return linkOf({ preset, scene, meddlings, open, value: derivation.selected, attack, step, check });
}

function writeLink(): void {
  if (reading || !scene || recording) return;
  if (typing) bar.typed();
  else bar.step();
}

/** Puts the page into the state of its address. */
function followLink(): void {
  reading = true;
  const linked = readLink(location.hash);
  meddlings = linked.meddlings ?? [];
  attack = undefined;
  step = linked.step;
  stage.begin(linked.preset, linked.scene, linked.secretsLeftOut);
  const entry = exchange?.entries.find(({ id }) => id === linked.open);
  if (entry) open(entry);
  if (checker && (linked.check ?? "") !== checker.linked) checker.follow(linked.check ?? "");
  if (linked.value) derivation.select(linked.value.side, linked.value.id);
  if (linked.attack) {
    attack = linked.attack;
    attacks.run(linked.attack);
  }
  reading = false;
}

navigation({
  went: (id) => {
    step = id;
    writeLink();
  },
});
byId("share").append(copyButton("Copy a link to this", () => new URL(link(), location.href).href, "quiet"));
explainTerms();
foldParts(["offered", "derivation", "messages", "meddle", "attacks", "console"]);
addEventListener("hashchange", () => {
  // a link within the page, which the browser follows itself
  if (!location.hash.includes("=")) {
    writeLink();
    return;
  }
  followLink();
  if (step) goTo(step);
});

try {
  await init();
  recordSteps(true);
  checker = checkerView({
    example: sceneHello,
    changed: () => {
      if (!reading && scene) bar.typed();
    },
  });
  followLink();
  if (!readLink(location.hash).check) checker.follow("");
  consoleView({
    check: (messages, key) => {
      checker?.fill(messages, key);
      goTo("checker");
    },
    show: (made) => {
      showRecording(made);
      announce("The panels show the connection of the console.");
      goTo("messages");
      byId("flight-title").focus({ preventScroll: true });
    },
    recorded: (made) => {
      if (recording === made) showRecording(made);
    },
  });
  exportView({ recorded });
  byId("stage").hidden = false;
  if (step) goTo(step);
  performance.mark("ready");
  workOffline();
} catch (thrown) {
  dataset.state = "unavailable";
  byId("unavailable").hidden = false;
  byId("unavailable-reason").textContent = thrown instanceof Error ? thrown.message : String(thrown);
}
