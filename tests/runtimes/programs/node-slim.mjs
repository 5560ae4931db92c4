import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import { initSync, startTls } from "tls-psk/slim";

initSync(await readFile(new URL(import.meta.resolve("tls-psk/wasm"))));

const tcp = connect({ host: "127.0.0.1", port: 4433 });
const secret = Buffer.from(process.env.PSK, "hex");
const tls = startTls(Duplex.toWeb(tcp), { psks: [{ identity: "device-7", secret }] });

const writer = tls.writable.getWriter();
await writer.write(Buffer.from("hello\n"));
await writer.close();
for await (const chunk of tls.readable) process.stdout.write(chunk);
await tls.closed;
