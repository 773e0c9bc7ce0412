/** What a tally says of one strategy, or of one class of clients under it: shares and ages, as numbers to print. */
import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { type OverflowStrategy, overflowStrategies } from "@sluice/core";
import { ticksPerMilli } from "./feed.js";
import { add, type Counts, noCounts, type Tally } from "./Tally.js";

export interface Outcome {
  readonly strategy: OverflowStrategy;
  /** The name of a class, or `all`. */
  readonly name: string;
  readonly counts: Counts;
  /** Of what was made, the share that no client will get: dropped, rejected, or skipped by a producer that waited. */
  readonly lost: number;
  /** Age at the client in milliseconds, not a number where nothing has arrived in the second half. */
  readonly age: Age;
}

interface Age {
  readonly p50: number;
  readonly p99: number;
}

/** Of everyone under each strategy. */
export const byStrategy = (tally: Tally): ReadonlyArray<Outcome> =>
  overflowStrategies.map((strategy) =>
    outcome(
      tally,
      strategy,
      "all",
      tally.classes.map((_, kind) => tally.cellOf({ strategy, kind })),
    ),
  );

/** Of each class under each strategy. */
export const byClass = (tally: Tally): ReadonlyArray<Outcome> =>
  overflowStrategies.flatMap((strategy) =>
    tally.classes.map(({ name }, kind) =>
      outcome(tally, strategy, name, [tally.cellOf({ strategy, kind })]),
    ),
  );

/** Ages at shares of what has arrived, in milliseconds. */
export function agesOf(
  tally: Tally,
  strategies: ReadonlyArray<OverflowStrategy>,
  shares: ReadonlyArray<number>,
): ReadonlyArray<number> {
  const cells = strategies.flatMap((strategy) =>
    tally.classes.map((_, kind) => tally.cellOf({ strategy, kind })),
  );
  const ages = merged(tally, cells);
  return shares.map((share) => ages.percentile(share * 100) / ticksPerMilli);
}

function outcome(
  tally: Tally,
  strategy: OverflowStrategy,
  name: string,
  cells: ReadonlyArray<number>,
): Outcome {
  const counts = noCounts();
  for (const cell of cells) add(counts, tally.counts[cell] as Counts);
  const ages = merged(tally, cells);
  const at = (percent: number) =>
    ages.count === 0 ? Number.NaN : ages.percentile(percent) / ticksPerMilli;
  const made = counts.offered + counts.skipped;
  const lost = (counts.dropped + counts.rejected + counts.skipped) / made;
  return { strategy, name, counts, lost, age: { p50: at(50), p99: at(99) } };
}

function merged(tally: Tally, cells: ReadonlyArray<number>): RecordableHistogram {
  const ages = createHistogram({ lowest: 1, highest: Number.MAX_SAFE_INTEGER, figures: 3 });
  for (const cell of cells) ages.add(tally.ages[cell] as RecordableHistogram);
  return ages;
}
