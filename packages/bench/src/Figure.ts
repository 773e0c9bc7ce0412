/**
 * A figure: what a benchmark found, as data. It has medians over paired rounds: in each round everyone is measured once,
 * one after the other, so that a ratio is of two values of the same round.
 */
import { spread } from "./Spread.js";

export interface Figure {
  readonly id: string;
  readonly unit: string;
  readonly ours: number;
  /** What the same is elsewhere, by name. */
  readonly peers: Readonly<Record<string, number>>;
  /** Ours over theirs, by the name of the peer. */
  readonly ratio: Readonly<Record<string, number>>;
  /** In words, such as `≥ 1.10 of corked`; null for what is only reported. */
  readonly target: string | null;
  readonly met: boolean | null;
  /** Paired rounds. */
  readonly runs: number;
  /** Both ends of what is judged: of the ratio to the peer of the first goal, or of ours. */
  readonly spread: { readonly min: number; readonly max: number };
}

/** Of what the median is to be: ours, or ours over that of a peer. */
export type Goal = ({ readonly atLeast: number } | { readonly atMost: number }) & {
  readonly of?: string;
};

/** What was measured, by round. */
export interface Rounds {
  readonly id: string;
  readonly unit: string;
  readonly ours: ReadonlyArray<number>;
  readonly peers?: Readonly<Record<string, ReadonlyArray<number>>>;
  /** All are to be reached. */
  readonly goals?: ReadonlyArray<Goal>;
}

export function figure({ id, unit, ours, peers = {}, goals = [] }: Rounds): Figure {
  const ratios = mapped(peers, (theirs) =>
    spread(ours.map((value, round) => value / (theirs[round] as number))),
  );
  const own = spread(ours);
  const judged = ({ of }: Goal) => {
    const found = of === undefined ? own : ratios[of];
    if (found === undefined) throw new Error(`${id} has a goal against ${of}, which is no peer`);
    return found;
  };
  const [first] = goals;
  const { min, max } = first === undefined ? own : judged(first);
  return {
    id,
    unit,
    ours: own.median,
    peers: mapped(peers, (theirs) => spread(theirs).median),
    ratio: mapped(ratios, ({ median }) => median),
    target: first === undefined ? null : goals.map((goal) => words(goal, unit)).join(", "),
    met:
      first === undefined
        ? null
        : goals.every((goal) =>
            "atLeast" in goal
              ? judged(goal).median >= goal.atLeast
              : judged(goal).median <= goal.atMost,
          ),
    runs: ours.length,
    spread: { min, max },
  };
}

function words(goal: Goal, unit: string): string {
  const [sign, limit] = "atLeast" in goal ? ["≥", goal.atLeast] : ["≤", goal.atMost];
  return goal.of === undefined
    ? `${sign} ${limit.toLocaleString("en")} ${unit}`
    : `${sign} ${limit.toFixed(2)} of ${goal.of}`;
}

function mapped<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A) => B,
): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
