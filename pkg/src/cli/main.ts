import { readFileSync } from "node:fs";
import { parseArguments } from "./arguments.js";
import { completion } from "./completion.js";
import { connect } from "./connect.js";
import { COMMANDS, USAGE } from "./help.js";
import { inspect } from "./inspect.js";
import { keygen } from "./keygen.js";
import { beQuiet, complain, explain } from "./report.js";
import { serve } from "./serve.js";
import { tunnel } from "./tunnel.js";
import { UsageError } from "./usage-error.js";

/** Runs the command line and returns its exit status: 0 after a clean end, 1 after an error, 2 for wrong arguments. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await run(argv);
    return 0;
  } catch (error) {
    complain(`tls-psk: ${explain(error)}${error instanceof UsageError ? "; see tls-psk --help" : ""}`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function run(argv: readonly string[]): Promise<void> {
  const args = parseArguments(argv);
  if ("quiet" in args && args.quiet) beQuiet();
  switch (args.command) {
    case "help":
      process.stdout.write((args.of !== undefined && COMMANDS[args.of]) || USAGE);
      return;
    case "version":
      process.stdout.write(`tls-psk ${version()}\n`);
      return;
    case "connect":
      return connect(args);
    case "tunnel":
      return tunnel(args);
    case "serve":
      return serve(args);
    case "keygen":
      keygen(args);
      return;
    case "inspect":
      return inspect(args);
    case "completion":
      process.stdout.write(completion(args.shell));
      return;
  }
}

function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
