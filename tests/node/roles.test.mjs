import assert from "node:assert/strict";
import { test } from "node:test";
import * as full from "tls-psk/full";
import { connect, connected, pipe, psk, rejection } from "./support/endpoints.mjs";

const guarded = { allowBothRoles: false };

test("an identity that this process used as a client is refused as a server's", async () => {
  const options = { psks: [psk("reflected")], ...guarded };
  const { client, server } = connect(options, options);
  const error = await rejection(server.opened);
  assert.match(error.message, /one PSK must not serve both roles/);
  assert.equal(error.alert, "decrypt_error");
  assert.equal((await rejection(client.opened)).alert, "decrypt_error");
});

test("an identity that this process used as a server is refused as a client's, before anything is sent", async () => {
  const psks = [psk("of a server")];
  await connected({ psks }, { psks, ...guarded });
  const { client } = connect({ psks, ...guarded }, { psks });
  const error = await rejection(client.opened);
  assert.equal(error.code, "ERR_TLS_USAGE");
  assert.match(error.message, /one PSK must not serve both roles/);
  assert.equal(error.alert, undefined);
});

test("contexts that name the roles keep one secret apart, without an exception", async () => {
  const shared = psk("between a and b");
  const psks = [{ ...shared, context: Buffer.from("client=a server=b") }];
  const { clientInfo } = await connected({ psks, ...guarded }, { psks });
  assert.equal(clientInfo.pskKind, "imported");
  const others = [{ ...shared, context: Buffer.from("client=b server=a") }];
  const { serverInfo } = await connected({ psks: others }, { psks: others, ...guarded });
  assert.equal(Buffer.from(serverInfo.externalIdentity).toString(), "between a and b");
});

test("the two builds of the package share one guard", async () => {
  const psks = [psk("of both builds")];
  await connected({ psks }, { psks, ...guarded });
  const [clientEnd, serverEnd] = pipe();
  const client = full.startTls(clientEnd, { psks, ...guarded });
  const error = await rejection(client.opened);
  assert.equal(error.code, "ERR_TLS_USAGE");
  assert.match(error.message, /one PSK must not serve both roles/);
  await serverEnd.writable.abort();
});
