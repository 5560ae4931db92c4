// Other programs, as the tests run them: with their output collected, and ended when the test is.

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("./bin/tls-psk.mjs", import.meta.resolve("tls-psk/package.json")));

/**
 * Starts a program. `t` is the context of the test, at whose end it is ended; as a `group`, with all that it has started
 * itself.
 */
export function start(t, command, args, { env = {}, cwd, group = false } = {}) {
  const child = spawn(command, args, { cwd, detached: group, env: { ...process.env, TLS_PSK: undefined, ...env } });
  const end = () => (group ? endGroup(child.pid) : child.kill("SIGKILL"));
  // a group does not hear a Ctrl-C
  if (group) process.once("exit", end);
  t.after(() => {
    process.off("exit", end);
    end();
  });
  const output = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const waiting = new Set();
  const check = () => {
    for (const waiter of waiting) waiter();
  };
  for (const name of ["stdout", "stderr"]) {
    child[name].on("data", (chunk) => {
      output[name] = Buffer.concat([output[name], chunk]);
      check();
    });
  }
  child.stdin.on("error", () => {}); // it may end before it has read everything
  const text = () => `${output.stdout}${output.stderr}`;
  const ended = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code));
  });
  ended.then(check, () => {});

  return {
    child,
    /** What it has printed so far. */
    get stdout() {
      return String(output.stdout);
    },
    get stdoutBytes() {
      return output.stdout;
    },
    get stderr() {
      return String(output.stderr);
    },
    /** The exit status; rejects if the program could not be started. */
    ended,
    /** Waits until the program has printed something that matches, and returns the match. */
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const waiter = () => {
          const match = text().match(pattern);
          if (match) resolve(match);
          else if (child.exitCode !== null || child.signalCode !== null) {
            reject(new Error(`${command} ended without printing ${pattern}:\n${text()}`));
          } else return;
          waiting.delete(waiter);
        };
        waiting.add(waiter);
        ended.catch(reject);
        waiter();
      });
    },
    /** Writes to its standard input. */
    write(data) {
      child.stdin.write(data);
    },
    /** Ends its standard input, behind `data` if given. */
    end(data) {
      child.stdin.end(data);
    },
    /** Ends its standard input and waits for its own end. */
    finish(data) {
      child.stdin.end(data);
      return ended;
    },
  };
}

/** Ends a program that was started as the first of a group, and the rest of the group. */
function endGroup(pid) {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // they have ended already
  }
}

/** Starts `tls-psk`. */
export function startCli(t, args, options) {
  return start(t, process.execPath, [CLI, ...args], options);
}

/** Starts `tls-psk serve` on a free port of 127.0.0.1, and adds its `address`. */
export async function startServer(t, args, options) {
  const server = startCli(t, ["serve", "--port", "0", ...args], options);
  const [, address] = await server.printed(/^listening on (127\.0\.0\.1:\d+)$/m);
  return Object.assign(server, { address });
}
