/** Where a client is, as one name for all that it can connect from. */
import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";

/**
 * An IPv4 address is whole. Of IPv6, whose clients have networks to themselves, it is the network of 64 bits. Empty for
 * a request whose socket has closed.
 */
export function clientAddress({ socket }: Pick<IncomingMessage, "socket">): string {
  const [address = ""] = (socket.remoteAddress ?? "").split("%");
  const [, mapped] = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address) ?? [];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  const [before = [], after = []] = address
    .split("::")
    .map((part) => part.split(":").filter(Boolean));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => "0");
  const groups = [...before, ...zeros, ...after];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
