import { inspect as fieldsOf, init, inspectRecords } from "../node.js";
import type { InspectArguments } from "./arguments.js";
import { read } from "./psks.js";
import { fieldLine } from "./trace.js";
import { UsageError } from "./usage-error.js";

/** Content types of records, which no type of a handshake message in clear has (RFC 9846 section 5.1). */
const FIRST_RECORD = 20;
const LAST_RECORD = 23;

/** Runs `tls-psk inspect`. */
export async function inspect({ file }: InspectArguments): Promise<void> {
  await init();
  const bytes = bytesOf(read(file));
  const [first] = bytes;
  if (first === undefined) throw new UsageError(`${file} is empty`);
  const isRecord = first >= FIRST_RECORD && first <= LAST_RECORD && bytes[1] === 3;
  const fields = (isRecord ? inspectRecords : fieldsOf)(bytes);
  for (const field of fields) process.stdout.write(`${fieldLine(field, bytes)}\n`);
  const end = Math.max(0, ...fields.map(({ end }) => end));
  if (end < bytes.length) throw new Error(`from byte ${end} of ${bytes.length} on, the bytes cannot be read as TLS`);
}

/** The bytes themselves, or those that the text spells in hexadecimal. */
function bytesOf(content: Buffer): Uint8Array {
  const text = content.toString("latin1");
  if (!/^[\s:0-9a-f]*$/i.test(text)) return content;
  const digits = text.replaceAll(/[\s:]/g, "");
  if (digits.length % 2 > 0) throw new UsageError("an odd number of hexadecimal digits");
  return Buffer.from(digits, "hex");
}
