import type { CommonArguments } from "./arguments.js";

/** The part of this package that the commands use, from either build. */
export type Build = typeof import("../node.js");

/** The build that the arguments need. The larger build has its own WebAssembly, and so its own classes. */
export function loadBuild({ certificates, tls }: CommonArguments): Promise<Build> {
  return certificates === undefined && !tls.groups?.includes("X25519MLKEM768")
    ? import("../node.js")
    : import("tls-psk/full");
}
