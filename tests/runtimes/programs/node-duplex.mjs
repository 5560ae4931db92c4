import { connect } from "tls-psk/node";

const tls = connect({
  host: "127.0.0.1", // or `socket`: any Duplex
  port: 4433,
  pskCallback: () => ({ identity: "device-7", psk: Buffer.from(process.env.PSK, "hex") }),
});
tls.end("hello\n"); // close_notify: we have said everything
for await (const chunk of tls) process.stdout.write(chunk);
