const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => document.body.append(data);
worker.onerror = ({ message }) => document.body.append(message);

// from behind the # of the address, which no server sees
const secret = Uint8Array.from(location.hash.slice(1).match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
worker.postMessage(secret);
