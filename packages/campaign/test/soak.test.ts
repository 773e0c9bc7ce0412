import { expect, test } from "vitest";
import { growthIn } from "../src/soak/growth.js";

const rounds = (value: (round: number) => object) =>
  Array.from({ length: 24 }, (_, round) => ({ ...value(round) }) as Record<string, number>);

test("a soak finds a count that grows, and lets one be that goes up and down", () => {
  expect(growthIn(rounds((round) => ({ timers: 2 + Math.floor(round / 6) })))).toEqual([
    "timers grew from 3 to 4",
  ]);
  expect(growthIn(rounds((round) => ({ timers: 2 + (round % 3) })))).toEqual([]);
});

test("a soak finds memory that grows by more than a hundredth, once it has settled", () => {
  const heap = (perRound: number) => rounds((round) => ({ heapBytes: 10e6 + round * perRound }));
  expect(growthIn(heap(50_000))).toHaveLength(1);
  expect(growthIn(heap(1_000))).toEqual([]);
  expect(growthIn(rounds((round) => ({ heapBytes: round < 3 ? 5e6 : 10e6 })))).toEqual([]);
});
