/** What one way of looking has found out about one rule. */

/** The ways of looking, in the order of the table's columns. */
export const ways = ["exhaustive", "random", "socket", "mutants", "tests"] as const;

export type Way = (typeof ways)[number];

export interface Evidence {
  readonly rule: string;
  readonly way: Way;
  /** Edges, traces, wrong implementations or tests. */
  readonly count: number;
  /** Each of them the whole story. */
  readonly failures: ReadonlyArray<string>;
}
