// The scene: presets, and the keys and settings of both sides.

import type { HashName } from "tls-psk";
import { HASHES } from "../../../pkg/src/vocabulary.js";
import { SIDES, type Side } from "../handshake/exchange.js";
import { CHOICES, copyOf, type Key, PRESETS, type Preset, readKey, type Scene } from "../handshake/scenes.js";
import { toHex } from "../page/bytes.js";
import { byId, h } from "../page/dom.js";
import { icon } from "../page/icons.js";
import { half } from "../page/tally.js";

export interface SceneActions {
  /** The scene has changed and must be played. */
  play(scene: Scene, preset: string): void;
  /** The scene cannot be played: these secrets are not hexadecimal digits, such as "lamp-7 of the client". */
  unreadable(secrets: string[]): void;
}

export interface SceneView {
  /** Plays this preset, or the scene of a link; by default the first preset. */
  begin(preset?: string, scene?: Scene, secretsLeftOut?: boolean): void;
}

export function sceneView({ play, unreadable }: SceneActions): SceneView {
  const presets = byId("presets");
  const about = byId("about");
  const keys: Record<Side, HTMLElement> = { client: byId("client-keys"), server: byId("server-keys") };
  const settings: Record<Side, HTMLElement> = { client: byId("client-settings"), server: byId("server-settings") };
  const seed = byId("seed") as HTMLInputElement;

  let scene: Scene;

  function choose(chosen: Preset): void {
    set(chosen.scene);
    about.textContent = chosen.about;
    play(scene, chosen.id);
  }

  function set(to: Scene): void {
    scene = copyOf(to);
    seed.value = String(scene.seed);
    for (const side of SIDES) {
      listKeys(side);
      settings[side].replaceChildren(...settingsOf(side));
    }
  }

  /** Plays the scene after an edit, after which it is no longer a preset. */
  function edited(): void {
    about.textContent = "Your own configuration.";
    for (const radio of presets.querySelectorAll("input")) radio.checked = false;
    const bad = SIDES.flatMap((side) =>
      scene[side].keys.flatMap((key) => (readKey(key) ? [] : [`${key.identity} of the ${side}`])),
    );
    if (bad.length > 0) unreadable(bad);
    else play(scene, "edited");
  }

  function listKeys(side: Side): void {
    const list = scene[side].keys;
    const rows = list.map((key, index) => keyRow(side, key, index));
    keys[side].replaceChildren(...rows);
  }

  function relisted(side: Side): void {
    listKeys(side);
    edited();
  }

  /** Focuses a key whose buttons were redrawn, or the button that adds one. */
  function refocus(side: Side, index: number): void {
    (keys[side].children[index]?.querySelector("button") ?? byId(`${side}-add`)).focus();
  }

  function addKey(side: Side): void {
    const list = scene[side].keys;
    list.push({ identity: freeName(list), secret: randomSecret(), hmac: "SHA-256" });
    relisted(side);
    keys[side].querySelector<HTMLInputElement>("li:last-child input")?.focus();
  }

  function keyRow(side: Side, key: Key, index: number): HTMLElement {
    const list = scene[side].keys;
    const cut = h("div", { class: "secret-cut" });
    const draw = () => {
      const read = readKey(key);
      const place = side === "client" ? "upper" : "lower";
      cut.replaceChildren(half(place, read?.secret, { class: side, "aria-hidden": "true" }));
      secret.setAttribute("aria-invalid", String(!read));
      problem.textContent = read ? "" : "This is not an even number of hexadecimal digits.";
    };
    const id = `${side}-${index}`;
    const problem = h("p", { class: "problem", id: `${id}-problem` });
    const identity = h("input", {
      value: key.identity,
      autocomplete: "off",
      spellcheck: "false",
      id: `${id}-identity`,
      on: {
        input: () => {
          key.identity = identity.value;
          edited();
        },
      },
    });
    const secret = h("input", {
      class: "secret",
      value: key.secret,
      autocomplete: "off",
      spellcheck: "false",
      id: `${id}-secret`,
      "aria-describedby": problem.id,
      on: {
        input: () => {
          key.secret = secret.value;
          draw();
          edited();
        },
      },
    });
    const hash = h(
      "select",
      {
        id: `${id}-hash`,
        on: {
          change: () => {
            key.hmac = hash.value as HashName;
            edited();
          },
        },
      },
      ...HASHES.map((name) => h("option", { text: name, selected: name === key.hmac })),
    );
    const context = h("input", {
      value: key.context ?? "",
      autocomplete: "off",
      spellcheck: "false",
      id: `${id}-context`,
      on: {
        input: () => {
          key.context = context.value;
          edited();
        },
      },
    });
    const use = h(
      "select",
      {
        id: `${id}-use`,
        on: {
          change: () => {
            const imported = use.selectedIndex === 1;
            contextField.hidden = !imported;
            if (imported) key.context = context.value;
            else delete key.context;
            edited();
          },
        },
      },
      h("option", { text: "as it is", selected: key.context === undefined }),
      h("option", { text: "imported", selected: key.context !== undefined }),
    );
    const contextField = field("Context (RFC 9258)", context);
    contextField.hidden = key.context === undefined;
    const named = (what: string) => `${what} ${key.identity} of the ${side}`;
    const move = (by: number) => {
      list.splice(index, 1);
      list.splice(index + by, 0, key);
      relisted(side);
      refocus(side, index + by);
    };
    const buttons = [
      index > 0 && action("↑", named("Prefer key"), () => move(-1)),
      index < list.length - 1 && action("↓", named("Defer key"), () => move(1)),
      action("×", named("Remove key"), () => {
        list.splice(index, 1);
        relisted(side);
        refocus(side, Math.min(index, list.length - 1));
      }),
    ];
    draw();
    return h(
      "li",
      { class: "key" },
      field("Identity", identity),
      field("Hash", hash),
      field("Secret", secret),
      h("div", { class: "actions" }, ...buttons),
      h("div", { class: "import" }, field("Used", use), contextField),
      problem,
      cut,
    );
  }

  function settingsOf(side: Side): HTMLElement[] {
    const of = scene[side];
    const list = <Name extends string>(
      label: string,
      value: Name[],
      choices: readonly (readonly Name[])[],
      set: (chosen: Name[]) => void,
    ) => dropdown(side, label, value.join(", "), choices, (index) => set([...(choices[index] ?? value)]));
    const groups = side === "client" ? "Groups, a key share for the first" : "Groups";
    const all = [
      list("Modes", of.modes, CHOICES.modes, (modes) => {
        of.modes = modes;
      }),
      list(groups, of.groups, CHOICES.groups, (names) => {
        of.groups = names;
      }),
      list("Cipher suites", of.suites, CHOICES.suites, (suites) => {
        of.suites = suites;
      }),
    ];
    if (side === "client") {
      const choices = [["none"], ["its first application data"]];
      all.push(
        dropdown(side, "Early data", String(choices[scene.client.earlyData ? 1 : 0]), choices, (index) => {
          scene.client.earlyData = index === 1;
        }),
      );
    }
    if (side === "client") {
      const sessions = [["none"], ["a ticket of an earlier connection"]];
      all.push(
        dropdown(side, "Resumption", String(sessions[scene.client.resumes ? 1 : 0]), sessions, (index) => {
          scene.client.resumes = index === 1;
        }),
      );
    }
    if (side === "server") {
      const takes = [["rejected"], ["accepted, with its PSK"]];
      all.push(
        dropdown(side, "Early data", String(takes[scene.server.earlyData === "accept" ? 1 : 0]), takes, (index) => {
          scene.server.earlyData = index === 1 ? "accept" : "reject";
        }),
      );
      const tickets = [["none"], ["one, after the handshake"]];
      all.push(
        dropdown(side, "Tickets", String(tickets[scene.server.tickets === "one" ? 1 : 0]), tickets, (index) => {
          scene.server.tickets = index === 1 ? "one" : "none";
        }),
      );
      const keeps = [["stored by the server"], ["sent to the client in a cookie"]];
      const kept = String(keeps[scene.server.retryState === "cookie" ? 1 : 0]);
      all.push(
        dropdown(side, "State of a HelloRetryRequest", kept, keeps, (index) => {
          scene.server.retryState = index === 1 ? "cookie" : "kept";
        }),
      );
      const choices = [["the server: first match"], ["you, while the handshake waits"]];
      const asks = scene.server.selection === "application";
      all.push(
        dropdown(side, "Selection of the PSK", String(choices[asks ? 1 : 0]), choices, (index) => {
          scene.server.selection = index === 1 ? "application" : "first-match";
        }),
      );
    }
    return all;
  }

  function dropdown(
    side: Side,
    label: string,
    value: string,
    choices: readonly (readonly string[])[],
    set: (index: number) => void,
  ): HTMLElement {
    const options = choices.map((names) => {
      const text = names.join(", ");
      return h("option", { text, selected: text === value });
    });
    const id = `${side}-${label.toLowerCase().replace(/\W+/g, "-")}`;
    const select = h(
      "select",
      {
        id,
        on: {
          change: () => {
            set(select.selectedIndex);
            edited();
          },
        },
      },
      ...options,
    );
    return field(label, select);
  }

  seed.addEventListener("input", () => {
    if (!seed.validity.valid || seed.value === "") return;
    scene.seed = seed.valueAsNumber;
    edited();
  });

  for (const side of SIDES) byId(`${side}-add`).addEventListener("click", () => addKey(side));

  for (const each of PRESETS) {
    const radio = h("input", { type: "radio", name: "preset", value: each.id, on: { change: () => choose(each) } });
    presets.append(h("label", { class: "preset" }, radio, icon("selected"), h("span", { text: each.name })));
  }

  return {
    begin(id, linked, secretsLeftOut = false) {
      const chosen = PRESETS.find((preset) => preset.id === (id ?? PRESETS[0]?.id));
      for (const radio of presets.querySelectorAll("input")) radio.checked = radio.value === chosen?.id;
      if (chosen) return choose(chosen);
      if (!linked) return;
      set(linked);
      about.textContent = secretsLeftOut
        ? "A configuration from a link. A link contains no secret that was typed: other secrets replace them."
        : "A configuration from a link.";
      play(scene, "edited");
    },
  };
}

function field(label: string, control: HTMLElement): HTMLElement {
  return h("div", { class: "field" }, h("label", { for: control.id, text: label }), control);
}

function action(text: string, label: string, click: () => void): HTMLElement {
  return h("button", { class: "quiet", type: "button", text, "aria-label": label, on: { click } });
}

function freeName(keys: readonly Key[]): string {
  for (let number = 1; ; number++) {
    const name = `key-${number}`;
    if (!keys.some(({ identity }) => identity === name)) return name;
  }
}

function randomSecret(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(32)));
}
