/** What a server says of its channels. */
import { isPlainObject, wholeNumber } from "@sluice/core";
import type { ChannelLimit } from "./ChannelLimits.js";

/** How many channels and subscriptions there may be. */
export interface ChannelOptions {
  /** Channels that somebody is subscribed to; 10,000 by default. One more throws a `ChannelError`. */
  readonly maxChannels?: number | undefined;
  /** Names and patterns of one connection; 1,000 by default. One more throws a `ChannelError`. */
  readonly maxSubscriptions?: number | undefined;
  /**
   * By name or pattern of a channel, what may wait of each such channel at one connection that has fallen behind, and
   * what is lost then. The first that has a channel counts; what waits of others waits in the connection's own outbox, and
   * so does what is of more than `maxChannels` channels.
   */
  readonly limits?: Readonly<Record<string, ChannelLimit>> | undefined;
}

const most = wholeNumber(1, 1_000_000);

/** What `ChannelOptions` must be. */
export const channelRules = {
  maxChannels: most,
  maxSubscriptions: most,
  limits: [isPlainObject, "must be a plain object"],
} as const;
