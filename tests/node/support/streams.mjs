// Shared by the tests: keys, in-memory transports, streams and promises.

/** A PSK that differs with the identity, 32 bytes long. */
export function psk(identity = "client", hmac = "SHA-256") {
  return { identity, secret: new Uint8Array(32).fill(0x5a + identity.length), hmac };
}

/** Two ends of a byte pipe. Each end can be cut off without TLS. */
export function pipe() {
  const there = new TransformStream();
  const back = new TransformStream();
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}

/** Everything up to the end of a stream. */
export async function readAll(readable) {
  const chunks = [];
  for await (const chunk of readable) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Writes and waits until the stream has taken it, without keeping the stream locked. */
export async function write(writable, data) {
  const writer = writable.getWriter();
  await writer.write(typeof data === "string" ? Buffer.from(data) : data);
  writer.releaseLock();
}

/** The next chunk, without keeping the stream locked. */
export async function read(readable) {
  const reader = readable.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return value && Buffer.from(value);
}

/** A promise and its handles. */
export function deferred() {
  const handles = {};
  handles.promise = new Promise((resolve, reject) => Object.assign(handles, { resolve, reject }));
  return handles;
}

/** The reason of a rejection; a promise that fulfils is a failure. */
export async function rejection(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`a rejection was expected, not ${value}`);
}

/** Turns of the event loop, enough for everything that is ready to have happened. */
export async function settled() {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
