/** Who waits before a flush, and for how long. */
import { expect, test } from "vitest";
import { Patience } from "../src/actor/Patience.js";

/** Flushes that take so long each, in milliseconds; answers how long was waited before each, 0 for not at all. */
function waits(mostMillis: number, flushes: ReadonlyArray<number>): ReadonlyArray<number> {
  let nowMillis = 0;
  const waited: Array<number> = [];
  const patience = new Patience(mostMillis, {
    now: () => nowMillis,
    after: (millis, flush) => {
      waited.push(millis);
      flush();
    },
    soon: (flush) => {
      waited.push(0);
      flush();
    },
  });
  for (const millis of flushes) {
    patience.schedule(() => {
      nowMillis += millis;
    });
  }
  return waited;
}

test("a flush is waited with as long as the last one took, within the limit, and not for less than a timer can", () => {
  expect(waits(5, [0.25, 0.25, 3, 12, 1, 0.5, 0.125])).toEqual([0, 0, 0, 3, 5, 1, 0]);
});

test("without patience nothing is waited with", () => {
  expect(waits(0, [3, 12, 1])).toEqual([0, 0, 0]);
});
