/** Bytes in any type that JavaScript has for them; other APIs call it `BufferSource`. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/** Whether `value` is bytes. */
export function isBytes(value: unknown): value is Bytes {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** A view of the same memory. Throws a `TypeError` for anything else. */
export function viewOf(bytes: Bytes): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!isBytes(bytes)) throw new TypeError("bytes are required, not strings");
  return new Uint8Array(bytes);
}

/** Bytes unchanged, or the UTF-8 of a text. */
export function toBytes(value: string | Bytes): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : viewOf(value);
}

/** Concatenated bytes. */
export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
