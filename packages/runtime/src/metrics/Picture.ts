/** The connections of a registry as a scrape finds them: those that are there, and sums that have those that have gone. */
import type { ConnectionState, Health, Recommendation, Volume } from "@sluice/core";
import { ladder } from "@sluice/machines";
import type { ConnectionStatistics, ReceiptStatus } from "../actor/ReceiptStatistics.js";
import type { AnyConnection } from "../hub/Registry.js";
import { Totals } from "./Totals.js";

/** A connection that has closed is in no registry. */
export const openStates = [...ladder, "closing"] as const;
export const advice = ["ok", "throttle", "pause", "warning", "disconnect"] as const;

export const receiptStatuses = ["off", "awaited", "answered", "unanswered"] as const;

/** What is asked of a connection. */
export type Pictured = Pick<AnyConnection, "configuration" | "look" | "stats">;

export class Picture {
  readonly states: Record<ConnectionState, number> = {
    normal: 0,
    throttled: 0,
    paused: 0,
    dropping: 0,
    closing: 0,
    closed: 0,
  };
  readonly healths: Record<Health, number> = { healthy: 0, degraded: 0, unhealthy: 0 };
  readonly advice: Record<Recommendation["action"], number> = {
    ok: 0,
    throttle: 0,
    pause: 0,
    warning: 0,
    disconnect: 0,
  };
  readonly receipts: Record<ReceiptStatus, number> = {
    off: 0,
    awaited: 0,
    answered: 0,
    unanswered: 0,
  };
  /** Sent to those that are there, and not known to have been received. */
  readonly inFlight: { -readonly [K in keyof Volume]: number } = { messages: 0, bytes: 0 };
  /** Of connections that are there and those that have gone. */
  readonly totals = new Totals();
  /** What the outboxes of those that are there may hold. */
  readonly capacity: { -readonly [K in keyof Volume]: number } = { messages: 0, bytes: 0 };

  /** Begins with the sums of those that have gone. */
  constructor(gone: Totals) {
    this.totals.include(gone);
  }

  /** Adds one that has gone since. */
  addGone(statistics: ConnectionStatistics): void {
    this.totals.add(statistics);
  }

  /** Adds one that is there, as it is now. */
  add(connection: Pictured): void {
    const { statistics, recommendation } = connection.look();
    const { maxMessages, maxBytes } = connection.configuration;
    this.totals.add(statistics);
    this.states[statistics.state]++;
    this.healths[statistics.health]++;
    this.advice[recommendation.action]++;
    this.capacity.messages += maxMessages;
    this.capacity.bytes += maxBytes;
    this.receipts[statistics.receipts.status]++;
    this.inFlight.messages += statistics.receipts.inFlight?.messages ?? 0;
    this.inFlight.bytes += statistics.receipts.inFlight?.bytes ?? 0;
  }
}
