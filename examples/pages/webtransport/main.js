// TLS in a stream of WebTransport, which is already a transport. The relay forwards the stream to a device over TCP.

import { startTls } from "tls-psk";
import { fromHex } from "../lib/hex.js";
import { converse, say } from "../lib/terminal.js";

const bytesOf = (id) => fromHex(document.getElementById(id).value);

document.getElementById("connect").onsubmit = async (event) => {
  event.preventDefault();
  const psks = [{ identity: "device", secret: bytesOf("key") }];
  document.getElementById("key").value = "";
  // for your own relay; a relay with a certificate that browsers trust needs no hash
  const hash = { algorithm: "sha-256", value: bytesOf("certificate") };
  const options = hash.value.length > 0 ? { serverCertificateHashes: [hash] } : {};
  try {
    const session = new WebTransport(document.getElementById("address").value, options);
    await session.ready;
    const socket = startTls(await session.createBidirectionalStream(), { psks });
    await socket.opened;
    say("Connected.");
    await converse(socket);
    session.close();
  } catch (error) {
    say(`${error.code ?? error.name}: ${error.message}`);
  }
};
