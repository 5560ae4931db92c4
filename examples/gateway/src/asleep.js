// A gateway whose devices sleep: a Durable Object has their WebSockets, and the platform may put the object away while
// nothing happens. Each TLS connection is some 300 bytes then, sealed, in the attachment of its WebSocket.

import { DurableObject } from "cloudflare:workers";
import { MessageConnection } from "tls-psk/full/hibernation";
import { lookUp } from "./keys.js";

/** How long a device may take to prove its key, and how long it may be silent, in milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000;
const SILENCE = 3_600_000;

/** The most that a state may have, in bytes, to be part of an attachment, for which the platform has a limit. */
const MAX_ATTACHED = 1_500;

export default {
  /** A device connects to /IDENTITY, with TLS inside of the WebSocket. */
  fetch(request, env) {
    if (request.headers.get("Upgrade") !== "websocket") return new Response("a WebSocket, please\n", { status: 426 });
    const shard = shardOf(identityIn(request), Number(env.SHARDS));
    return env.SLEEPERS.get(env.SLEEPERS.idFromName(shard)).fetch(request);
  },
};

const identityIn = (request) => decodeURIComponent(new URL(request.url).pathname.slice(1));

/** The object of an identity: always the same, so that devices spread evenly and a device finds its own again. */
function shardOf(identity, shards) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(identity)) hash = Math.imul(hash ^ byte, 0x01000193);
  return String((hash >>> 0) % shards);
}

export class Sleepers extends DurableObject {
  /** Connections whose handshake is not complete, which cannot sleep. A device whose handshake is lost tries again. */
  #handshaking = new Map();

  constructor(ctx, env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS keys (key BLOB)");
    sql.exec("CREATE TABLE IF NOT EXISTS asleep (id INTEGER PRIMARY KEY, state BLOB, received BLOB)");
    // The key never leaves this object: states of other objects do not open here.
    const [row] = sql.exec("SELECT key FROM keys");
    const key = row ? new Uint8Array(row.key) : crypto.getRandomValues(new Uint8Array(32));
    if (!row) sql.exec("INSERT INTO keys VALUES (?)", key);
    this.stateKeys = [key];
    console.log(`in memory again, with ${ctx.getWebSockets().length} devices`);
  }

  async fetch(request) {
    const [client, server] = Object.values(new WebSocketPair());
    const identity = identityIn(request);
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment({ identity, heard: Date.now() });
    const selectPsk = (offered) => this.#select(offered, identity);
    this.#handshaking.set(server, MessageConnection.accept({ ...this.#options(server), selectPsk }));
    await this.#watch(HANDSHAKE_TIMEOUT);
    return new Response(null, { status: 101, webSocket: client });
  }

  async webSocketMessage(webSocket, message) {
    try {
      const data = await this.#receive(webSocket, message);
      for (const part of data) await this.#forward(webSocket, part);
    } catch (error) {
      // The error says what went wrong and never contains a key.
      console.warn(`a device was turned away: ${error.code ?? error.name}: ${error.message}`);
      this.#end(webSocket, 1002);
    }
  }

  webSocketClose(webSocket) {
    this.#end(webSocket, 1000);
  }

  webSocketError(webSocket) {
    this.#end(webSocket, 1011);
  }

  /** Ends the devices that have been silent for too long, and looks again later. */
  async alarm() {
    const now = Date.now();
    for (const webSocket of this.ctx.getWebSockets()) {
      const { heard, asleep } = webSocket.deserializeAttachment();
      if (now - heard > (asleep ? SILENCE : HANDSHAKE_TIMEOUT)) this.#end(webSocket, 1001);
    }
    if (this.ctx.getWebSockets().length > 0) await this.#watch(SILENCE);
  }

  /** What the device has sent; its connection sleeps again. */
  async #receive(webSocket, message) {
    const handshaking = this.#handshaking.get(webSocket);
    if (handshaking === undefined) return this.#awake(webSocket, (tls) => tls.receive(message));
    const data = handshaking.receive(message);
    if (handshaking.isAsking) data.push(...(await handshaking.answer()));
    if (!handshaking.isOpen || !this.#handshaking.delete(webSocket)) return data;
    this.#keep(webSocket, handshaking);
    return data;
  }

  /** Wakes a connection for one call. Nothing is awaited meanwhile, so nothing else can wake the same state. */
  #awake(webSocket, call) {
    const { asleep } = webSocket.deserializeAttachment();
    if (asleep === undefined) throw new Error("the handshake was lost with the object's memory");
    const stored = typeof asleep === "number" ? this.#stored(asleep) : asleep;
    const tls = MessageConnection.wake("server", stored, this.#options(webSocket));
    const result = call(tls);
    if (tls.hasEnded) this.#leave(webSocket, tls);
    else this.#keep(webSocket, tls, typeof asleep === "number" ? asleep : undefined);
    return result;
  }

  #options(webSocket) {
    return { transmit: (bytes) => webSocket.send(bytes), stateKeys: this.stateKeys, scope: this.ctx.id.toString() };
  }

  /** Puts a connection to sleep: in the attachment, or in a row if it is longer than usual. */
  #keep(webSocket, tls, row) {
    const { identity } = webSocket.deserializeAttachment();
    const asleep = tls.sleep();
    const { state, received = new Uint8Array() } = asleep;
    const { sql } = this.ctx.storage;
    if (state.length + received.length <= MAX_ATTACHED) {
      if (row !== undefined) sql.exec("DELETE FROM asleep WHERE id = ?", row);
      webSocket.serializeAttachment({ identity, heard: Date.now(), asleep });
      return;
    }
    const { id } = sql
      .exec("INSERT OR REPLACE INTO asleep VALUES (?, ?, ?) RETURNING id", row ?? null, state, received)
      .one();
    webSocket.serializeAttachment({ identity, heard: Date.now(), asleep: id });
  }

  #stored(id) {
    const { state, received } = this.ctx.storage.sql.exec("SELECT * FROM asleep WHERE id = ?", id).one();
    const parts = { state: new Uint8Array(state), received: new Uint8Array(received) };
    return parts.received.length > 0 ? parts : { state: parts.state };
  }

  /** Only the identity that the device is addressed by, so that it cannot use the object of another. */
  async #select(offered, identity) {
    const named = offered.find((candidate) => new TextDecoder().decode(candidate.identity) === identity);
    return named && (await lookUp(this.env.DEVICES, named.identity));
  }

  /** One request to the origin for each message. The connection sleeps until the answer is there. */
  async #forward(webSocket, body) {
    const { identity } = webSocket.deserializeAttachment();
    const response = await fetch(this.env.ORIGIN, { method: "POST", body, headers: { "X-Device": identity } });
    const answer = new Uint8Array(await response.arrayBuffer());
    if (answer.length > 0) this.#awake(webSocket, (tls) => tls.send(answer));
  }

  /** Answers the device's close_notify. */
  #leave(webSocket, tls) {
    tls.close();
    tls.free();
    this.#end(webSocket, 1000);
  }

  #end(webSocket, code) {
    this.#handshaking.get(webSocket)?.free();
    this.#handshaking.delete(webSocket);
    const { asleep } = webSocket.deserializeAttachment();
    if (typeof asleep === "number") this.ctx.storage.sql.exec("DELETE FROM asleep WHERE id = ?", asleep);
    webSocket.close(code);
  }

  /** Has the alarm ring within this time. */
  async #watch(time) {
    const [now, set] = [Date.now(), await this.ctx.storage.getAlarm()];
    if (set === null || set > now + time) await this.ctx.storage.setAlarm(now + time + 1_000);
  }
}
