/**
 * What an outbox at rest has behind it. While nothing is in it and nothing of late, another that is made with it is the
 * same outbox: whoever has many that are quiet need not keep them.
 */
import type { Configuration } from "./configuration/Configuration.js";
import { delayMillis } from "./flow/Delay.js";
import { Ledger } from "./ledger/Ledger.js";
import type { Statistics } from "./ledger/Statistics.js";
import { total } from "./ledger/Volume.js";
import { WaitingLine } from "./line/WaitingLine.js";

export interface Past {
  readonly ledger: Ledger;
  /** An empty line, which knows how long it was. */
  readonly line: WaitingLine<never>;
  readonly throttleEvents: number;
  readonly pauseEvents: number;
  readonly pausedMillis: number;
}

const nothing = { messages: 0, bytes: 0 };

/** Behind an outbox that has never been used. */
const none: Past = {
  ledger: new Ledger(0),
  line: new WaitingLine<never>(),
  throttleEvents: 0,
  pauseEvents: 0,
  pausedMillis: 0,
};

/** What an outbox at rest shows, without the outbox: nothing is in it, nothing was of late, the rest is its past. */
export function statisticsAtRest(configuration: Configuration, past: Past = none): Statistics {
  const { throttleEvents, pauseEvents, pausedMillis } = past;
  const { offered, delivered, dropped, rejected, peak } = past.ledger.totals();
  return {
    state: "normal",
    health: "healthy",
    fill: 0,
    delayMillis: delayMillis(configuration, 0),
    offered,
    enqueued: total({ delivered, dropped: total(dropped) }),
    delivered,
    dropped,
    rejected,
    buffered: nothing,
    waiting: nothing,
    peak,
    peakWaiting: past.line.volumes.peakWaiting,
    throttleEvents,
    pauseEvents,
    pausedMillis,
    dropRate: { lifetime: past.ledger.dropRate(0).lifetime, recent: 0 },
  };
}
