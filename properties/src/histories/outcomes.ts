/** What became of every message of a history, and what can be seen of it: to hold one history against another. */
import { isDeepStrictEqual } from "node:util";
import { Breach } from "../Breach.js";
import { type Entry, type EntryOf, entriesOf, type History } from "../History.js";
import { endingFor } from "../Operation.js";
import { play } from "../Player.js";
import type { Trial } from "../Rule.js";

/** What became of a message, and when. */
export interface Outcome {
  readonly entry: Entry;
  readonly id: number;
  readonly millis: number;
  readonly became: string;
}

/**
 * What left, in order, and what every sender was told; nothing says in which order those are told that settle
 * at once, nor whether one is told before its message leaves.
 */
export function outcomes(history: History): ReadonlyArray<Outcome> {
  const left = entriesOf(history, "delivered").map((entry) => outcomeOf(entry, "delivered"));
  const told = entriesOf(history, "answered").map((entry) => {
    const { result } = entry;
    const isTaken = result._tag === "Accepted";
    return outcomeOf(entry, isTaken ? `taken, ${result.evicted} evicted` : result.reason);
  });
  return [...left, ...told.sort((a, b) => a.millis - b.millis || a.id - b.id)];
}

const outcomeOf = (entry: EntryOf<"delivered" | "answered">, became: string): Outcome => ({
  entry,
  id: entry.message.id,
  millis: entry.millis,
  became,
});

const inWords = (outcome: Outcome | undefined) =>
  outcome === undefined ? "nothing" : `${outcome.id} ${outcome.became} at ${outcome.millis} ms`;

/** Holds one history against what another says that it should be. */
export function compare(
  history: History,
  expected: ReadonlyArray<Outcome>,
  found: ReadonlyArray<Outcome>,
  isSame: (a: Outcome, b: Outcome) => boolean = (a, b) =>
    a.id === b.id && a.became === b.became && Math.abs(a.millis - b.millis) < 1e-6,
): void {
  for (let place = 0; place < Math.max(expected.length, found.length); place++) {
    const [should, is] = [expected[place], found[place]];
    if (should !== undefined && is !== undefined && isSame(should, is)) continue;
    const entry = is?.entry;
    throw new Breach(history, {
      ...(entry && { entry }),
      expected: inWords(should),
      found: inWords(is),
    });
  }
}

/** A check that plays the trace, and the same in another way, and finds the same outcomes. */
export function same(another: (trial: Trial, history: History) => Promise<History>) {
  return async (trial: Trial): Promise<History> => {
    const history = await toTheEnd(trial);
    const other = await another(trial, history);
    compare(other, outcomes(history), outcomes(other));
    return history;
  };
}

export const toTheEnd = ({ subject, options, trace }: Trial) =>
  play(subject, options, [...trace, ...endingFor(options)]);

interface Visible {
  readonly entry: Entry;
  readonly shown: Readonly<Record<string, unknown>>;
}

/** Holds what can be seen of a history against what another shows. */
export function sameToTheEye(history: History, other: History, hasHealth = true): void {
  const expected = visible(other, hasHealth);
  for (const [place, { entry, shown }] of visible(history, hasHealth).entries()) {
    const should = expected[place]?.shown;
    if (isDeepStrictEqual(shown, should)) continue;
    throw new Breach(history, {
      entry,
      expected: JSON.stringify(differing(should, shown)),
      found: JSON.stringify(differing(shown, should)),
    });
  }
}

/** What can be compared: how the system is after each operation, what left it, what its senders were told. */
function visible({ entries }: History, hasHealth: boolean): ReadonlyArray<Visible> {
  const parts = ["answered", "delivered", "moment"];
  const rank = (entry: Entry) => (entry.kind === "answered" ? entry.message.id : 0);
  return entries
    .filter((entry) => parts.includes(entry.kind))
    .filter((entry) => entry.kind !== "moment" || entry.where === "operation")
    .sort(
      (a, b) =>
        a.index - b.index || parts.indexOf(a.kind) - parts.indexOf(b.kind) || rank(a) - rank(b),
    )
    .map((entry) => {
      const { index, kind } = entry;
      const millis = Math.round(entry.millis * 1e3) / 1e3;
      if (entry.kind === "answered") {
        return { entry, shown: { index, kind, millis, id: entry.message.id, ...entry.result } };
      }
      if (entry.kind === "delivered") {
        return { entry, shown: { index, kind, millis, id: entry.message.id } };
      }
      const { stats } = entry as Extract<Entry, { kind: "moment" }>;
      const { health, dropRate, ...rest } = stats;
      const pausedMillis = Math.round(stats.pausedMillis * 1e3) / 1e3;
      const shown = { index, kind, millis, ...rest, pausedMillis };
      return { entry, shown: hasHealth ? { ...shown, health, dropRate } : shown };
    });
}

/** The fields in which one differs from another. */
function differing(
  one: Readonly<Record<string, unknown>> = {},
  other: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(one).filter(([field, value]) => !isDeepStrictEqual(value, other[field])),
  );
}
