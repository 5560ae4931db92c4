import type { Negotiated } from "../node.js";
import type { TunnelArguments } from "./arguments.js";
import { loadBuild } from "./build.js";
import { clientOptions } from "./client.js";
import { listen } from "./listener.js";
import { complain, describe, explain, say, sayJson } from "./report.js";
import { connectTo } from "./tcp.js";

/** Runs `tls-psk tunnel` until SIGINT or SIGTERM. Rejects if it cannot listen. */
export async function tunnel(args: TunnelArguments): Promise<void> {
  const build = await loadBuild(args);
  const options = await clientOptions(args, build);
  await listen(args, async ({ peer, transport: plain, destroy }, signal) => {
    let negotiated: Negotiated | undefined;
    try {
      const tls = build.startTls(await connectTo(args.target, args.timeout), { ...options, signal });
      negotiated = await tls.opened;
      if (!args.json) say(`${peer} ${describe(negotiated)}`);
      await Promise.all([plain.readable.pipeTo(tls.writable), tls.readable.pipeTo(plain.writable)]);
      await tls.closed;
      if (args.json) sayJson(peer, negotiated);
    } catch (error) {
      if (args.json) sayJson(peer, negotiated, error);
      else complain(`${peer} ${explain(error)}`);
      destroy();
    }
  });
}
