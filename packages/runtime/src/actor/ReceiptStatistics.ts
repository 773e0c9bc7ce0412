/** What is known of what a client has received, as others get to see it. */
import type { LaneName, Statistics, Volume, Window } from "@sluice/core";

/**
 * What becomes of the pings that ask a client what it has received: none are sent (`off`); it has not answered yet
 * (`awaited`), for `stallTimeoutMillis` and more (`unanswered`); or it has (`answered`). Only who has answered has a window.
 */
export type ReceiptStatus = "off" | "awaited" | "answered" | "unanswered";

/** Receipts of a connection at a moment. */
export interface ReceiptStatistics {
  readonly status: ReceiptStatus;
  /** What the client has certainly received: all that was handed over before a ping that it answered. */
  readonly acknowledged: Volume;
  /** Handed over and not acknowledged: on its way, or not asked for yet. Null while the client has never answered. */
  readonly inFlight: Volume | null;
  /** What may be in flight at the most, in bytes, but for one message; null where nothing is kept back. */
  readonly windowBytes: number | null;
  /** From a ping to its answer, what the client had to read before it included; null before the first. */
  readonly roundTripMillis: { readonly latest: number; readonly smallest: number } | null;
  /** How long the oldest ping has waited for its answer, in milliseconds: what was before it is older. */
  readonly oldestMillis: number;
}

/** What is on its way to a client, and what has arrived. */
interface Sent {
  readonly acknowledged: Volume;
  readonly inFlight: Volume;
}

/** Only who has answered has a window, and is known to have anything on its way. */
export function receiptStatistics(
  status: ReceiptStatus,
  { acknowledged, inFlight }: Sent,
  { bytes, latestMillis, smallestMillis }: Window,
  oldestMillis: number,
): ReceiptStatistics {
  const hasAnswered = status === "answered";
  return {
    status,
    acknowledged,
    inFlight: hasAnswered ? inFlight : null,
    windowBytes: hasAnswered && bytes < Number.POSITIVE_INFINITY ? bytes : null,
    roundTripMillis:
      latestMillis === undefined
        ? null
        : { latest: latestMillis, smallest: Math.min(smallestMillis, latestMillis) },
    oldestMillis,
  };
}

/** A connection at a moment: what is counted of its messages, and what of them is known to have arrived. */
export interface ConnectionStatistics extends Statistics {
  readonly receipts: ReceiptStatistics;
  /** What of `buffered` is in lanes besides its own outbox. */
  readonly lanes: Readonly<Record<LaneName, Volume>>;
  /** How many keys have a message that waits. */
  readonly keys: number;
}

const nothing: Volume = { messages: 0, bytes: 0 };

/** Of one of which nothing waits in lanes. */
export const noLanes: ConnectionStatistics["lanes"] = { control: nothing, bulk: nothing };
