/** How many channels there may be, what waits of them at a connection, and what is kept of them for later. */
import { aFunction, isPlainObject, wholeNumber } from "@sluice/core";
import type { HistoryLimit } from "../history/HistoryOptions.js";
import type { ChannelWire } from "../history/Wire.js";
import type { ChannelLabel } from "./ChannelLabels.js";
import type { ChannelLimit } from "./ChannelLimits.js";

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
  /**
   * By name or pattern of a channel, what its messages mean: a label for all of them, or a function of channel and message.
   * The first that has a channel counts, for messages that are published without one, on whichever node.
   */
  readonly labels?: Readonly<Record<string, ChannelLabel>> | undefined;
  /**
   * By name or pattern of a channel, how much is kept of what was published on each such channel, for clients that come
   * back: see `resume` of a connection. The first that has a channel counts; nothing is kept of others. Their messages have
   * a position, and go out as `wire` says. There are at most `maxChannels` histories, and all together are at most half of
   * `maxTotalBytes`.
   */
  readonly history?: Readonly<Record<string, HistoryLimit>> | undefined;
  /** How messages of channels with a history go over the wire, and notices about them; as JSON by default. */
  readonly wire?: ChannelWire | undefined;
}

/** Unless its owner says otherwise. */
export const mostChannels = 10_000;

const most = wholeNumber(1, 1_000_000);
const anObject = [isPlainObject, "must be a plain object"] as const;

export const channelRules = {
  maxChannels: most,
  maxSubscriptions: most,
  limits: anObject,
  labels: anObject,
  history: anObject,
  wire: { message: aFunction, notice: aFunction },
} as const;
