import type { ClientOptions } from "../node.js";
import type { ClientArguments } from "./arguments.js";
import type { Build } from "./build.js";
import { collectPsks, read } from "./psks.js";
import { observers } from "./trace.js";

/** The options of a client, except those of a single connection. Throws their errors before any connection is made. */
export async function clientOptions(args: ClientArguments, build: Build): Promise<ClientOptions> {
  const { ca, credentials } = args.certificates ?? {};
  const options: ClientOptions = {
    ...args.tls,
    ...(args.serverName !== undefined && { serverName: args.serverName }),
    ...(ca !== undefined && { ca: read(ca) }),
    ...(credentials && { certificate: { chain: read(credentials.cert), key: read(credentials.key) } }),
    ...observers(args, build),
    psks: collectPsks(args),
    handshakeTimeout: args.timeout,
  };
  await check(build, options);
  return options;
}

/** Checks for wrong names, weak secrets and keys that do not match, before anything is connected. */
async function check(build: Build, options: ClientOptions): Promise<void> {
  await build.init();
  const { onTrace: _, onKeylog: __, ...silent } = options;
  const nobody = build.startTls({ readable: new ReadableStream(), writable: new WritableStream() }, silent);
  // Errors of the options are reported immediately.
  await new Promise((resolve) => setImmediate(resolve));
  const error: unknown = await nobody.close().catch((error: unknown) => error);
  // The options were valid if the connection lived until it was closed.
  if (!(error instanceof build.TlsError && error.code === "ERR_TLS_ABORTED")) throw error;
}
