import assert from "node:assert/strict";
import { test } from "node:test";
import * as build from "tls-psk/full";
import { credentials, NAME, path, pem } from "../node/support/certificates.mjs";
import { client, server } from "./support/certificates.mjs";
import { startNode24Client, startNode24Server } from "./support/node24.mjs";
import { echoAndEnd, PSK } from "./support/peers.mjs";
import { acceptS2nClient, startS2nServer } from "./support/s2n.mjs";

const GROUP = "X25519MLKEM768";

/** Both sides agree on the group, data goes there and back, and the end is orderly. */
async function converse(peer, socket, { serverCertificate, helloRetryRequest = false }) {
  const info = await socket.opened;
  assert.deepEqual(
    [info.group, info.serverCertificate, info.helloRetryRequest],
    [GROUP, serverCertificate, helloRetryRequest],
  );
  await echoAndEnd(peer, socket);
}

for (const { what, ours, server: theirServer, client: theirClient } of [
  {
    what: "a PSK",
    ours: { psks: [PSK] },
    server: { psk: PSK },
    client: { psk: PSK },
  },
  {
    what: "a certificate",
    ours: { psks: [] },
    server: credentialsOf("p256"),
    client: { ca: pem("root"), servername: NAME },
  },
]) {
  const serverCertificate = ours.psks.length === 0;

  test(`the client and Node 24 with ${what}`, async (t) => {
    const peer = await startNode24Server(t, { ...theirServer, groups: [GROUP] });
    const socket = await client(t, peer.port, { ...ours, groups: [GROUP] });
    await converse(peer, socket, { serverCertificate });
    assert.match(peer.stdout, new RegExp(`^psk: ${!serverCertificate}$`, "m"));
  });

  test(`the client and Node 24 with ${what}, which asks for the group`, async (t) => {
    const peer = await startNode24Server(t, { ...theirServer, groups: [GROUP] });
    const socket = await client(t, peer.port, { ...ours, groups: ["x25519", GROUP] });
    await converse(peer, socket, { serverCertificate, helloRetryRequest: true });
  });

  test(`Node 24 and the server with ${what}`, async (t) => {
    const { port, socket } = await server(t, { ...ours, groups: [GROUP] });
    const peer = startNode24Client(t, port, { ...theirClient, groups: [GROUP] });
    await converse(peer, await socket, { serverCertificate });
    assert.match(peer.stdout, new RegExp(`^psk: ${!serverCertificate}$`, "m"));
    if (serverCertificate) assert.match(peer.stdout, /^authorized: true$/m);
  });

  test(`Node 24 and the server with ${what}, which asks for the group`, async (t) => {
    const { port, socket } = await server(t, { ...ours, groups: [GROUP] });
    const peer = startNode24Client(t, port, { ...theirClient, groups: ["P-256", GROUP] });
    await converse(peer, await socket, { serverCertificate, helloRetryRequest: true });
  });

  test(`the client and s2n-tls with ${what}`, async (t) => {
    const shown = serverCertificate ? ["--cert", path("p256.chain"), path("p256.key")] : [];
    const peer = await startS2nServer(t, ours.psks, ["--policy", "default_pq", ...shown]);
    const socket = await client(t, peer.port, { ...ours, groups: [GROUP] });
    await converse(peer, socket, { serverCertificate });
    assert.match(peer.stdout, new RegExp(`^group: ${GROUP}$`, "m"));
  });

  test(`s2n-tls and the server with ${what}`, async (t) => {
    const options = { build, certificates: [credentials("p256")], ...ours, groups: [GROUP] };
    const theirs = ["--policy", "default_pq", "--ca", path("root"), "--name", NAME];
    const { client: peer, socket } = await acceptS2nClient(t, ours.psks, options, theirs);
    await converse(peer, socket, { serverCertificate });
    assert.match(peer.stdout, new RegExp(`^group: ${GROUP}$`, "m"));
  });
}

/** As `node:tls` takes them. */
function credentialsOf(name) {
  const { chain: cert, key } = credentials(name);
  return { cert, key };
}
