/** What is left of an actor that had nothing to do for a while. One that is made with it goes on in its place. */
import {
  type Configuration,
  type Past,
  statisticsAtRest,
  type TopicGaps,
  type Volume,
  Window,
} from "@sluice/core";
import type { Ending } from "./Ending.js";
import {
  type ConnectionStatistics,
  noLanes,
  type ReceiptStatus,
  receiptStatistics,
} from "./ReceiptStatistics.js";

/** What is known of a client that has received everything. */
export interface ReceiptsAtRest {
  /** Of the latest mark; 0 while there was none. */
  readonly number: number;
  /** Whether the client is one that answers. */
  readonly hasAnswered: boolean;
  readonly secret: number;
  readonly window: Window;
}

export interface Rest extends ReceiptsAtRest, Past {
  /** Who waits for its end. */
  readonly ends: Ending | undefined;
  /** How many messages of each topic there have been, if that counts. */
  readonly gaps: TopicGaps | undefined;
}

/** Written out, it has the shape of all others, and takes no more memory than it must. */
export function restOf(
  past: Past,
  receipts: ReceiptsAtRest,
  ends: Ending | undefined,
  gaps: TopicGaps | undefined,
): Rest {
  const { ledger, line, throttleEvents, pauseEvents, pausedMillis } = past;
  const { number, hasAnswered, secret, window } = receipts;
  return {
    ledger,
    line,
    throttleEvents,
    pauseEvents,
    pausedMillis,
    number,
    hasAnswered,
    secret,
    window,
    ends,
    gaps,
  };
}

const nothing: Volume = { messages: 0, bytes: 0 };

/** The window of one that has been sent nothing; an answer that took -1 ms has not come. */
export function firstWindow({ windowBytes }: Configuration, answerMillis: number): Window {
  const window = new Window(windowBytes);
  const way = { acknowledgedBytes: 0, inFlight: 0, isHolding: false };
  if (answerMillis >= 0) window.received({ ...way, roundTripMillis: answerMillis }, 0);
  return window;
}

/** What is shown of a connection at rest: all that was sent to who has answered has arrived. */
export function restingStatistics(
  configuration: Configuration,
  past: Past | undefined,
  window: Window,
  status: ReceiptStatus,
): ConnectionStatistics {
  const statistics = statisticsAtRest(configuration, past);
  const acknowledged = status === "answered" ? statistics.delivered : nothing;
  const receipts = receiptStatistics(status, { acknowledged, inFlight: nothing }, window, 0);
  return Object.assign(statistics, { receipts, lanes: noLanes, keys: 0 });
}
