import { expect, test } from "vitest";
import { joinedDepartures, joinedPast, joinedSnapshot } from "../src/joined.js";
import type { Departure, PastPoint, Snapshot } from "../src/Protocol.js";

/** Of a thread with these connections, each of which has lost as many messages as its row has before it, and one. */
function snapshot(ids: ReadonlyArray<string>, rssBytes: number): Snapshot {
  const column = ids.map((_, row) => row);
  const names = ["strategy", "state", "health", "fill", "delayMillis", "enqueued", "delivered"];
  const others = ["deliveredBytes", "buffered", "bufferedBytes", "inFlightBytes", "windowBytes"];
  const columns = [...names, ...others, "roundTripMillis", "advice"].map((name) => [name, column]);
  return {
    type: "snapshot",
    atMillis: 1,
    counts: [ids.length, 1],
    crossings: [[0, 0, 1, ids.length]],
    totals: { offered: 6, delivered: 5, deliveredBytes: 4, lost: 3, buffered: 2, bufferedBytes: 1 },
    vitals: { rssBytes, loopDelayMillis: { median: rssBytes, p99: 2, max: 3 } },
    columns: {
      ...Object.fromEntries(columns),
      id: ids,
      route: ids.map(() => "/feed"),
      client: ids.map((id) => `client of ${id}`),
    } as unknown as Snapshot["columns"],
    losses: ids.map((_, row) => [row, "evicted", row + 1]),
    advice: ids.map((id) => ({ action: "ok", reason: id, suggestion: "" })),
  };
}

test("the snapshots of threads are one: sums, and rows with their own losses and advice", () => {
  const joined = joinedSnapshot([
    snapshot(["0.c1", "0.c2"], 5),
    snapshot([], 7),
    snapshot(["2.c1"], 6),
  ]);
  expect(joined.columns.id).toEqual(["0.c1", "0.c2", "2.c1"]);
  expect(joined.columns.client).toEqual(joined.columns.id.map((id) => `client of ${id}`));
  for (const [row, id] of joined.columns.id.entries()) {
    expect(joined.advice[joined.columns.advice[row] as number]?.reason).toBe(id);
  }
  expect(joined.losses).toEqual([
    [0, "evicted", 1],
    [1, "evicted", 2],
    [2, "evicted", 1],
  ]);
  expect(joined.counts).toEqual([3, 3]);
  expect(joined.crossings).toHaveLength(3);
  expect(joined.totals).toMatchObject({ offered: 18, lost: 9, bufferedBytes: 3 });
  expect(joined.vitals).toEqual({ rssBytes: 7, loopDelayMillis: { median: 7, p99: 2, max: 3 } });
});

test("the past of threads is one: what each knew at the same time is summed, and what one does not know is not known", () => {
  const point = (offeredPerSecond: number | null, median?: number): PastPoint => ({
    atMillis: 1,
    offeredPerSecond,
    deliveredPerSecond: offeredPerSecond,
    lostPerSecond: 0,
    rssBytes: 9,
    bufferedBytes: 1,
    loopDelayMillis: median === undefined ? null : { median, p99: median, max: median },
  });
  const joined = joinedPast([
    [point(1, 1), point(2, 4), point(3, 2)],
    [point(null), point(7, 3)],
  ]);
  expect(joined.map((one) => one.offeredPerSecond)).toEqual([1, null, 10]);
  expect(joined.map((one) => one.loopDelayMillis?.max)).toEqual([1, 4, 3]);
  expect(joined.map((one) => one.bufferedBytes)).toEqual([1, 2, 2]);
  expect((joined[2]?.atMillis ?? 0) - (joined[0]?.atMillis ?? 0)).toBe(10_000);
});

test("those who left any thread are listed with the latest first", () => {
  const gone = (...times: ReadonlyArray<number>) =>
    times.map((atEpochMillis) => ({ atEpochMillis }) as Departure);
  const joined = joinedDepartures([gone(9, 4), gone(7), gone()]);
  expect(joined.map(({ atEpochMillis }) => atEpochMillis)).toEqual([9, 7, 4]);
});
