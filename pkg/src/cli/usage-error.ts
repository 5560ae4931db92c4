/** The command line, or a file it names, cannot be understood. Exit status 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
