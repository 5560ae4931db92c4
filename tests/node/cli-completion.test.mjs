// Completion for shells and the man page: both say what --help says, and a shell takes them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startCli } from "./support/process.mjs";

const COMMANDS = ["connect", "serve", "tunnel", "keygen", "inspect"];

async function output(t, ...args) {
  const cli = startCli(t, args);
  assert.equal(await cli.finish(), 0, cli.stderr);
  return cli.stdout;
}

/** The options that a command's help shows, in its columns. */
async function documented(t, command) {
  const lines = (await output(t, "help", command)).split("\n").filter((line) => /^ {2}-/.test(line));
  return lines.flatMap((line) =>
    line
      .trim()
      .split(/ {2,}/)[0]
      .match(/--[\w-]+/g),
  );
}

/** What bash offers for these words, of which the last is being typed. */
function offered(script, ...words) {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const program = `COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _tls_psk; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const printed = execFileSync("bash", ["--norc", "-euc", `${script}\n${program}`], { encoding: "utf8" });
  return printed.split("\n").filter(Boolean);
}

test("bash completes commands, every option that help shows, and their values", async (t) => {
  const script = await output(t, "completion", "bash");
  for (const command of COMMANDS) {
    assert.ok(offered(script, "tls-psk", "").includes(command));
    for (const option of await documented(t, command)) {
      assert.ok(offered(script, "tls-psk", command, "--").includes(option), `${command} ${option}`);
    }
  }
  assert.deepEqual(offered(script, "tls-psk", "connect", "--ps"), ["--psk", "--psk-file"]);
  assert.deepEqual(offered(script, "tls-psk", "connect", "--key-"), ["--key-update"]);
  assert.ok(!offered(script, "tls-psk", "serve", "--").includes("--session"));
  assert.deepEqual(offered(script, "tls-psk", "serve", "--modes", ""), ["psk_dhe_ke", "psk_ke"]);
  assert.deepEqual(offered(script, "tls-psk", "connect", "--groups", "sec"), ["secp256r1"]);
  assert.deepEqual(offered(script, "tls-psk", "completion", "z"), ["zsh"]);
  assert.ok(offered(script, "tls-psk", "connect", "--psk-file", "READ").includes("README.md"));
  assert.deepEqual(offered(script, "tls-psk", "connect", "--alpn", ""), []);
});

for (const shell of ["zsh", "fish"]) {
  test(`${shell} has every option of every command`, async (t) => {
    const script = await output(t, "completion", shell);
    for (const command of COMMANDS) {
      for (const option of await documented(t, command)) {
        const line =
          shell === "fish" ? `__fish_seen_subcommand_from ${command}' -l ${option.slice(2)} ` : `'*${option}[`;
        assert.ok(`${script.replaceAll("\n", " \n")}`.includes(line), `${command} ${option}`);
      }
    }
  });
}

test("a shell that there is no completion for is refused", async (t) => {
  for (const args of [["completion"], ["completion", "csh"], ["completion", "bash", "zsh"]]) {
    const cli = startCli(t, args);
    assert.equal(await cli.finish(), 2);
    assert.match(cli.stderr, /completion needs one of bash, zsh, fish/);
  }
});

test("the man page shows each command with every option", async (t) => {
  const page = readFileSync(new URL("../../pkg/dist/tls-psk.1", import.meta.url), "utf8").replaceAll("\\-", "-");
  assert.match(page, /^\.TH TLS-PSK 1 /);
  for (const command of COMMANDS) {
    const [, section] = page.split(`.SH ${command.toUpperCase()}\n`);
    for (const option of await documented(t, command)) assert.ok(section.includes(option), `${command} ${option}`);
  }
  assert.doesNotMatch(page, /\\(?![e&])/);
});
