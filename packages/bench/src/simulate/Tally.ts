/** What became of messages, by strategy and class of client; tallies of parts add up to that of the whole. */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { overflowStrategies, type Statistics, total } from "@sluice/core";
import { feed, ticksPerMilli } from "./feed.js";
import type { Client, Mix } from "./mix.js";

/** Of the clients of one class under one strategy. Messages, unless it says otherwise. */
export interface Counts {
  connections: number;
  offered: number;
  delivered: number;
  /** Delivered, and at the client before the end. */
  arrived: number;
  dropped: number;
  rejected: number;
  /** In the outbox or with a waiting sender at the end. */
  left: number;
  /** Not made, because the sender of one before it was waiting. */
  skipped: number;
  /** Connections that the strategy has ended. */
  disconnected: number;
}

export class Tally {
  readonly classes: Mix;
  readonly counts: ReadonlyArray<Counts>;
  /** Of what has arrived in the second half, in parts of a millisecond. */
  readonly ages: ReadonlyArray<RecordableHistogram>;
  /** Bytes in outboxes, or in user space without them, in each second, by strategy. */
  readonly heldBytes: ReadonlyArray<Float64Array>;

  constructor(classes: Mix) {
    const cells = overflowStrategies.flatMap(() => classes);
    this.classes = classes;
    this.counts = cells.map(noCounts);
    this.ages = cells.map(() => createHistogram({ lowest: 1, highest: mostTicks, figures: 3 }));
    this.heldBytes = overflowStrategies.map(() => new Float64Array(feed.seconds + 2));
  }

  /** The place of a client's class under its strategy. */
  cellOf({ strategy, kind }: Pick<Client, "strategy" | "kind">): number {
    return overflowStrategies.indexOf(strategy) * this.classes.length + kind;
  }

  age(cell: number, ticks: number): void {
    this.ages[cell]?.record(Math.min(mostTicks, Math.max(1, Math.round(ticks))));
  }

  /** So many bytes are held for a connection at that time. */
  holds(cell: number, atMillis: number, bytes: number): void {
    const held = this.heldBytes[Math.floor(cell / this.classes.length)] as Float64Array;
    const second = Math.floor(atMillis / 1_000);
    held[second] = (held[second] ?? 0) + bytes;
  }

  /** A connection is over: its statistics, and what only its client knows. */
  ended(
    cell: number,
    statistics: Statistics,
    own: Pick<Counts, "arrived" | "skipped" | "disconnected">,
  ): void {
    const { offered, delivered, dropped, rejected, buffered, waiting } = statistics;
    add(this.counts[cell], {
      connections: 1,
      offered: offered.messages,
      delivered: delivered.messages,
      dropped: total(dropped).messages,
      rejected: total(rejected).messages,
      left: buffered.messages + waiting.messages,
      ...own,
    });
  }

  add(other: {
    readonly counts: ReadonlyArray<Counts>;
    readonly ages: ReadonlyArray<RecordableHistogram>;
    readonly heldBytes: ReadonlyArray<ArrayLike<number>>;
  }): void {
    for (const [cell, counts] of this.counts.entries()) {
      add(counts, other.counts[cell] as Counts);
      this.ages[cell]?.add(other.ages[cell] as RecordableHistogram);
    }
    for (const [strategy, held] of this.heldBytes.entries()) {
      for (let second = 0; second < held.length; second++) {
        held[second] = (held[second] ?? 0) + (other.heldBytes[strategy]?.[second] ?? 0);
      }
    }
  }
}

/** Longer than a run. */
const mostTicks = 1_000 * ticksPerMilli * feed.seconds * 10;

export function noCounts(): Counts {
  return {
    connections: 0,
    offered: 0,
    delivered: 0,
    arrived: 0,
    dropped: 0,
    rejected: 0,
    left: 0,
    skipped: 0,
    disconnected: 0,
  };
}

export function add(to: Counts | undefined, more: Counts): void {
  if (to === undefined) return;
  for (const name of Object.keys(to) as Array<keyof Counts>) to[name] += more[name];
}
