/** How much is tried for each check, and how little is too little. */

export interface Budget {
  /** Traces for each check. */
  readonly runs: number;
  /** With fewer traces than these a check is inconclusive, however green. */
  readonly minRuns: number;
  /**
   * Time for each check, in milliseconds; what is running then is finished. A limit for what is stuck: with one
   * that is met on idle cores a verdict depends on how busy they are.
   */
  readonly millis: number;
}

/** For a test suite: about a tenth of a second for each check of the core. */
export const quick: Budget = { runs: 100, minRuns: 50, millis: 60_000 };

/** For a nightly run, or a release. */
export const thorough: Budget = { runs: 1_000, minRuns: 500, millis: 600_000 };
