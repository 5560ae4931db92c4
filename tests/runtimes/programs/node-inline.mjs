import { connect } from "node:net";
import { Duplex } from "node:stream";
import { startTls } from "tls-psk/inline";

const tcp = connect({ host: "127.0.0.1", port: 4433 });
const secret = Buffer.from(process.env.PSK, "hex");
const tls = startTls(Duplex.toWeb(tcp), { psks: [{ identity: "device-7", secret }] });

const writer = tls.writable.getWriter();
await writer.write(Buffer.from("hello\n"));
await writer.close(); // close_notify: we have said everything
for await (const chunk of tls.readable) process.stdout.write(chunk);
await tls.closed;
