// The demo page: a scene is played by two endpoints, and every panel shows a part of what they reported.

import { init } from "tls-psk";
import { bringView } from "./dissect/bring.js";
import { byId } from "./dom.js";
import type { Scene } from "./scene.js";
import { agreementView } from "./views/agreement.js";
import { bytesView } from "./views/bytes.js";
import { echoView } from "./views/echo.js";
import { flightView } from "./views/flight.js";
import { offerView } from "./views/offer.js";
import { outcomeView } from "./views/outcome.js";
import { sceneView } from "./views/scene.js";
import { type Entry, Exchange } from "./wire.js";

const { dataset } = document.documentElement;

let exchange: Exchange | undefined;
let opened: Entry | undefined;

const outcome = outcomeView();
const offer = offerView({ select: (answer) => act((played) => played.select(answer)), reveal });
const flight = flightView({ open: read });
const bytes = bytesView();
const agreement = agreementView();
const echo = echoView({
  say: (text) => act((played) => played.say(text)),
  close: () => act((played) => played.close()),
});
const scene = sceneView({ play });

function play(scene: Scene, preset: string): void {
  exchange?.free();
  exchange = new Exchange(scene);
  dataset.preset = preset;
  show(exchange);
}

/** Lets the visitor do something to the exchange that is on the page. */
function act(action: (exchange: Exchange) => void): void {
  if (!exchange) return;
  const waited = exchange.stage === "waiting";
  action(exchange);
  show(exchange);
  // the buttons that were waiting are gone, and the focus with them
  if (waited && exchange.stage !== "waiting") byId("headline").focus();
}

function show(exchange: Exchange): void {
  outcome.show(exchange);
  offer.show(exchange);
  flight.show(exchange);
  agreement.show(exchange);
  echo.show(exchange);
  const { entries } = exchange;
  open(entries.find(({ id, name }) => id === opened?.id && name === opened.name) ?? entries[0]);
  dataset.state = exchange.stage;
}

function open(entry: Entry | undefined): void {
  opened = entry;
  bytes.show(entry);
  if (entry) flight.mark(entry);
}

/** Opens an entry for the visitor; where its bytes are beneath the messages, and not beside them, goes there. */
function read(entry: Entry): void {
  open(entry);
  const isBeneath = byId("bytes").getBoundingClientRect().top >= byId("flights").getBoundingClientRect().bottom;
  if (isBeneath) goToBytes();
}

function reveal(entry: Entry, field: Parameters<typeof bytes.select>[0]): void {
  open(entry);
  bytes.select(field);
  goToBytes();
}

function goToBytes(): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  byId("bytes").scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
}

try {
  await init();
  scene.begin();
  bringView({ example: () => exchange?.entries[0]?.bytes });
  byId("stage").hidden = false;
} catch (thrown) {
  dataset.state = "unavailable";
  byId("unavailable").hidden = false;
  byId("unavailable-reason").textContent = thrown instanceof Error ? thrown.message : String(thrown);
}
