// A program for Node 24: `node24-peer.mjs serve|connect PORT OPTIONS`. The options are those of `node:tls` in JSON, and a
// `psk` of `identity` and `secret`, in hex. It says what was negotiated and sends back what it receives.

import { connect, createServer } from "node:tls";

const [role, port, json] = process.argv.slice(2);
const { psk, ...options } = JSON.parse(json);
const secret = psk && Buffer.from(psk.secret, "hex");

const usual = { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256", ...options };

function talk(socket) {
  console.log(`protocol: ${socket.getProtocol()}`);
  console.log(`psk: ${socket.isSessionReused()}`);
  socket.pipe(socket);
}

if (role === "serve") {
  const pskCallback = psk && ((_, identity) => (identity === psk.identity ? secret : null));
  const server = createServer({ ...usual, pskCallback }, (socket) => {
    server.close();
    talk(socket);
  });
  server.listen(Number(port), "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
} else {
  const withPsk = psk && {
    pskCallback: () => ({ identity: psk.identity, psk: secret }),
    checkServerIdentity() {},
  };
  const socket = connect({ ...usual, ...withPsk, host: "127.0.0.1", port: Number(port) }, () => {
    console.log(`authorized: ${socket.authorized}`);
    console.log(`group: ${JSON.stringify(socket.getEphemeralKeyInfo())}`);
    talk(socket);
  });
}
