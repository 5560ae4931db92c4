import { decodeHex } from "tls-psk/encoding";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => document.body.append(data);
worker.onerror = ({ message }) => document.body.append(message);

// from behind the # of the address, which no server sees
const secret = decodeHex(location.hash.slice(1));
worker.postMessage(secret);
