import type { BlockList, Socket } from "node:net";

/** Whether the peer of a socket is on the list. */
export function isBlocked(list: BlockList, { remoteAddress, remoteFamily }: Socket): boolean {
  if (remoteAddress === undefined) return false;
  return list.check(remoteAddress, remoteFamily === "IPv6" ? "ipv6" : "ipv4");
}
