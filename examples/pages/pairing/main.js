// The page that shows the code is the server, the page that scans it the client. The secret is in the part of the link
// after "#", which browsers do not send, and authenticates each side to the other. The relay sees a room, an identity
// and bytes.

import { toCanvas } from "qrcode";
import { acceptTls, startTls } from "tls-psk";
import { webSocketTransport } from "tls-psk/websocket";
import { converse, say } from "../lib/terminal.js";

const toText = (bytes) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) => character.charCodeAt(0));

/** 12 random bytes as the name of the room, and 32 as the key. */
const [ROOM, KEY] = [12, 32];

const scanned = toBytes(location.hash.slice(1));
if (scanned.length === ROOM + KEY) {
  history.replaceState(null, "", location.pathname); // the key must not stay in the address bar
  await meet(startTls, scanned);
} else {
  const invitation = crypto.getRandomValues(new Uint8Array(ROOM + KEY));
  const link = new URL(`#${toText(invitation)}`, location.href).href;
  const element = document.getElementById("link");
  element.href = link;
  await toCanvas(document.getElementById("code"), link, { scale: 6 });
  document.getElementById("invitation").hidden = false;
  say("Scan this with the other device.");
  await meet(acceptTls, invitation);
}

async function meet(begin, invitation) {
  const room = toText(invitation.subarray(0, ROOM));
  const url = new URL(`/relay/${room}`, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const psk = {
    identity: room,
    secret: invitation.subarray(ROOM),
    // names both roles, so that neither page can be made to talk to itself
    context: new TextEncoder().encode("pairing: client scans, server shows"),
  };
  const socket = begin(webSocketTransport(new WebSocket(url)), { psks: [psk] });
  invitation.fill(0);
  try {
    const { cipherSuite, group } = await socket.opened;
    document.getElementById("invitation").hidden = true;
    say(`Paired: ${cipherSuite}, ${group}. The relay cannot read this.`);
    await converse(socket);
  } catch (error) {
    say(`${error.code}: ${error.message}`);
  }
}
