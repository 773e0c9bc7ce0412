/**
 * What goes with each message: who sent it, its number among all that this one sent, and its number among those of its
 * channel. By the first an overlapping subscription gives a message once; by the second is seen what never came.
 */
import { headers, type Msg, type MsgHdrs } from "@nats-io/transport-node";

export interface Stamp {
  readonly origin: string;
  readonly number: number;
  /** From 1; it begins anew when its sender has forgotten the channel. */
  readonly ofChannel: number;
  readonly isBinary: boolean;
}

const header = "Sluice";

export function stamped({ origin, number, ofChannel, isBinary }: Stamp): MsgHdrs {
  const all = headers();
  all.set(header, `${origin} ${number} ${ofChannel} ${isBinary ? "binary" : "text"}`);
  return all;
}

/** Undefined for a message of somebody else, who knows nothing of stamps. */
export function stampOf({
  headers: all,
}: {
  headers?: Msg["headers"] | undefined;
}): Stamp | undefined {
  const [origin, number, ofChannel, kind] = all?.get(header).split(" ") ?? [];
  if (!origin || kind === undefined) return undefined;
  const stamp = { number: Number(number), ofChannel: Number(ofChannel) };
  if (!Number.isSafeInteger(stamp.number) || !Number.isSafeInteger(stamp.ofChannel))
    return undefined;
  return { origin, ...stamp, isBinary: kind === "binary" };
}
