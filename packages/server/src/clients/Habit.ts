/** How a demonstration client behaves. */
import { type OverflowStrategy, overflowStrategies } from "@sluice/core";

export interface Habit {
  readonly name: string;
  /** Where it connects to. */
  readonly path: string;
  /** Bytes it reads in a second; 0 is a client that stops reading, Infinity one that keeps up. */
  readonly bytesPerSecond: number;
  /** The query that it asks again and again; on `/query` only. */
  readonly sql?: string;
}

const everything = "select * from flights";

/** Fast, slow, very slow and stalled, on both routes and under every strategy. */
export const habits: ReadonlyArray<Habit> = [
  feedHabit("feed-fast", "drop-oldest", Number.POSITIVE_INFINITY),
  feedHabit("feed-slow", "drop-oldest", 200_000),
  feedHabit("feed-very-slow", "drop-newest", 20_000),
  feedHabit("feed-stalled", "drop-all", 0),
  feedHabit("feed-stalled-block", "block", 0),
  feedHabit("feed-impatient", "disconnect", 0),
  query("query-fast", `${everything} limit 50000`, Number.POSITIVE_INFINITY),
  query("query-slow", everything, 1_000_000),
  query("query-very-slow", everything, 100_000),
  query("query-stalled", everything, 0),
];

/** A client that hears the feed under a strategy. */
export function feedHabit(name: string, strategy: OverflowStrategy, bytesPerSecond: number): Habit {
  return { name, path: `/feed?policy=${strategy}`, bytesPerSecond };
}

/** The strategy that a path asks for; undefined where there is no choice. */
export function strategyOf(path: string): OverflowStrategy | undefined {
  return overflowStrategies.find((strategy) => path === `/feed?policy=${strategy}`);
}

function query(name: string, sql: string, bytesPerSecond: number): Habit {
  return { name, path: "/query", bytesPerSecond, sql };
}
