// Files compressed with gzip, as capture files often are.

import { ReadingError } from "./reading.js";

/** The maximum unpacked size, in bytes. */
const LIMIT = 1 << 26;

export function isGzip(file: Uint8Array): boolean {
  return file[0] === 0x1f && file[1] === 0x8b && file[2] === 8;
}

/** The file in it, as far as it can be unpacked, and a sentence if it is incomplete. */
export async function unpack(file: Uint8Array): Promise<{ file: Uint8Array; note: string | undefined }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let note: string | undefined;
  const packed = new Blob([file as Uint8Array<ArrayBuffer>]).stream();
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > LIMIT) {
        note = "The unpacked file is larger than 64 MiB. The rest was left out.";
        await reader.cancel();
        break;
      }
      chunks.push(next.value);
    }
  } catch {
    if (length === 0) throw new ReadingError("The gzip file is damaged and cannot be unpacked.");
    note = "The gzip file is damaged or truncated. Only the part that could be unpacked is shown.";
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, length - at);
    whole.set(part, at);
    at += part.length;
  }
  return { file: whole.subarray(0, at), note };
}
