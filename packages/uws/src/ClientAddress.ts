/** Where a client is, as one name for all that it can connect from. */
import type { HttpResponse, WebSocket } from "uWebSockets.js";

/** An IPv4 address is whole. Of IPv6, whose clients have networks to themselves, it is the network of 64 bits. */
export function clientAddress(
  of: Pick<HttpResponse, "getRemoteAddress"> | Pick<WebSocket<unknown>, "getRemoteAddress">,
): string {
  const bytes = Buffer.from(of.getRemoteAddress());
  const isNetworked = bytes.length === 16 && !bytes.subarray(0, 12).equals(mapped);
  return (isNetworked ? bytes.subarray(0, 8) : bytes.subarray(-4)).toString("hex");
}

/** What an IPv4 address has before it where it is written as one of IPv6. */
const mapped = Buffer.from("00000000000000000000ffff", "hex");
