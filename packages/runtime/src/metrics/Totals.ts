/** Statistics of several connections, added up. */
import {
  type DropReason,
  dropReasons,
  type LaneName,
  laneNames,
  type RejectReason,
  rejectReasons,
  type Statistics,
  type Volume,
} from "@sluice/core";
import type { ConnectionStatistics } from "../actor/ReceiptStatistics.js";

interface Sum {
  messages: number;
  bytes: number;
}

/** What a connection's statistics and a sum of them have in common. */
type Countable = Pick<
  Statistics,
  | "offered"
  | "delivered"
  | "dropped"
  | "rejected"
  | "buffered"
  | "waiting"
  | "throttleEvents"
  | "pauseEvents"
  | "pausedMillis"
> &
  Pick<ConnectionStatistics, "lanes" | "keys">;

export class Totals {
  connections = 0;
  readonly offered: Sum = none();
  readonly delivered: Sum = none();
  /** What clients have certainly received. */
  readonly acknowledged: Sum = none();
  readonly dropped: Readonly<Record<DropReason, Sum>> = byReason(dropReasons);
  readonly rejected: Readonly<Record<RejectReason, Sum>> = byReason(rejectReasons);
  readonly buffered: Sum = none();
  readonly waiting: Sum = none();
  throttleEvents = 0;
  pauseEvents = 0;
  pausedMillis = 0;
  /** What of `buffered` is in lanes. */
  readonly lanes: Readonly<Record<LaneName, Sum>> = { control: none(), bulk: none() };
  keys = 0;

  /** Adds one connection. */
  add(statistics: ConnectionStatistics): void {
    this.connections++;
    this.#increase(statistics, statistics.receipts.acknowledged);
  }

  /** Adds the connections of another sum. */
  include(totals: Totals): void {
    this.connections += totals.connections;
    this.#increase(totals, totals.acknowledged);
  }

  #increase(by: Countable, acknowledged: Volume): void {
    increase(this.offered, by.offered);
    increase(this.delivered, by.delivered);
    increase(this.acknowledged, acknowledged);
    increase(this.buffered, by.buffered);
    increase(this.waiting, by.waiting);
    for (const reason of dropReasons) increase(this.dropped[reason], by.dropped[reason]);
    for (const reason of rejectReasons) increase(this.rejected[reason], by.rejected[reason]);
    this.throttleEvents += by.throttleEvents;
    this.pauseEvents += by.pauseEvents;
    this.pausedMillis += by.pausedMillis;
    for (const lane of laneNames) increase(this.lanes[lane], by.lanes[lane]);
    this.keys += by.keys;
  }
}

function byReason<K extends string>(reasons: ReadonlyArray<K>): Readonly<Record<K, Sum>> {
  return Object.fromEntries(reasons.map((reason) => [reason, none()])) as Record<K, Sum>;
}

function none(): Sum {
  return { messages: 0, bytes: 0 };
}

function increase(sum: Sum, by: Volume): void {
  sum.messages += by.messages;
  sum.bytes += by.bytes;
}
