import { inspect as fieldsOf, init, inspectRecords } from "../node.js";
import { read } from "../reading/read.js";
import { type Conversation, type Part, type Reading, ReadingError } from "../reading/reading.js";
import { messagesOf } from "../reading/tls.js";
import type { InspectArguments } from "./arguments.js";
import { verifyBinders } from "./binders.js";
import { type CollectedPsk, collectPsks, read as contentOf } from "./psks.js";
import { say } from "./report.js";
import { fieldLine } from "./trace.js";
import { UsageError } from "./usage-error.js";

/** Runs `tls-psk inspect`. */
export async function inspect({ file, keys }: InspectArguments): Promise<void> {
  const psks = keys && collectPsks(keys);
  await init();
  const { conversations, notes } = await readingOf(file);
  for (const note of notes) say(note);
  for (const { name, parts, notes } of conversations) {
    for (const note of notes) say(name === "" ? note : `${name}: ${note}`);
    for (const part of parts) printPart(part, conversations.length > 1 ? name : "");
  }
  if (psks) reportBinders(conversations, psks);
}

/** Throws if the input has no binder, or a ClientHello of which no binder verifies. */
function reportBinders(conversations: readonly Conversation[], psks: readonly CollectedPsk[]): void {
  const reports = conversations.map((conversation) => ({
    name: conversations.length > 1 ? `${conversation.name}, ` : "",
    ...verifyBinders(messagesOf(conversation), psks),
  }));
  for (const { name, lines } of reports) for (const line of lines) process.stdout.write(`${name}${line}\n`);
  if (reports.every(({ lines }) => lines.length === 0)) throw new Error("there is no ClientHello with a binder");
  if (!reports.every(({ fine }) => fine)) throw new Error("a ClientHello has no binder that verifies with these keys");
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
