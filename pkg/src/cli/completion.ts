// Completion for shells, generated from the text of --help, so that every documented option is completed.

import { CIPHER_SUITES, GROUPS, HASHES, PSK_MODES } from "../vocabulary.js";
import { COMMANDS } from "./help.js";

/** The supported shells. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** The value of an option: none, a file, one of some words, or any text. */
type Value = undefined | "file" | "text" | readonly string[];

export interface Option {
  name: string;
  short: string | undefined;
  value: Value;
  description: string;
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  "--modes": PSK_MODES,
  "--ciphersuites": CIPHER_SUITES,
  "--groups": GROUPS,
  "--hash": HASHES,
  "--grease": ["on", "off"],
};

/** The options of a command, read from its help: two spaces, the names, at least two spaces, and the description. */
export function optionsOf(command: string): Option[] {
  return (COMMANDS[command] ?? "").split("\n").flatMap((line) => {
    const [, names, description = ""] = /^ {2}(-\S.*?)(?: {2,}(.*))?$/.exec(line) ?? [];
    if (names === undefined) return [];
    const short = /^(-\w), /.exec(names)?.[1];
    return [...names.matchAll(/(--[\w-]+)(?: ([^\s,]+))?/g)].map(([, name = "", parameter]) => ({
      name,
      short,
      value: WORDS[name] ?? (parameter === "FILE" ? "file" : parameter ? "text" : undefined),
      description: description.replace(/ \(default\)/g, ""),
    }));
  });
}

/** A script for the shell to evaluate. */
export function completion(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

const commands = () => [...Object.keys(COMMANDS), "help", "completion"];

function bash(): string {
  const all = Object.keys(COMMANDS).flatMap(optionsOf);
  const names = (test: (value: Value) => boolean) => {
    const found = new Set(all.filter(({ value }) => test(value)).map(({ name }) => name));
    return [...found].join("|");
  };
  const words = Object.entries(WORDS).map(
    ([name, list]) => `    ${name}) COMPREPLY=($(compgen -W "${list.join(" ")}" -- "$word")); return ;;`,
  );
  const options = Object.keys(COMMANDS).map((command) => {
    const list = optionsOf(command).flatMap(({ name, short }) => (short ? [short, name] : [name]));
    return `    ${command}) options="${[...list, "--help"].join(" ")}" ;;`;
  });
  return `_tls_psk() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} options=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands().join(" ")} --help --version" -- "$word"))
    return
  fi
  case $before in
    ${names((value) => value === "file")}) COMPREPLY=($(compgen -f -- "$word")); return ;;
${words.join("\n")}
    ${names((value) => value === "text")}) return ;;
    help) COMPREPLY=($(compgen -W "${Object.keys(COMMANDS).join(" ")}" -- "$word")); return ;;
    completion) COMPREPLY=($(compgen -W "${SHELLS.join(" ")}" -- "$word")); return ;;
  esac
  case \${COMP_WORDS[1]} in
${options.join("\n")}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) [ "\${COMP_WORDS[1]}" != inspect ] || COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _tls_psk tls-psk
`;
}

function zsh(): string {
  const quote = (text: string) => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, "\\$&");
  const parameter = (value: Value) => {
    if (value === undefined) return "";
    if (value === "file") return ":file:_files";
    return typeof value === "string" ? ":value:" : `:value:(${value.join(" ")})`;
  };
  const cases = Object.keys(COMMANDS).map((command) => {
    const specs = optionsOf(command).flatMap(({ name, short, value, description }) =>
      [name, ...(short ? [short] : [])].map((spelling) => `'*${spelling}[${quote(description)}]${parameter(value)}'`),
    );
    const last = command === "inspect" ? "'*:file:_files'" : "'*:target:'";
    return `    ${command}) _arguments ${[...specs, last].join(" \\\n      ")} ;;`;
  });
  return `#compdef tls-psk
_tls_psk() {
  if (( CURRENT == 2 )); then
    compadd ${commands().join(" ")} -- --help --version
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
    help) compadd ${Object.keys(COMMANDS).join(" ")} ;;
    completion) compadd ${SHELLS.join(" ")} ;;
  esac
}
compdef _tls_psk tls-psk
`;
}

function fish(): string {
  const quote = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const parameter = (value: Value) => {
    if (value === undefined) return "";
    if (value === "file") return " -r -F";
    return typeof value === "string" ? " -x" : ` -x -a ${quote(value.join(" "))}`;
  };
  const first = `complete -c tls-psk -f -n __fish_use_subcommand -a ${quote(commands().join(" "))}`;
  const after = (command: string) => `complete -c tls-psk -n ${quote(`__fish_seen_subcommand_from ${command}`)}`;
  const options = Object.keys(COMMANDS).flatMap((command) =>
    optionsOf(command).map(({ name, short, value, description }) => {
      const spelling = `-l ${name.slice(2)}${short ? ` -s ${short.slice(1)}` : ""}`;
      return `${after(command)} ${spelling}${parameter(value)} -d ${quote(description)}`;
    }),
  );
  const help = `${after("help")} -f -a ${quote(Object.keys(COMMANDS).join(" "))}`;
  const shells = `${after("completion")} -f -a ${quote(SHELLS.join(" "))}`;
  return `${[first, ...options, help, shells].join("\n")}\n`;
}
