// TLS over a serial line: a WebSerial port has the two streams that a transport needs.

import { startTls } from "tls-psk";
import { fromHex } from "../lib/hex.js";
import { converse, say } from "../lib/terminal.js";

document.getElementById("connect").onsubmit = async (event) => {
  event.preventDefault();
  const key = document.getElementById("key");
  const secret = fromHex(key.value);
  key.value = "";
  try {
    const port = await navigator.serial.requestPort();
    await port.open({ baudRate: 115_200 });
    const socket = startTls(port, {
      psks: [{ identity: "console", secret }],
      recordSizeLimit: 1_024, // small devices and serial lines have small buffers
      handshakeTimeout: 5_000,
    });
    await socket.opened;
    say("Connected.");
    await converse(socket);
    await port.close();
  } catch (error) {
    say(`${error.code ?? error.name}: ${error.message}`);
  }
};
