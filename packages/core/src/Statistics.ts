/** What a connection counts, and the picture of it that others get. */
import type { ConnectionState, Health } from "@sluice/machines";
import type { DropReason, RejectReason } from "./OfferResult.js";

/** An amount of messages and of their bytes. */
export interface Volume {
  readonly messages: number;
  readonly bytes: number;
}

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
  readonly peak: Volume;
  readonly throttleEvents: number;
  readonly pauseEvents: number;
  /** Time in paused and dropping, in milliseconds. */
  readonly pausedMillis: number;
  /** Lost by policy as a share of offered, 0 to 1. */
  readonly dropRate: { readonly lifetime: number; readonly recent: number };
}

/** A volume that grows. */
export class Tally implements Volume {
  messages = 0;
  bytes = 0;

  restore({ messages, bytes }: Volume): void {
    this.messages = messages;
    this.bytes = bytes;
  }

  add(bytes: number): void {
    this.messages++;
    this.bytes += bytes;
  }

  snapshot(): Volume {
    return { messages: this.messages, bytes: this.bytes };
  }
}

/** What never reached the transport, by reason. Made when the first message is lost. */
export class Losses {
  readonly dropped: Readonly<Record<DropReason, Tally>> = {
    evicted: new Tally(),
    cleared: new Tally(),
    closed: new Tally(),
  };
  readonly rejected: Readonly<Record<RejectReason, Tally>> = {
    full: new Tally(),
    timeout: new Tally(),
    "too-large": new Tally(),
    waiters: new Tally(),
    interrupted: new Tally(),
    "slow-consumer": new Tally(),
    closed: new Tally(),
  };

  /** Messages lost by policy: not those that closing or interruption took. */
  get byPolicy(): number {
    const { evicted, cleared } = this.dropped;
    const { full, timeout, "too-large": tooLarge, waiters, "slow-consumer": slow } = this.rejected;
    const dropped = evicted.messages + cleared.messages;
    return (
      dropped +
      full.messages +
      timeout.messages +
      tooLarge.messages +
      waiters.messages +
      slow.messages
    );
  }
}

/** Losses that have been counted before. */
export function restoreLosses({
  dropped,
  rejected,
}: Pick<Statistics, "dropped" | "rejected">): Losses {
  if (total(dropped).messages + total(rejected).messages === 0) return noLosses;
  const losses = new Losses();
  for (const reason of keys(dropped)) losses.dropped[reason].restore(dropped[reason]);
  for (const reason of keys(rejected)) losses.rejected[reason].restore(rejected[reason]);
  return losses;
}

/** The losses of a connection that has lost nothing. */
export const noLosses: Losses = new Losses();

/** A picture of tallies that no longer changes. */
export function volumes<K extends string>(
  tallies: Readonly<Record<K, Tally>>,
): Readonly<Record<K, Volume>> {
  const pictures = {} as Record<K, Volume>;
  for (const reason of keys(tallies)) {
    pictures[reason] = tallies[reason].snapshot();
  }
  return pictures;
}

/** The sum of volumes: `total(statistics.dropped).messages`. */
export function total(volumes: Readonly<Record<string, Volume>>): Volume {
  let messages = 0;
  let bytes = 0;
  for (const volume of Object.values(volumes)) {
    messages += volume.messages;
    bytes += volume.bytes;
  }
  return { messages, bytes };
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

function keys<K extends string>(record: Readonly<Record<K, unknown>>): ReadonlyArray<K> {
  return Object.keys(record) as Array<K>;
}
