/** The share of offered messages that policy lost, over a connection's life and over a recent window. */
import type { Health } from "@sluice/machines";
import type { RecentSnapshot } from "./OutboxSnapshot.js";

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

/**
 * The recent rate without a cost per message: two marks in the counts, moved on by half a window at a time.
 * It covers at least the last half of the window and, while `advance` is called in time, at most all of it.
 */
export class RecentDropRate {
  #older = { lost: 0, offered: 0 };
  #newer = { lost: 0, offered: 0 };
  #movedMillis: number;
  readonly #halfMillis: number;

  constructor(windowMillis: number, nowMillis: number) {
    this.#halfMillis = windowMillis / 2;
    this.#movedMillis = nowMillis;
  }

  /** Moves the window on to `nowMillis`. */
  advance(nowMillis: number, lost: number, offered: number): void {
    if (nowMillis - this.#movedMillis < this.#halfMillis) return;
    this.#older = this.#newer;
    this.#newer = { lost, offered };
    this.#movedMillis = nowMillis;
  }

  /**
   * The rate since the older mark, 0 to 1: what is lost now may have been offered before it, so there can be
   * more of it.
   */
  rate(lost: number, offered: number): number {
    const rate = dropRate(lost - this.#older.lost, offered - this.#older.offered);
    return Math.min(1, rate);
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
