// Keys in Workers KV. The name of an entry is the identity, in hexadecimal because it may be any bytes; its value is
// {"secret": hexadecimal, "hmac"?: "SHA-384", "earlyData"?: {"maxSize": bytes, "cipherSuite": name, "alpn"?: name}}.

/** The PSK with this identity, or `undefined`. */
export async function lookUp(store, identity) {
  const entry = await store.get(toHex(identity), "json");
  return entry ? { ...entry, identity, secret: fromHex(entry.secret) } : undefined;
}

function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
