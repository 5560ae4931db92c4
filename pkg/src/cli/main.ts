import { parseArguments, USAGE } from "./arguments.js";
import { connect } from "./connect.js";
import { explain, say } from "./report.js";
import { serve } from "./serve.js";
import { UsageError } from "./usage-error.js";

/** Runs the command line and returns its exit status: 0 after a clean end, 1 after an error, 2 for wrong arguments. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const args = parseArguments(argv);
    if (args === undefined) process.stdout.write(USAGE);
    else if (args.command === "connect") await connect(args);
    else await serve(args);
    return 0;
  } catch (error) {
    say(`tls-psk: ${explain(error)}${error instanceof UsageError ? "; see tls-psk --help" : ""}`);
    return error instanceof UsageError ? 2 : 1;
  }
}
