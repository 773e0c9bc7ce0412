/** R7, R8, R10 for a burst that nobody drains, in the words of the rules. */

import { configuration, type OverflowStrategy } from "@sluice/core";
import { configurations, everything, outbox, play } from "@sluice/properties";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Offers `burst` messages of one byte to an outbox of `capacity`; says what is then delivered. */
async function deliveredAfter(overflow: OverflowStrategy, capacity: number, burst: number) {
  const { entries } = await play(outbox, { maxMessages: capacity, overflow }, [
    { op: "offer", bytes: 1, count: burst },
    { op: "drain", count: everything },
  ]);
  const ids = entries.flatMap((entry) => (entry.kind === "delivered" ? [entry.message.id] : []));
  const last = entries.findLast((entry) => entry.kind === "moment");
  return { ids, dropped: last?.stats.dropped, rejected: last?.stats.rejected };
}

const capacities = fc.integer({ min: 1, max: 40 });
const bursts = fc.integer({ min: 0, max: 120 });
const upTo = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

test("R7 · drop-newest: a burst of k beyond capacity c leaves the first c", async () => {
  let full = 0;
  await fc.assert(
    fc.asyncProperty(capacities, bursts, async (capacity, burst) => {
      const { ids, rejected } = await deliveredAfter("drop-newest", capacity, burst);
      expect(ids).toEqual(upTo(0, Math.min(capacity, burst)));
      expect(rejected?.full.messages).toBe(Math.max(0, burst - capacity));
      if (burst > capacity) full++;
    }),
  );
  expect(full).toBeGreaterThan(0);
});

test("R8 · drop-oldest: a burst of k beyond capacity c leaves the last c", async () => {
  let full = 0;
  await fc.assert(
    fc.asyncProperty(capacities, bursts, async (capacity, burst) => {
      const { ids, dropped } = await deliveredAfter("drop-oldest", capacity, burst);
      expect(ids).toEqual(upTo(Math.max(0, burst - capacity), burst));
      expect(dropped?.evicted.messages).toBe(Math.max(0, burst - capacity));
      if (burst > capacity) full++;
    }),
  );
  expect(full).toBeGreaterThan(0);
});

test("R10 · drop-all: a burst of k beyond capacity c leaves those since the last reset", async () => {
  let full = 0;
  await fc.assert(
    fc.asyncProperty(capacities, bursts, async (capacity, burst) => {
      const { ids, dropped } = await deliveredAfter("drop-all", capacity, burst);
      const resets = burst === 0 ? 0 : Math.floor((burst - 1) / capacity);
      expect(ids).toEqual(upTo(resets * capacity, burst));
      expect(dropped?.cleared.messages).toBe(resets * capacity);
      if (resets > 1) full++;
    }),
  );
  expect(full).toBeGreaterThan(0);
});

test("the configurations that are tried are valid, and of every strategy", () => {
  const strategies = new Set<string>();
  fc.assert(
    fc.property(configurations(), (options) => {
      strategies.add(configuration(options).overflow);
    }),
  );
  expect(strategies.size).toBe(5);
});
