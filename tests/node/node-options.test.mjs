// docs/node-options.md: every option of node:tls is in its table, and what the table says happens.

import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { BlockList } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as full from "tls-psk/full/node";
import { credentials, NAME, pem } from "./support/certificates.mjs";
import { IDENTITY, KEY, pair } from "./support/duplexes.mjs";
import { freePort } from "./support/ports.mjs";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");

/** The names of an interface of `@types/node`. */
function membersOf(file, name) {
  const source = read(`node_modules/@types/node/${file}.d.ts`);
  const body = new RegExp(`^    interface ${name}\\b[^{]*\\{\\n(.*?)^    \\}`, "ms").exec(source)?.[1];
  assert.ok(body, `@types/node has no ${name}`);
  return [...body.matchAll(/^ {8}(\w+)\??[:(]/gm)].map(([, member]) => member);
}

/** What Node documents. The last two are in its documentation and not in these types. */
const DOCUMENTED = new Set([
  ...["TLSSocketOptions", "CommonConnectionOptions", "TlsOptions", "ConnectionOptions", "SecureContextOptions"].flatMap(
    (name) => membersOf("tls", name),
  ),
  ...["ServerOpts", "SocketConstructorOpts", "ConnectOpts", "TcpSocketConnectOpts", "IpcSocketConnectOpts"].flatMap(
    (name) => membersOf("net", name),
  ),
  "highWaterMark",
  "blockList",
]);

const TABLE = new Map(
  [...read("docs/node-options.md").matchAll(/^\| `(\w+)` \| (\w+) \| (\w+) \|/gm)].map(([, name, of, what]) => [
    name,
    { of, what },
  ]),
);
const named = (what) => [...TABLE].filter(([, row]) => row.what === what).map(([name, row]) => ({ name, ...row }));

const BOTH = { allowBothRoles: true };
const PSK_CLIENT = { ...BOTH, pskCallback: () => ({ identity: IDENTITY, psk: KEY }) };
const PSK_SERVER = { ...BOTH, pskCallback: () => KEY };
const certified = credentials("p256");
const CERTIFIED = { ...BOTH, cert: certified.chain, key: certified.key };
const TRUSTING = { ...BOTH, ca: pem("root"), servername: NAME };

/** A connection over TCP with both ends once it is there; the client's error if it is not. */
async function connect(t, { client = PSK_CLIENT, server = PSK_SERVER } = {}) {
  const listener = full.createServer(server);
  t.after(() => listener.close());
  listener.on("tlsClientError", () => {});
  listener.listen(0, "0.0.0.0");
  await once(listener, "listening");
  const accepted = new Promise((resolve) => {
    listener.on("secureConnection", (socket) => resolve(socket.on("error", () => {})));
  });
  const ours = full.connect({ host: "127.0.0.1", port: listener.address().port, ...client });
  t.after(() => ours.destroy());
  await once(ours, "secureConnect");
  const theirs = await accepted;
  t.after(() => theirs.destroy());
  return { ours, theirs, listener };
}

test("the table has every option that Node documents, once, in the order of the alphabet, and no other", () => {
  assert.ok(DOCUMENTED.size > 60, `${DOCUMENTED.size} options`);
  assert.deepEqual([...TABLE.keys()].sort(), [...DOCUMENTED].sort());
  const names = [...TABLE.keys()].map((name) => name.toLowerCase());
  assert.deepEqual(names, names.toSorted());
  for (const [name, { of, what }] of TABLE) {
    assert.ok(["client", "server", "both"].includes(of), name);
    assert.ok(["implemented", "refused", "ignored"].includes(what), name);
  }
});

/** Values that ask for something, and values that do not, of what is refused. */
const ASKING = {
  ALPNCallback: [() => "h2"],
  allowPartialTrustChain: [false],
  clientCertEngine: ["pkcs11"],
  crl: ["-----BEGIN X509 CRL-----"],
  fd: [3],
  onread: [{ buffer: Buffer.alloc(10), callback() {} }],
  pfx: [Buffer.alloc(10)],
  privateKeyEngine: ["pkcs11"],
  privateKeyIdentifier: ["key"],
  requestOCSP: [true],
  secureContext: [{ context: {} }],
  secureOptions: [2 ** 29, "all"],
  secureProtocol: ["TLSv1_2_method", "TLSv1_3_method_", 5],
  sigalgs: ["ed25519"],
  SNICallback: [() => {}],
  ticketKeys: [Buffer.alloc(48)],
};
const NOTHING = {
  allowPartialTrustChain: [true],
  requestOCSP: [false],
  secureOptions: [0, 2 ** 26],
  secureProtocol: ["TLS_method", "TLS_client_method", "SSLv23_method"],
};

test("what is refused is refused by name, on both sides, and undefined is not", async (t) => {
  assert.deepEqual(
    named("refused")
      .map(({ name }) => name)
      .sort(),
    Object.keys(ASKING).sort(),
  );
  for (const [name, values] of Object.entries(ASKING)) {
    for (const value of values) {
      const refused = (error) => error.code === "ERR_TLS_CONFIG" && error.message.includes(`option ${name} `);
      const [error] = await once(new full.TLSSocket(pair()[0], { ...PSK_CLIENT, [name]: value }), "error");
      assert.ok(refused(error), `${name}: ${error}`);
      const server = new full.TLSSocket(pair()[0], { ...PSK_SERVER, isServer: true, [name]: value });
      assert.ok(refused((await once(server, "error"))[0]), name);
      assert.throws(() => full.createServer({ ...PSK_SERVER, [name]: value }), refused);
    }
    for (const value of [undefined, null, ...(NOTHING[name] ?? [])]) {
      full.createServer({ ...PSK_SERVER, [name]: value });
    }
  }
  const nothing = Object.fromEntries(Object.entries(NOTHING).map(([name, [value]]) => [name, value]));
  await connect(t, { client: { ...PSK_CLIENT, ...nothing } });
});

const IGNORED = {
  dhparam: "auto",
  enableTrace: false,
  honorCipherOrder: true,
  minDHSize: 1024,
  pauseOnConnect: false,
  pskIdentityHint: "hint",
  readable: true,
  server: {},
  writable: true,
};

test("what is ignored changes nothing", async (t) => {
  assert.deepEqual(
    named("ignored")
      .map(({ name }) => name)
      .sort(),
    Object.keys(IGNORED).sort(),
  );
  const { ours } = await connect(t, {
    client: { ...PSK_CLIENT, ...IGNORED, pskIdentityHint: undefined },
    server: { ...PSK_SERVER, ...IGNORED },
  });
  assert.equal(ours.authorized, true);
});

/** What shows that an option is implemented. `t` is for {@link connect}. */
const SHOWS = {
  async ALPNProtocols(t) {
    for (const ALPNProtocols of [
      ["x", "mqtt"],
      [Buffer.from("mqtt")],
      Buffer.from("\x01x\x04mqtt"),
      new Uint8Array([4, 109, 113, 116, 116]),
    ]) {
      const options = { client: { ...PSK_CLIENT, ALPNProtocols }, server: { ...PSK_SERVER, ALPNProtocols: ["mqtt"] } };
      assert.equal((await connect(t, options)).ours.alpnProtocol, "mqtt");
    }
    for (const ALPNProtocols of ["mqtt", [5], Buffer.from("\x05mqtt"), Buffer.from("\0"), [Buffer.from([0xff])]]) {
      assert.throws(() => full.createServer({ ...PSK_SERVER, ALPNProtocols }), { code: "ERR_TLS_CONFIG" });
    }
  },
  async allowHalfOpen(t) {
    const { ours } = await connect(t, { client: { ...PSK_CLIENT, allowHalfOpen: true } });
    assert.equal(ours.allowHalfOpen, true);
  },
  async autoSelectFamily(t) {
    await toNet(t, { autoSelectFamily: true, host: "localhost" });
  },
  async autoSelectFamilyAttemptTimeout(t) {
    await toNet(t, { autoSelectFamilyAttemptTimeout: 300 });
  },
  async blockList(t) {
    const blockList = new BlockList();
    blockList.addAddress("127.0.0.2");
    const { listener } = await connect(t, { server: { ...PSK_SERVER, blockList } });
    const { port } = listener.address();
    const blocked = full.connect({ ...PSK_CLIENT, host: "127.0.0.1", localAddress: "127.0.0.2", port });
    assert.notEqual((await once(blocked, "error"))[0].code, undefined);
    const ours = full.connect({ ...PSK_CLIENT, host: "127.0.0.2", port, blockList });
    assert.equal((await once(ours, "error"))[0].code, "ERR_IP_BLOCKED");
  },
  async ca(t) {
    await connect(t, { client: TRUSTING, server: CERTIFIED });
    const client = { ...TRUSTING, ca: [pem("other-root"), Buffer.from(pem("root"))] };
    await connect(t, { client, server: CERTIFIED });
    const [error] = await once(full.connect({ ...TRUSTING, ca: 5, socket: pair()[0] }), "error");
    assert.match(error.message, /^ca must be PEM/);
  },
  async cert(t) {
    const second = credentials("other-name");
    const server = { ...BOTH, cert: [certified.chain, second.chain], key: [certified.key, second.key] };
    const { ours } = await connect(t, { client: { ...TRUSTING, servername: "other.example" }, server });
    assert.match(ours.getPeerCertificate().subject.CN, /other-name/);
    assert.throws(() => full.createServer({ ...server, key: undefined }), { message: /needs its private key/ });
    assert.throws(() => full.createServer({ ...server, cert: [certified.chain] }), { code: "ERR_TLS_CONFIG" });
  },
  async checkServerIdentity(t) {
    const asked = [];
    const checkServerIdentity = (...args) => void asked.push(args);
    await connect(t, { client: { ...TRUSTING, checkServerIdentity }, server: CERTIFIED });
    assert.equal(asked[0][0], NAME);
    const [error] = await once(full.connect({ ...TRUSTING, checkServerIdentity: true, socket: pair()[0] }), "error");
    assert.match(error.message, /^checkServerIdentity must be a function/);
  },
  async ciphers(t) {
    const { ours } = await connect(t, { client: { ...PSK_CLIENT, ciphers: "ECDHE-RSA-X:TLS_AES_128_GCM_SHA256" } });
    assert.equal(ours.getCipher().name, "TLS_AES_128_GCM_SHA256");
    assert.throws(() => full.createServer({ ...PSK_SERVER, ciphers: 5 }), { message: /ciphers must be a string/ });
    assert.throws(() => full.createServer({ ...PSK_SERVER, ciphers: "TLS_AES_128_CCM_SHA256" }), { message: /CCM/ });
  },
  async ecdhCurve(t) {
    const { ours } = await connect(t, { client: { ...PSK_CLIENT, ecdhCurve: "P-521:P-256" } });
    assert.equal(ours.negotiated.group, "secp256r1");
  },
  async family(t) {
    await toNet(t, { family: 4, host: "localhost" });
  },
  async handshakeTimeout() {
    const [error] = await once(new full.TLSSocket(pair()[0], { ...PSK_CLIENT, handshakeTimeout: 5 }), "error");
    assert.equal(error.code, "ERR_TLS_TIMEOUT");
  },
  async highWaterMark(t) {
    const { ours, theirs } = await connect(t, {
      client: { ...PSK_CLIENT, highWaterMark: 1234 },
      server: { ...PSK_SERVER, highWaterMark: 4321 },
    });
    assert.deepEqual([ours.writableHighWaterMark, theirs.readableHighWaterMark], [1234, 4321]);
  },
  async hints(t) {
    await toNet(t, { hints: 0 });
  },
  async host(t) {
    const { ours } = await connect(t, { client: { ...PSK_CLIENT, host: "localhost", family: 4 } });
    assert.equal(ours.remoteAddress, "127.0.0.1");
  },
  async isServer() {
    const [one, other] = pair();
    const server = new full.TLSSocket(one, { ...PSK_SERVER, isServer: true });
    await Promise.all([once(server, "secure"), once(new full.TLSSocket(other, PSK_CLIENT), "secureConnect")]);
  },
  async keepAlive(t) {
    await connect(t, { server: { ...PSK_SERVER, keepAlive: true } });
    await toNet(t, { keepAlive: true });
  },
  async keepAliveInitialDelay(t) {
    await connect(t, { server: { ...PSK_SERVER, keepAlive: true, keepAliveInitialDelay: 1000 } });
    await toNet(t, { keepAlive: true, keepAliveInitialDelay: 1000 });
  },
  async key(t) {
    for (const key of [
      createPrivateKey(certified.key),
      Buffer.from(certified.key),
      [certified.key],
      [{ pem: certified.key }],
    ]) {
      await connect(t, { client: TRUSTING, server: { ...CERTIFIED, key } });
    }
    const { publicKey } = generateKeyPairSync("ed25519");
    for (const key of [5, {}, publicKey, [null], { pem: 5 }]) {
      assert.throws(() => full.createServer({ ...CERTIFIED, key }), { code: "ERR_TLS_CONFIG", message: /key/ });
    }
  },
  async localAddress(t) {
    const { ours } = await toNet(t, { localAddress: "127.0.0.2" });
    assert.equal(ours.localAddress, "127.0.0.2");
  },
  async localPort(t) {
    const localPort = await freePort();
    assert.equal((await toNet(t, { localPort })).ours.localPort, localPort);
  },
  async lookup(t) {
    const lookup = (_host, { all }, callback) =>
      all ? callback(null, [{ address: "127.0.0.1", family: 4 }]) : callback(null, "127.0.0.1", 4);
    await toNet(t, { host: "nowhere.example", lookup });
  },
  async maxVersion(t) {
    await connect(t, { client: { ...PSK_CLIENT, maxVersion: "TLSv1.3" } });
    for (const maxVersion of ["TLSv1.2", "TLSv1.1", "TLSv1.4", 1.3]) {
      assert.throws(() => full.createServer({ ...PSK_SERVER, maxVersion }), {
        code: "ERR_TLS_CONFIG",
        message: /maxVersion/,
      });
    }
  },
  async minVersion(t) {
    for (const minVersion of ["TLSv1", "TLSv1.2", "TLSv1.3"]) {
      await connect(t, { client: { ...PSK_CLIENT, minVersion } });
    }
    assert.throws(() => full.createServer({ ...PSK_SERVER, minVersion: "TLSv1.4" }), { message: /minVersion/ });
  },
  async noDelay(t) {
    await connect(t, { server: { ...PSK_SERVER, noDelay: true } });
    await toNet(t, { noDelay: true });
  },
  async passphrase(t) {
    const cipher = { cipher: "aes-256-cbc", passphrase: "secret" };
    const key = createPrivateKey(certified.key).export({ type: "pkcs8", format: "pem", ...cipher });
    await connect(t, { client: TRUSTING, server: { ...CERTIFIED, key, passphrase: "secret" } });
    await connect(t, { client: TRUSTING, server: { ...CERTIFIED, key: [{ pem: key, passphrase: "secret" }] } });
    assert.throws(() => full.createServer({ ...CERTIFIED, key }), { message: /needs its passphrase/ });
    assert.throws(() => full.createServer({ ...CERTIFIED, key, passphrase: "wrong" }), {
      message: /cannot be decrypted/,
    });
  },
  async path(t) {
    const path = join(tmpdir(), `tls-psk-${process.pid}.sock`);
    const listener = full.createServer(PSK_SERVER, (socket) => socket.on("error", () => {})).listen(path);
    t.after(() => listener.close());
    await once(listener, "listening");
    for (const args of [[{ ...PSK_CLIENT, path }], [path, PSK_CLIENT]]) {
      const ours = full.connect(...args);
      await once(ours, "secureConnect");
      ours.destroy();
    }
  },
  async port(t) {
    const { ours, listener } = await connect(t);
    const { port } = listener.address();
    assert.equal(ours.remotePort, port);
    for (const args of [[port], [String(port)], [port, "127.0.0.1"], [port, undefined]]) {
      await new Promise((resolve) => {
        const other = full.connect(...args, { host: "127.0.0.1", ...PSK_CLIENT }, () => resolve(other.destroy()));
      });
    }
  },
  async pskCallback(t) {
    const { theirs } = await connect(t);
    assert.equal(String(Buffer.from(theirs.negotiated.pskIdentity)), IDENTITY);
    const [error] = await once(full.connect({ ...BOTH, pskCallback: "key", socket: pair()[0] }), "error");
    assert.match(error.message, /^pskCallback must be a function/);
  },
  async rejectUnauthorized(t) {
    const client = { ...TRUSTING, ca: pem("other-root"), rejectUnauthorized: false };
    const { ours } = await connect(t, { client, server: CERTIFIED });
    assert.equal(ours.authorized, false);
  },
  async requestCert(t) {
    const shown = credentials("client");
    const server = { ...CERTIFIED, requestCert: true, ca: pem("root") };
    const { theirs } = await connect(t, { client: { ...TRUSTING, cert: shown.chain, key: shown.key }, server });
    assert.match(theirs.getPeerCertificate().subject.CN, /client/);
    assert.throws(() => full.createServer({ ...server, ca: undefined }), { message: /requestCert needs ca/ });
  },
  async servername(t) {
    const { theirs } = await connect(t, { client: { ...PSK_CLIENT, servername: "broker.example" } });
    assert.equal(theirs.servername, "broker.example");
    for (const servername of ["", "127.0.0.1", "::1", undefined]) {
      assert.equal((await connect(t, { client: { ...PSK_CLIENT, servername } })).theirs.servername, false);
    }
    const [error] = await once(full.connect({ ...PSK_CLIENT, servername: 5, socket: pair()[0] }), "error");
    assert.match(error.message, /^servername must be a string/);
  },
  async session(t) {
    const server = { ...PSK_SERVER, tickets: {} };
    const { ours } = await resumable(t, server);
    const [session] = await once(ours, "session");
    const again = await connect(t, { client: { ...PSK_CLIENT, session }, server });
    assert.equal(again.ours.negotiated.pskKind, "resumption");
  },
  async sessionIdContext(t) {
    const server = { ...PSK_SERVER, tickets: {}, sessionIdContext: "here" };
    const { ours } = await resumable(t, server);
    const [session] = await once(ours, "session");
    const client = { ...PSK_CLIENT, sessionIdContext: "unused", session };
    const elsewhere = await connect(t, { client, server: { ...server, sessionIdContext: "elsewhere" } });
    assert.equal(elsewhere.ours.negotiated.pskKind, "external");
    const again = await connect(t, { client: { ...client, session: Buffer.from(session) }, server });
    assert.equal(again.ours.negotiated.pskKind, "resumption");
  },
  async sessionTimeout(t) {
    const saved = [];
    const client = { ...PSK_CLIENT, onSession: (session) => saved.push(session) };
    const { ours } = await resumable(t, { ...PSK_SERVER, tickets: {}, sessionTimeout: 60 }, client);
    await once(ours, "session");
    const lifetime = saved[0].expiresAt - Date.now();
    assert.ok(lifetime > 50_000 && lifetime <= 60_000, `${lifetime} ms`);
  },
  async signal() {
    const client = new full.TLSSocket(pair()[0], { ...PSK_CLIENT, signal: AbortSignal.abort() });
    assert.equal((await once(client, "error"))[0].code, "ERR_TLS_ABORTED");
  },
  async socket() {
    const [one, other] = pair();
    new full.TLSSocket(one, { ...PSK_SERVER, isServer: true });
    await once(full.connect({ ...PSK_CLIENT, socket: other }), "secureConnect");
  },
  async timeout(t) {
    assert.equal((await toNet(t, { timeout: 60_000 })).ours.timeout, 60_000);
  },
};

const toNet = (t, options) => connect(t, { client: { ...PSK_CLIENT, ...options } });

/** A connection whose client listens for its session from the beginning. */
async function resumable(t, server, client = PSK_CLIENT) {
  const listener = full.createServer(server, (socket) => socket.end("hello"));
  t.after(() => listener.close());
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const ours = full.connect({ ...client, host: "127.0.0.1", port: listener.address().port });
  ours.on("session", () => {}).resume();
  return { ours };
}

assert.deepEqual(
  named("implemented")
    .map(({ name }) => name)
    .sort(),
  Object.keys(SHOWS).sort(),
);
for (const [name, shows] of Object.entries(SHOWS)) test(`${name} is implemented`, shows);

test("options that nobody knows are ignored, as in node:tls", async (t) => {
  await connect(t, { client: { ...PSK_CLIENT, agent: {}, href: "https://x.example", _agentKey: Symbol("x") } });
});

test("a server's wrong options are an error of createServer, and a listener alone will do", async () => {
  assert.throws(() => full.createServer({ ...PSK_SERVER, selectPsk: () => null }), { code: "ERR_TLS_CONFIG" });
  const listened = new Promise((resolve) => {
    const server = full.createServer(resolve);
    server.emit("secureConnection", "a socket");
  });
  assert.equal(await listened, "a socket");
});
