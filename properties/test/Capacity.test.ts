/** R29: what more capacity does. */
import { type OverflowStrategy, total } from "@sluice/core";
import { outboxSystem, play, type Trace, traces } from "@sluice/properties";
import fc from "fast-check";
import { expect, test } from "vitest";

function losses(overflow: OverflowStrategy, maxMessages: number, maxBytes: number, trace: Trace) {
  const { entries } = play(outboxSystem, { overflow, maxMessages, maxBytes }, trace);
  const last = entries.findLast((entry) => entry.kind === "moment");
  return last === undefined
    ? 0
    : total(last.stats.dropped).messages + total(last.stats.rejected).messages;
}

const capacity = fc.integer({ min: 1, max: 8 });

test.each(["drop-oldest", "drop-newest"] as const)(
  "R29 · %s: more capacity never loses more on the same trace",
  (overflow) => {
    let fewer = 0;
    fc.assert(
      fc.property(
        capacity,
        capacity,
        traces({ bytes: 1 }),
        fc.boolean(),
        (a, b, trace, inBytes) => {
          const [small, large] = [Math.min(a, b), Math.max(a, b)];
          const of = (size: number) =>
            inBytes ? losses(overflow, 1_000, size, trace) : losses(overflow, size, 1_000, trace);
          const [little, much] = [of(small), of(large)];
          expect(much).toBeLessThanOrEqual(little);
          if (much < little) fewer++;
        },
      ),
      { numRuns: 500 },
    );
    expect(fewer).toBeGreaterThan(50);
  },
);

test("R29 · it is about messages of one size: a large one that now fits can cost several small ones", () => {
  const trace: Trace = [
    { op: "offer", bytes: 4 },
    { op: "offer", bytes: 1 },
    { op: "offer", bytes: 1 },
  ];
  expect(losses("drop-newest", 9, 3, trace)).toBe(1);
  expect(losses("drop-newest", 9, 4, trace)).toBe(2);
});
