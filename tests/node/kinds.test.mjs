// Options of every wrong type: each is refused with a TlsError that says so, and none is reported as a bug of this
// package.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { inspect } from "node:util";
import { acceptTls, init, startTls, TlsError } from "tls-psk/full";
import { credentials, NAME, pem } from "./support/certificates.mjs";
import { connected, pipe, psk, rejection, settled } from "./support/endpoints.mjs";

const source = readFileSync(new URL("../../pkg/src/options.ts", import.meta.url), "utf8");

/** The options of an interface of options.ts. */
function optionsOf(name) {
  const [, body] = new RegExp(`export interface ${name}\\b[^{]*\\{\\n(.*?)\\n\\}`, "s").exec(source);
  return [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(([, option]) => option);
}

const VALUES = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  Number.NaN,
  2 ** 40,
  10n,
  "",
  "text",
  Symbol("s"),
  () => {},
  {},
  [],
  [null],
  [undefined],
  ["x"],
  [5],
  [{}],
  [[]],
  [Symbol("s")],
  new Uint8Array(3),
  new Date(),
  { count: -1 },
  { count: 257 },
  { lifetime: "x" },
  { keys: 5 },
  { keys: [5] },
  { maxEarlyData: 2 ** 33 },
  { chain: 5, key: 5 },
  { chain: "x", key: null },
  [{ chain: null, key: { schemes: 5, sign() {} } }],
  { ca: 5 },
  { verify: 5 },
  [{ identity: "x", secret: new Uint8Array(32), hmac: 5 }],
  [{ identity: "x", secret: new Uint8Array(32), context: "x" }],
  [{ identity: "x", secret: new Uint8Array(32).fill(1), earlyData: 5 }],
  [{ identity: "x", secret: new Uint8Array(32).fill(1), earlyData: { maxSize: {}, cipherSuite: 5, alpn: 5 } }],
];

/** What may come of it before there is a peer. */
const CODES = ["ERR_TLS_CONFIG", "ERR_TLS_PSK", "ERR_TLS_ABORTED", "ERR_TLS_USAGE", "ERR_TLS_TIMEOUT"];

const USUAL = {
  startTls: [startTls, { psks: [psk()], ca: pem("root"), serverName: NAME, allowBothRoles: true }],
  acceptTls: [acceptTls, { psks: [psk()], certificates: [credentials("p256")], tickets: {}, allowBothRoles: true }],
};

for (const [name, [begin, usual]] of Object.entries(USUAL)) {
  const options = [...optionsOf("TlsOptions"), ...optionsOf(name === "startTls" ? "ClientOptions" : "ServerOptions")];
  assert.ok(options.length > 20, `${options.length} options`);
  test(`${name}: any value of any option is taken, or refused by a TlsError`, async () => {
    await init();
    for (const option of options) {
      for (const value of VALUES) {
        const what = `${option}: ${inspect(value)}`;
        let error;
        try {
          const socket = begin(pipe()[0], { ...usual, [option]: value });
          await settled();
          error = await rejection(socket.close());
        } catch (thrown) {
          error = thrown;
        }
        assert.ok(error instanceof TlsError, `${what}: ${error}`);
        assert.ok(CODES.includes(error.code), `${what}: ${error.code} ${error.message}`);
      }
    }
  });

  test(`${name}: what is no transport, and no options, is refused with what to do`, async () => {
    const socket = createServer();
    for (const transport of [
      undefined,
      null,
      5,
      "x",
      {},
      socket,
      { readable: true, writable: true },
      { readable: {}, writable: {} },
    ]) {
      assert.throws(() => begin(transport, usual), {
        name: "TlsError",
        code: "ERR_TLS_CONFIG",
        message: /Duplex\.toWeb/,
      });
    }
    for (const options of [undefined, null]) {
      assert.throws(() => begin(pipe()[0], options), { name: "TlsError", code: "ERR_TLS_CONFIG" });
    }
  });
}

test("null in the place of an option is refused by the option's name, and never taken for none", async () => {
  const names = ["modes", "cipherSuites", "sessionIdContext", "tickets", "cookieKeys", "paddingMultiple", "selectPsk"];
  for (const name of names) {
    const server = acceptTls(pipe()[0], { psks: [psk()], [name]: null });
    const { code, message } = await rejection(server.opened);
    assert.equal(code, "ERR_TLS_CONFIG", name);
    assert.match(message, new RegExp(`${name} is null: leave it out`));
  }
});

test("alpn is a list: a string is not sent letter by letter", async () => {
  const client = startTls(pipe()[0], { psks: [psk()], alpn: "h2" });
  assert.equal((await rejection(client.opened)).code, "ERR_TLS_CONFIG");
});

test("numbers that the core would get as others are refused", async () => {
  for (const tickets of [
    { count: 256 },
    { count: 257 },
    { count: -1 },
    { lifetime: 2 ** 32 + 60 },
    { maxEarlyData: -1 },
  ]) {
    const server = acceptTls(pipe()[0], { psks: [psk()], tickets });
    assert.equal((await rejection(server.opened)).code, "ERR_TLS_CONFIG", JSON.stringify(tickets));
  }
});

test("text in the place of bytes is refused, and never taken for none", async () => {
  const early = startTls(pipe()[0], { psks: [psk()], earlyData: "ping" });
  assert.equal((await rejection(early.opened)).code, "ERR_TLS_CONFIG");
  const { client } = await connected();
  assert.throws(() => client.exportKeyingMaterial("EXPORTER-x", "context", 32), TypeError);
});
