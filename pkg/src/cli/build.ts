import type { CommonArguments } from "./arguments.js";

/** What the commands use of this package, of whichever build. */
export type Build = typeof import("../node.js");

/** The build that the arguments need. The larger one has its own WebAssembly, and so its own classes. */
export function loadBuild({ certificates, tls }: CommonArguments): Promise<Build> {
  return certificates === undefined && !tls.groups?.includes("X25519MLKEM768")
    ? import("../node.js")
    : import("tls-psk/full");
}
