// Two peers of WebRTC, in one page for demonstration, with TLS in their data channel. WebRTC encrypts, too, but the
// party that relays the offers decides for whom; with a PSK, the two peers authenticate each other.

import { acceptTls, startTls } from "tls-psk";
import { dataChannelTransport } from "../lib/streams.js";
import { say, show } from "../lib/terminal.js";

const [caller, callee] = [new RTCPeerConnection(), new RTCPeerConnection()];
caller.onicecandidate = ({ candidate }) => callee.addIceCandidate(candidate ?? undefined);
callee.onicecandidate = ({ candidate }) => caller.addIceCandidate(candidate ?? undefined);
const opened = (channel) =>
  channel.readyState === "open" ? channel : new Promise((resolve) => (channel.onopen = () => resolve(channel)));

const ours = caller.createDataChannel("tls");
const theirs = new Promise((resolve) => (callee.ondatachannel = ({ channel }) => resolve(channel)));
await caller.setLocalDescription(await caller.createOffer());
await callee.setRemoteDescription(caller.localDescription);
await callee.setLocalDescription(await callee.createAnswer());
await caller.setRemoteDescription(callee.localDescription);

const transports = await Promise.all([opened(ours), theirs.then(opened)]);
// one page plays both roles here; two pages would not need to allow it
const options = {
  psks: [{ identity: "the two of us", secret: crypto.getRandomValues(new Uint8Array(32)) }],
  allowBothRoles: true,
};
const client = startTls(dataChannelTransport(transports[0]), options);
const server = acceptTls(dataChannelTransport(transports[1]), options);
void server.readable.pipeTo(server.writable);

const writer = client.writable.getWriter();
await writer.write(new TextEncoder().encode("hello over a data channel\n"));
const { cipherSuite } = await client.opened;
say(`Connected: ${cipherSuite}.`);
const half = writer.close();
for await (const text of client.readable.pipeThrough(new TextDecoderStream())) show(text);
await Promise.all([half, client.close(), server.closed]);
say(`Closed in good order after ${cipherSuite}.`);
