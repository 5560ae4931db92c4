import { inspect as fieldsOf, init, inspectRecords } from "../node.js";
import { read } from "../reading/read.js";
import { type Part, type Reading, ReadingError } from "../reading/reading.js";
import type { InspectArguments } from "./arguments.js";
import { read as contentOf } from "./psks.js";
import { say } from "./report.js";
import { fieldLine } from "./trace.js";
import { UsageError } from "./usage-error.js";

/** Runs `tls-psk inspect`. */
export async function inspect({ file }: InspectArguments): Promise<void> {
  await init();
  const { conversations, notes } = await readingOf(file);
  for (const note of notes) say(note);
  for (const { name, parts, notes } of conversations) {
    for (const note of notes) say(name === "" ? note : `${name}: ${note}`);
    for (const part of parts) printPart(part, conversations.length > 1 ? name : "");
  }
}

async function readingOf(file: string): Promise<Reading> {
  try {
    return await read(contentOf(file));
  } catch (error) {
    throw error instanceof ReadingError ? new UsageError(`${file}: ${inWords(error)}`) : error;
  }
}

const inWords = ({ where, message }: ReadingError): string => (where === "" ? message : `${where}: ${message}`);

/** Prints the fields, under the name of their sender if the input shows it. Throws if they end before the bytes do. */
function printPart({ from, kind, bytes }: Part, conversation: string): void {
  const title = [conversation, from].filter(Boolean).join(", ");
  if (title !== "") process.stdout.write(`${title}:\n`);
  const fields = (kind === "records" ? inspectRecords : fieldsOf)(bytes);
  for (const field of fields) process.stdout.write(`${fieldLine(field, bytes)}\n`);
  const end = Math.max(0, ...fields.map(({ end }) => end));
  if (end < bytes.length) throw new Error(`from byte ${end} of ${bytes.length} on, the bytes cannot be read as TLS`);
}
