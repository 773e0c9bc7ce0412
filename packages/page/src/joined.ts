/** What several threads tell, as if one had: sums, rows one after another, and the latest first. */

import { maxDepartures, everyMillis as pastEveryMillis } from "./Past.js";
import type {
  Advice,
  Columns,
  Departure,
  LoopDelay,
  Loss,
  PastPoint,
  Snapshot,
  Totals,
  Vitals,
} from "./Protocol.js";
import { maxRows } from "./Snapshot.js";

/** At least one of them; as of now. */
export function joinedSnapshot(all: ReadonlyArray<Snapshot>): Snapshot {
  const [first] = all as [Snapshot];
  const rows = rowsOf(all);
  return {
    type: "snapshot",
    atMillis: Math.round(performance.now()),
    counts: first.counts.map((_, state) => sum(all, ({ counts }) => counts[state] ?? 0)),
    crossings: all.flatMap(({ crossings }) => crossings),
    totals: totalsOf(all.map(({ totals }) => totals)),
    vitals: vitalsOf(all.map(({ vitals }) => vitals)),
    ...rows,
  };
}

/** The latest first. */
export function joinedDepartures(
  all: ReadonlyArray<ReadonlyArray<Departure>>,
): ReadonlyArray<Departure> {
  return all
    .flat()
    .sort((one, other) => other.atEpochMillis - one.atEpochMillis)
    .slice(0, maxDepartures);
}

/** Each tells every five seconds: the last of each is taken for the last of all. The clock is that of this thread. */
export function joinedPast(all: ReadonlyArray<ReadonlyArray<PastPoint>>): ReadonlyArray<PastPoint> {
  const length = Math.max(0, ...all.map((one) => one.length));
  const nowMillis = Math.round(performance.now());
  return Array.from({ length }, (_, index) => {
    const fromEnd = length - index;
    const same = all.flatMap((one) => one[one.length - fromEnd] ?? []);
    return pastPoint(nowMillis - (fromEnd - 1) * pastEveryMillis, same);
  });
}

function pastPoint(atMillis: number, all: ReadonlyArray<PastPoint>): PastPoint {
  const known = (read: (one: PastPoint) => number | null) => {
    const values = all.map(read);
    return values.includes(null) ? null : sum(values, (one) => one ?? 0);
  };
  const delays = all.flatMap(({ loopDelayMillis }) => loopDelayMillis ?? []);
  return {
    atMillis,
    offeredPerSecond: known((one) => one.offeredPerSecond),
    deliveredPerSecond: known((one) => one.deliveredPerSecond),
    lostPerSecond: known((one) => one.lostPerSecond),
    rssBytes: Math.max(...all.map(({ rssBytes }) => rssBytes)),
    bufferedBytes: known((one) => one.bufferedBytes),
    loopDelayMillis: delays.length === 0 ? null : worst(delays),
  };
}

function rowsOf(all: ReadonlyArray<Snapshot>): Pick<Snapshot, "columns" | "losses" | "advice"> {
  const advice: Array<Advice> = [];
  const losses: Array<Loss> = [];
  const columns: Record<string, Array<unknown>> = {};
  let before = 0;
  for (const one of all) {
    const room = maxRows - before;
    for (const [name, values] of Object.entries(one.columns)) {
      const kept: ReadonlyArray<unknown> = values.slice(0, room);
      const column = columns[name] ?? [];
      columns[name] = column;
      for (const value of kept) {
        column.push(name === "advice" ? (value as number) + advice.length : value);
      }
    }
    for (const [row, reason, messages] of one.losses) {
      if (row < room) losses.push([row + before, reason, messages]);
    }
    advice.push(...one.advice);
    before += Math.min(room, one.columns.id.length);
  }
  return { advice, losses, columns: columns as unknown as Columns };
}

function totalsOf(all: ReadonlyArray<Totals>): Totals {
  return {
    offered: sum(all, ({ offered }) => offered),
    delivered: sum(all, ({ delivered }) => delivered),
    deliveredBytes: sum(all, ({ deliveredBytes }) => deliveredBytes),
    lost: sum(all, ({ lost }) => lost),
    buffered: sum(all, ({ buffered }) => buffered),
    bufferedBytes: sum(all, ({ bufferedBytes }) => bufferedBytes),
  };
}

/** Memory is of the process; each thread has an event loop. */
function vitalsOf(all: ReadonlyArray<Vitals>): Vitals {
  return {
    rssBytes: Math.max(...all.map(({ rssBytes }) => rssBytes)),
    loopDelayMillis: worst(all.map(({ loopDelayMillis }) => loopDelayMillis)),
  };
}

function worst(all: ReadonlyArray<LoopDelay>): LoopDelay {
  return {
    median: Math.max(...all.map(({ median }) => median)),
    p99: Math.max(...all.map(({ p99 }) => p99)),
    max: Math.max(...all.map(({ max }) => max)),
  };
}

function sum<T>(all: ReadonlyArray<T>, read: (one: T) => number): number {
  return all.reduce((total, one) => total + read(one), 0);
}
