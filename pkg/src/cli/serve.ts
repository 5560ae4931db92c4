import type { Negotiated, ServerOptions, TraceEvent } from "../node.js";
import type { ServeArguments } from "./arguments.js";
import { type Build, loadBuild } from "./build.js";
import { type Accepted, listen } from "./listener.js";
import { collectPsks, read } from "./psks.js";
import { complain, describe, explain, printable, say, sayJson } from "./report.js";
import { runService } from "./services.js";
import { observers } from "./trace.js";

/** How many of the unknown identities of a client are reported. */
const TOLD_IDENTITIES = 5;

/** Runs `tls-psk serve` until SIGINT or SIGTERM. Rejects if it cannot listen. */
export async function serve(args: ServeArguments): Promise<void> {
  const build = await loadBuild(args);
  await build.init();
  let options = prepare(args, build);
  process.on("SIGHUP", () => {
    try {
      options = prepare(args, build);
      say("keys and certificates were reloaded");
    } catch (error) {
      complain(`keys and certificates were not reloaded: ${explain(error)}`);
    }
  });
  await listen(args, (accepted, signal) => accept(accepted, { args, build, options: { ...options, signal } }));
}

/** Reads the files. Wrong names, weak secrets and keys that do not match fail now, not when a client connects. */
function prepare(args: ServeArguments, build: Build): ServerOptions {
  const { credentials, ca, verify = false } = args.certificates ?? {};
  return build.prepareServer({
    ...args.tls,
    ...(credentials && { certificates: [{ chain: read(credentials.cert), key: read(credentials.key) }] }),
    ...(ca !== undefined && { requestCertificate: { ca: read(ca), required: verify } }),
    // Placeholders for those of each connection.
    onTrace() {},
    ...(args.keylog !== undefined && { onKeylog() {} }),
    psks: collectPsks(args),
    handshakeTimeout: args.timeout,
  });
}

/** Serves one client. Never rejects. */
async function accept(
  { peer: client, transport, destroy }: Accepted,
  { args, build, options }: { args: ServeArguments; build: Build; options: ServerOptions },
): Promise<void> {
  const watching = observers(args, build, `${client} `);
  let negotiated: Negotiated | undefined;
  let offered: string[] = [];
  try {
    const tls = build.acceptTls(transport, {
      ...options,
      ...watching,
      onTrace(event) {
        if (event.type === "message" && event.name === "client_hello") offered = identitiesIn(event, build);
        watching.onTrace?.(event);
      },
    });
    negotiated = await tls.opened;
    if (!args.json) say(`${client} ${describe(negotiated)}${negotiated.peerCertificates ? " client_certificate" : ""}`);
    await runService(args.service, tls, negotiated);
    if (args.json) sayJson(client, negotiated);
  } catch (error) {
    const inVain = negotiated === undefined && offered.length > 0 ? `; offered ${offered.join(", ")}` : "";
    if (args.json) sayJson(client, negotiated, error);
    else complain(`${client} ${explain(error)}${inVain}`);
    destroy();
  }
}

/** The identities that a ClientHello offers, for people. */
function identitiesIn({ bytes }: Extract<TraceEvent, { type: "message" }>, { inspect }: Build): string[] {
  const fields = inspect(bytes).filter(({ name }) => name === "identity");
  const shown = fields.slice(0, TOLD_IDENTITIES).map(({ start, end }) => printable(bytes.subarray(start + 2, end)));
  return fields.length > TOLD_IDENTITIES ? [...shown, `and ${fields.length - TOLD_IDENTITIES} more`] : shown;
}
