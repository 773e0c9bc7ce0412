/** What was published on a channel, for whoever comes back to it. */
import type { Frame } from "../adapter/Frame.js";

/** A message with its place in the order of its channel. */
export interface Kept {
  readonly position: number;
  /** As it goes over the wire, its position in it. */
  readonly frame: Frame;
}

/** How much is to be read at a time. */
export interface ReadLimits {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

/** What a client that left is to be given from, in positions: 1, 2, 3 and so on, of one epoch. */
export interface Past {
  /** Names this order of positions, and no other, ever. */
  readonly epoch: string;
  /** The oldest that can be had; one more than the latest if there is none. */
  readonly first: number;
  /** The latest that those were given who are subscribed; 0 if there was none. What comes later comes to them live. */
  readonly last: number;
  /**
   * What is after a position, in order and without holes, up to the latest. So much at the most, but one message if there
   * is any, however large.
   */
  read(after: number, limits: ReadLimits): ReadonlyArray<Kept> | Promise<ReadonlyArray<Kept>>;
  /**
   * Where others may be further than this one: resolves when it is where a place can be judged. Undefined when it is, as
   * it always is without this.
   */
  reach?(place: Place | undefined): Promise<void> | undefined;
}

/**
 * Why something can no longer be had. It was `trimmed`, to keep the bounds of the history. It is `too-large` for the outbox
 * of its connection. Or the position is none of this `epoch`: it was given by a server that has gone, or by nobody; then
 * what came after it in its own epoch is not known.
 */
export type GapReason = "trimmed" | "epoch" | "too-large";

/** Positions that a client will not get, both ends included. There are none, and `first` is more than `last`, if `count` is 0. */
export interface Gap {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly reason: GapReason;
}

/** What a bus has of an ordered channel. Its frames are as they were published. */
export interface BusPast extends Past {
  read(after: number, limits: ReadLimits): Promise<ReadonlyArray<Kept>>;
}

/** A place in the order of a channel: that of a message, or of the latest that a client has had. */
export interface Place {
  /** What the positions are of: another epoch has other ones. */
  readonly epoch: string;
  /** A whole number from 1; 0 is before the first. */
  readonly position: number;
}

/** What has gone for good of what comes after a place; undefined if nothing has. */
export function missing({ epoch, position }: Place, past: Past): Gap | undefined {
  const isKnown = epoch === past.epoch && position <= past.last;
  if (isKnown && position + 1 >= past.first) return undefined;
  const first = isKnown ? position + 1 : 1;
  return {
    first,
    last: past.first - 1,
    count: past.first - first,
    reason: isKnown ? "trimmed" : "epoch",
  };
}
