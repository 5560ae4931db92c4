import { chmodSync, existsSync, renameSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClientOptions, Negotiated, TlsSocket } from "../node.js";
import type { ConnectArguments } from "./arguments.js";
import { loadBuild } from "./build.js";
import { clientOptions } from "./client.js";
import { read } from "./psks.js";
import { describe, say, sayJson } from "./report.js";
import { connectTo } from "./tcp.js";

/** Runs `tls-psk connect`. Rejects unless the connection was closed cleanly. */
export async function connect(args: ConnectArguments): Promise<void> {
  const build = await loadBuild(args);
  const options = { ...(await clientOptions(args, build)), ...sessionOptions(args) };
  const early = args.earlyData === undefined ? undefined : read(args.earlyData);
  const controller = new AbortController();
  const socket = build.startTls(await connectTo(args.target, args.timeout), {
    ...options,
    ...(early && { earlyData: early }),
    signal: controller.signal,
  });
  let negotiated: Negotiated | undefined;
  const peer = nameOf(args);
  try {
    negotiated = await socket.opened;
    if (!args.json) say(`connected: ${describe(negotiated)}`);
    await converse(socket, args, negotiated, early);
    if (args.json) sayJson(peer, negotiated);
  } catch (error) {
    if (args.json) sayJson(peer, negotiated, error);
    controller.abort(error);
    throw error;
  }
}

function nameOf({ target }: ConnectArguments): string {
  if ("url" in target) return target.url;
  return "path" in target ? `unix:${target.path}` : `${target.host}:${target.port}`;
}

function sessionOptions({ session }: ConnectArguments): Pick<ClientOptions, "sessions" | "onSession"> {
  if (session === undefined) return {};
  return {
    ...(existsSync(session) && { sessions: [read(session)] }),
    // A session contains a secret, and an incomplete one is useless.
    onSession({ bytes }) {
      const unfinished = `${session}.${process.pid}`;
      writeFileSync(unfinished, bytes, { mode: 0o600 });
      chmodSync(unfinished, 0o600);
      renameSync(unfinished, session);
    },
  };
}

async function converse(
  socket: TlsSocket,
  args: ConnectArguments,
  negotiated: Negotiated,
  early: Uint8Array | undefined,
): Promise<void> {
  if (args.showCerts) for (const line of (negotiated.peerCertificates ?? []).flatMap(pemOf)) say(line);
  if (args.export) {
    const { label, length } = args.export;
    const material = socket.exportKeyingMaterial(label, undefined, length);
    say(`exported: ${Buffer.from(material).toString("hex")}`);
  }
  if (args.keyUpdate) await socket.updateKeys({ requestPeer: true });
  if (early) await repeat(socket, negotiated, early);

  // The end of the input becomes our close_notify. A failure of this direction fails the whole connection, and the
  // other direction reports it.
  const input = Readable.toWeb(process.stdin) as unknown as ReadableStream<Uint8Array>;
  input.pipeTo(socket.writable).catch(() => {});

  await pipeline(socket.readable as unknown as AsyncIterable<Uint8Array>, process.stdout, { end: false });
  // The peer has closed, so there is nothing more to send.
  await socket.close();
}

/** Data that was not accepted as early data is sent in order. */
async function repeat(socket: TlsSocket, { earlyData }: Negotiated, early: Uint8Array): Promise<void> {
  say(`early data: ${earlyData ?? "not possible"}${earlyData === "accepted" ? "" : ", sent after the handshake"}`);
  if (earlyData === "accepted") return;
  const writer = socket.writable.getWriter();
  await writer.write(early as Uint8Array<ArrayBuffer>);
  writer.releaseLock();
}

function pemOf(der: Uint8Array): string[] {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----"];
}
