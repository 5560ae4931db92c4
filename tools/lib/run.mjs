// Running other programs, and reporting progress on the terminal.

import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The error of a tool that cannot continue: one sentence, and the output that led to it. */
export class Failure extends Error {
  constructor(sentence, output = "") {
    super(sentence);
    this.output = output;
  }
}

/** Runs a tool's body; a Failure becomes its sentence on stderr and exit status 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.output) console.error(error.output.trimEnd());
    console.error(`\nerror: ${error.message}`);
    process.exit(1);
  }
}

/** Whether this module is the one that node was started with, not one that another imports. */
export const isEntry = (meta) => realpathSync(process.argv[1]) === fileURLToPath(meta.url);

/** The time since a `performance.now()`. */
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Does `work` with one line of output: the description and, afterwards, the time it took. */
export async function step(label, work) {
  const start = performance.now();
  process.stdout.write(`  ${label} ... `);
  try {
    const result = await work();
    process.stdout.write(`${seconds(start)}\n`);
    return result;
  } catch (error) {
    process.stdout.write("failed\n");
    throw error;
  }
}

export function heading(text) {
  console.log(`\n== ${text}`);
}

/**
 * Runs a program and resolves to its standard output. Its output is shown only when it fails, or as it comes with
 * `show: true`. With `allowFailure`, resolves to `{ code, stdout, output }` whatever the exit status.
 */
export function run(program, args, { env, cwd, show = false, allowFailure = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text;
      output += text;
      if (show) process.stdout.write(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (show) process.stderr.write(text);
    });
    const name = [basename(program), ...args.slice(0, 1).filter((arg) => /^[a-z]+$/.test(arg))].join(" ");
    child.on("error", (error) => reject(new Failure(`${name} could not be started: ${error.message}.`)));
    child.on("close", (code, signal) => {
      if (allowFailure) resolve({ code: code ?? 1, stdout, output });
      else if (code === 0) resolve(stdout);
      else {
        const how = signal ? `was ended by ${signal}` : `failed with exit status ${code}`;
        reject(new Failure(`${name} ${how}.`, show ? "" : output));
      }
    });
  });
}

/** The trimmed standard output of a quick program, or null if it fails or does not exist. */
export function ask(program, args, env) {
  const { status, stdout } = spawnSync(program, args, {
    encoding: "utf8",
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trim() : null;
}

/** The path of the first of these programs that PATH holds, or null. */
export function which(...names) {
  for (const name of names) {
    for (const dir of (process.env.PATH ?? "").split(delimiter)) {
      const path = join(dir, name);
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {
        // not in this directory
      }
    }
  }
  return null;
}

/** An environment whose PATH starts with these directories. */
export function withPath(...dirs) {
  return { PATH: [...dirs, process.env.PATH].join(delimiter) };
}
