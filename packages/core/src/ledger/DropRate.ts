/** The share of offered messages that slowness lost, over a connection's life and over a recent window. */
import type { Health } from "@sluice/machines";
import { atMost, type Problem } from "../problems/Problem.js";
import { aCount, type Shapes, someMillis } from "../problems/Rules.js";

/** Rates from here on are degraded. */
export const degradedAt = 0.1;
/** Rates above here are unhealthy. */
export const unhealthyAbove = 0.3;

/**
 * The health of a drop rate: under 10 % healthy, to 30 % degraded, over it unhealthy.
 *
 * @example
 * ```ts
 * import { healthOf } from "@sluice/core";
 *
 * healthOf(0.1); // => "degraded"
 * ```
 */
export function healthOf(dropRate: number): Health {
  if (dropRate > unhealthyAbove) return "unhealthy";
  return dropRate >= degradedAt ? "degraded" : "healthy";
}

/** Lost as a share of offered; 0 when nothing was offered. */
export function dropRate(lost: number, offered: number): number {
  return offered === 0 ? 0 : lost / offered;
}

/** What had been lost to slowness, refused as a mistake of the sender's, and offered up to a moment. */
export interface RecentMark {
  readonly lost: number;
  readonly tooLarge: number;
  readonly crowded: number;
  readonly offered: number;
}

/** The window of the recent drop rate. */
export interface RecentSnapshot {
  readonly older: RecentMark;
  readonly newer: RecentMark;
  /** Milliseconds since it was moved on. */
  readonly movedMillisAgo: number;
}

/** Nothing has been counted. */
const start: RecentMark = { lost: 0, tooLarge: 0, crowded: 0, offered: 0 };

/**
 * What was recently lost, without a cost per message: two marks in the counts, moved on by half a window at a
 * time. It covers at least the last half of the window and, while `advance` is called in time, at most all of it.
 */
export class RecentDropRate {
  #older: RecentMark;
  #newer: RecentMark;
  #movedMillis: number;
  readonly #halfMillis: number;

  /** `counts` is what had been counted before it. */
  constructor(windowMillis: number, nowMillis: number, counts = start) {
    this.#halfMillis = windowMillis / 2;
    this.#movedMillis = nowMillis;
    this.#older = counts;
    this.#newer = counts;
  }

  /** Whether nothing was offered in it. */
  isQuiet({ offered }: RecentMark): boolean {
    return this.#older.offered === offered;
  }

  /** Whether the window is to be moved on. */
  isDue(nowMillis: number): boolean {
    return nowMillis - this.#movedMillis >= this.#halfMillis;
  }

  /** Moves the window on to `nowMillis`, if it is due. */
  advance(nowMillis: number, counts: RecentMark): void {
    if (!this.isDue(nowMillis)) return;
    this.#older = this.#newer;
    this.#newer = counts;
    this.#movedMillis = nowMillis;
  }

  /**
   * The shares of what was offered since the older mark, 0 to 1: what is lost now may have been offered before it,
   * so there can be more of it.
   */
  rates(counts: RecentMark): RecentRates {
    return {
      lost: this.rate("lost", counts),
      tooLarge: this.rate("tooLarge", counts),
      crowded: this.rate("crowded", counts),
    };
  }

  /** The share that was lost, if so many have been lost and offered in all. */
  lost(lost: number, offered: number): number {
    return Math.min(1, dropRate(lost - this.#older.lost, offered - this.#older.offered));
  }

  /** One of them. */
  rate(of: keyof RecentRates, counts: RecentMark): number {
    const older = this.#older;
    return Math.min(1, dropRate(counts[of] - older[of], counts.offered - older.offered));
  }

  snapshot(nowMillis: number): RecentSnapshot {
    return {
      older: { ...this.#older },
      newer: { ...this.#newer },
      movedMillisAgo: nowMillis - this.#movedMillis,
    };
  }

  /** Goes on from a snapshot: its window was last moved so long before `nowMillis`. */
  restore({ older, newer, movedMillisAgo }: RecentSnapshot, nowMillis: number): void {
    this.#older = older;
    this.#newer = newer;
    this.#movedMillis = nowMillis - movedMillisAgo;
  }
}

/** Shares of what was recently offered, 0 to 1. */
export interface RecentRates {
  /** Lost because the client is slow. */
  readonly lost: number;
  /** Refused because a message was larger than the outbox. */
  readonly tooLarge: number;
  /** Refused because too many senders were waiting. */
  readonly crowded: number;
}

const mark: Shapes = { lost: aCount, tooLarge: aCount, crowded: aCount, offered: aCount };

/** The form of a window from outside. */
export const recentShape: Shapes = { older: mark, newer: mark, movedMillisAgo: someMillis };

/** Its marks were taken one after another, the newest when no more than `offered` messages had been. */
export function* recentProblems(
  { older, newer }: RecentSnapshot,
  offered: number,
): Generator<Problem> {
  for (const count of ["lost", "tooLarge", "crowded", "offered"] as const) {
    const newest = `recent.newer.${count}`;
    yield* atMost(`recent.older.${count}`, older[count], newest, newer[count]);
    yield* atMost(newest, newer[count], "recent.newer.offered", newer.offered);
  }
  yield* atMost("recent.newer.offered", newer.offered, "offered.messages", offered);
}
