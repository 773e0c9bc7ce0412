/** R7, R8, R10 for a burst that nobody drains, in the words of the rules. */

import { configuration, type OverflowStrategy } from "@sluice/core";
import { configurations, everything, outboxSystem, Player } from "@sluice/properties";
import fc from "fast-check";
import { expect, test } from "vitest";

/** Offers `burst` messages of one byte to an outbox of `capacity`; says what is then delivered. */
function deliveredAfter(overflow: OverflowStrategy, capacity: number, burst: number) {
  const player = new Player(outboxSystem, configuration({ maxMessages: capacity, overflow }));
  for (let id = 0; id < burst; id++) player.play({ op: "offer", bytes: 1 }, id);
  const { dropped, rejected } = player.system.stats();
  player.play({ op: "drain", count: everything }, burst);
  const ids = player.entries.flatMap((entry) =>
    entry.kind === "delivered" ? [entry.message.id] : [],
  );
  return { ids, dropped, rejected };
}

const capacities = fc.integer({ min: 1, max: 40 });
const bursts = fc.integer({ min: 0, max: 120 });
const upTo = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => from + index);

test("R7 · drop-newest: a burst of k beyond capacity c leaves the first c", () => {
  let full = 0;
  fc.assert(
    fc.property(capacities, bursts, (capacity, burst) => {
      const { ids, rejected } = deliveredAfter("drop-newest", capacity, burst);
      expect(ids).toEqual(upTo(0, Math.min(capacity, burst)));
      expect(rejected.full.messages).toBe(Math.max(0, burst - capacity));
      if (burst > capacity) full++;
    }),
  );
  expect(full).toBeGreaterThan(0);
});

test("R8 · drop-oldest: a burst of k beyond capacity c leaves the last c", () => {
  let full = 0;
  fc.assert(
    fc.property(capacities, bursts, (capacity, burst) => {
      const { ids, dropped } = deliveredAfter("drop-oldest", capacity, burst);
      expect(ids).toEqual(upTo(Math.max(0, burst - capacity), burst));
      expect(dropped.evicted.messages).toBe(Math.max(0, burst - capacity));
      if (burst > capacity) full++;
    }),
  );
  expect(full).toBeGreaterThan(0);
});

test("R10 · drop-all: a burst of k beyond capacity c leaves those since the last reset", () => {
  let full = 0;
  fc.assert(
    fc.property(capacities, bursts, (capacity, burst) => {
      const { ids, dropped } = deliveredAfter("drop-all", capacity, burst);
      const resets = burst === 0 ? 0 : Math.floor((burst - 1) / capacity);
      expect(ids).toEqual(upTo(resets * capacity, burst));
      expect(dropped.cleared.messages).toBe(resets * capacity);
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
