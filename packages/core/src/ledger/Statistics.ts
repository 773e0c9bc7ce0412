/** What a connection counts, as others get to see it. */
import type { ConnectionState, Health } from "@sluice/machines";
import type { DropReason, RejectReason } from "../fate.js";
import { total, type Volume } from "./Volume.js";

/**
 * A connection at a moment. Counts are since its start and never decrease.
 *
 * Conservation: `offered` = `delivered` + all of `dropped` + all of `rejected` + `buffered` + `waiting`, in
 * messages and in bytes.
 */
export interface Statistics {
  readonly state: ConnectionState;
  readonly health: Health;
  /** The larger of messages and bytes as a share of their limits, 0 to 1. */
  readonly fill: number;
  /** What a sender that comes now has to wait at the most, in milliseconds. */
  readonly delayMillis: number;
  readonly offered: Volume;
  /** Taken into the outbox. */
  readonly enqueued: Volume;
  /** Accepted by the transport. */
  readonly delivered: Volume;
  /** Taken, and then not delivered. */
  readonly dropped: Readonly<Record<DropReason, Volume>>;
  /** Not taken. */
  readonly rejected: Readonly<Record<RejectReason, Volume>>;
  /** In the outbox. */
  readonly buffered: Volume;
  /** With senders that wait. */
  readonly waiting: Volume;
  /** The most that was in the outbox. */
  readonly peak: Volume;
  /** The most that was with senders that waited. */
  readonly peakWaiting: Volume;
  readonly throttleEvents: number;
  readonly pauseEvents: number;
  /** Time in paused and dropping, in milliseconds. */
  readonly pausedMillis: number;
  /** Lost because the client is slow, as a share of offered, 0 to 1: see `isSlowness` of `drops`. */
  readonly dropRate: { readonly lifetime: number; readonly recent: number };
}

/** What its client lacks: dropped or rejected, but for what a newer message of its key stands for. */
export function lost({ dropped, rejected }: Pick<Statistics, "dropped" | "rejected">): Volume {
  const { conflated, ...others } = dropped;
  return total({ dropped: total(others), rejected: total(rejected) });
}

/** What conservation leaves over: both are 0, or the ledger does not balance. */
export function imbalance(statistics: Statistics): Volume {
  const { offered, delivered, dropped, rejected, buffered, waiting } = statistics;
  const known = total({
    delivered,
    dropped: total(dropped),
    rejected: total(rejected),
    buffered,
    waiting,
  });
  return { messages: offered.messages - known.messages, bytes: offered.bytes - known.bytes };
}
