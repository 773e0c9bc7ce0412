/** How a demonstration client behaves. */

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
  feed("feed-fast", "drop-oldest", Number.POSITIVE_INFINITY),
  feed("feed-slow", "drop-oldest", 200_000),
  feed("feed-very-slow", "drop-newest", 20_000),
  feed("feed-stalled", "drop-all", 0),
  feed("feed-stalled-block", "block", 0),
  feed("feed-impatient", "disconnect", 0),
  query("query-fast", `${everything} limit 50000`, Number.POSITIVE_INFINITY),
  query("query-slow", everything, 1_000_000),
  query("query-very-slow", everything, 100_000),
  query("query-stalled", everything, 0),
];

function feed(name: string, policy: string, bytesPerSecond: number): Habit {
  return { name, path: `/feed?policy=${policy}`, bytesPerSecond };
}

function query(name: string, sql: string, bytesPerSecond: number): Habit {
  return { name, path: "/query", bytesPerSecond, sql };
}
