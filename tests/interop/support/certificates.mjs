// Our own side with the build that has certificates, and what a full handshake is to come to.

import assert from "node:assert/strict";
import * as build from "tls-psk/full";
import { credentials, ders, NAME, pem } from "../../node/support/certificates.mjs";
import { ourClient, ourServer } from "./peers.mjs";

/** Our client, which knows the root and no PSK. */
export const client = (t, port, options) =>
  ourClient(t, port, { build, psks: [], ca: pem("root"), serverName: NAME, ...options });

/** Our server, which has a certificate and no PSK. */
export const server = (t, options) =>
  ourServer(t, { build, psks: [], certificates: [credentials("p256")], ...options });

/** There was no PSK, and the peer has shown the certificate `name`. */
export function assertFull(info, name) {
  assert.equal(info.serverCertificate, true);
  assert.equal(info.pskIdentity, undefined);
  if (name) assert.deepEqual(Buffer.from(info.peerCertificates[0]), ders(name)[0]);
}

/** A PSK was used, and no certificate shown. */
export function assertPsk(info, { identity }) {
  assert.equal(String(Buffer.from(info.pskIdentity)), identity);
  assert.equal(info.serverCertificate, false);
}
