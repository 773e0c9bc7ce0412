import fc from "fast-check";
import { expect, test } from "vitest";
import { type WatermarkOptions, type Watermarks, watermarks } from "../src/index.js";

const options = (some: Partial<WatermarkOptions> = {}): WatermarkOptions => ({
  maxMessages: 10,
  maxBytes: 1_000,
  throttleAt: 0.7,
  pauseAt: 0.9,
  hysteresis: 0.1,
  ...some,
});

// Levels are whole ten-thousandths here, so that their arithmetic is exact.
const parts = 10_000;
const level = (ten: number) => ten / parts;

/** The exact count of a mark, in whole numbers: the smallest that reaches `mark` ten-thousandths. */
const exactReached = (mark: number, capacity: number) => Math.ceil((mark * capacity) / parts);

/** The largest count that clears it: at or below the mark less the hysteresis, and below the mark. */
const exactCleared = (mark: number, hysteresis: number, capacity: number) =>
  Math.min(Math.floor(((mark - hysteresis) * capacity) / parts), exactReached(mark, capacity) - 1);

const settings = fc
  .record({
    pause: fc.integer({ min: 11, max: parts }),
    throttleShare: fc.double({ min: 0, max: 1, noNaN: true }),
    hysteresisShare: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    capacity: fc.oneof(
      fc.integer({ min: 1, max: 40 }),
      fc.constantFrom(100, 1_000, 1_048_576),
      fc.integer({ min: 1, max: 2 ** 24 }),
    ),
  })
  .map(({ pause, throttleShare, hysteresisShare, capacity }) => {
    const throttle = Math.min(pause - 1, 10 + Math.floor(throttleShare * (pause - 10)));
    return { pause, throttle, hysteresis: Math.floor(hysteresisShare * throttle), capacity };
  });

type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

const marksOf = ({ pause, throttle, hysteresis, capacity }: Settings): Watermarks =>
  watermarks({
    maxMessages: capacity,
    maxBytes: capacity,
    throttleAt: level(throttle),
    pauseAt: level(pause),
    hysteresis: level(hysteresis),
  });

test("R15 · a mark is reached at exactly the count whose fill is its level", () => {
  fc.assert(
    fc.property(settings, (given) => {
      const { upMessages, upBytes } = marksOf(given);
      expect(upMessages).toEqual([
        exactReached(given.throttle, given.capacity),
        exactReached(given.pause, given.capacity),
        Number.POSITIVE_INFINITY,
        Number.POSITIVE_INFINITY,
      ]);
      expect(upBytes).toEqual(upMessages);
    }),
    { numRuns: 2_000 },
  );
});

test("R15 · a mark is cleared at exactly the count whose fill is its level less the hysteresis", () => {
  fc.assert(
    fc.property(settings, (given) => {
      const { downMessages, downBytes } = marksOf(given);
      const { throttle, pause, hysteresis, capacity } = given;
      expect(downMessages).toEqual([
        Number.NEGATIVE_INFINITY,
        exactCleared(throttle, hysteresis, capacity),
        exactCleared(pause, hysteresis, capacity),
        exactCleared(parts, hysteresis, capacity),
      ]);
      expect(downBytes).toEqual(downMessages);
    }),
    { numRuns: 2_000 },
  );
});

test("R16 · every mark is cleared strictly below where it is reached, and an empty outbox clears all", () => {
  fc.assert(
    fc.property(settings, (given) => {
      const { upMessages, downMessages } = marksOf(given);
      for (const rung of [1, 2]) {
        expect(downMessages[rung]).toBeLessThan(upMessages[rung - 1] as number);
        expect(downMessages[rung]).toBeGreaterThanOrEqual(0);
      }
      // Dropping is entered at a full outbox at the latest: leaving it takes at least one place.
      expect(downMessages[3]).toBeLessThan(given.capacity);
    }),
    { numRuns: 2_000 },
  );
});

test("R15 · thresholds are ordered along the ladder and lie within the capacity", () => {
  fc.assert(
    fc.property(settings, (given) => {
      const { upMessages, downMessages } = marksOf(given);
      expect(upMessages).toEqual([...upMessages].sort((a, b) => a - b));
      expect(downMessages).toEqual([...downMessages].sort((a, b) => a - b));
      expect(upMessages[0]).toBeGreaterThanOrEqual(1);
      expect(upMessages[1]).toBeLessThanOrEqual(given.capacity);
    }),
    { numRuns: 2_000 },
  );
});

test("decimal fractions are exact: (0.7 - 0.1) of 10 is 6, (0.3 - 0.1) of 10 is 2, 0.57 of 100 is 57", () => {
  expect(watermarks(options()).downMessages).toEqual([Number.NEGATIVE_INFINITY, 6, 8, 9]);
  expect((0.3 - 0.1) * 10).toBeLessThan(2);
  expect(watermarks(options({ throttleAt: 0.3 })).downMessages[1]).toBe(2);
  expect(0.57 * 100).toBeLessThan(57);
  expect(watermarks(options({ maxMessages: 100, throttleAt: 0.57 })).upMessages[0]).toBe(57);
  expect(0.55 * 100).toBeGreaterThan(55);
  expect(watermarks(options({ maxMessages: 100, throttleAt: 0.55 })).upMessages[0]).toBe(55);
});

test("with no hysteresis a mark is cleared one unit below where it is reached", () => {
  const { upMessages, downMessages } = watermarks(options({ hysteresis: 0 }));
  expect(upMessages.slice(0, 2)).toEqual([7, 9]);
  expect(downMessages).toEqual([Number.NEGATIVE_INFINITY, 6, 8, 9]);
});

test("a mark between two counts is reached at the upper, and cleared at the lower", () => {
  const { upMessages, downMessages } = watermarks(options({ throttleAt: 0.65, hysteresis: 0.01 }));
  expect(upMessages[0]).toBe(7);
  expect(downMessages[1]).toBe(6);
});

test("capacity 1: one message reaches both marks and none clears them all", () => {
  const { upMessages, downMessages } = watermarks(options({ maxMessages: 1, maxBytes: 1 }));
  expect(upMessages).toEqual([1, 1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect(downMessages).toEqual([Number.NEGATIVE_INFINITY, 0, 0, 0]);
});

test("a pause mark at 1 is reached by a full outbox", () => {
  const { upMessages, downMessages } = watermarks(options({ pauseAt: 1, hysteresis: 0 }));
  expect(upMessages[1]).toBe(10);
  expect(downMessages).toEqual([Number.NEGATIVE_INFINITY, 6, 9, 9]);
});

test("a hysteresis as large as the throttle mark clears it when the outbox is empty", () => {
  expect(watermarks(options({ hysteresis: 0.7 })).downMessages).toEqual([
    Number.NEGATIVE_INFINITY,
    0,
    2,
    3,
  ]);
});

test("messages and bytes have thresholds of their own", () => {
  const { upBytes, downBytes } = watermarks(options());
  expect(upBytes.slice(0, 2)).toEqual([700, 900]);
  expect(downBytes).toEqual([Number.NEGATIVE_INFINITY, 600, 800, 900]);
});

test("marks are exact at the largest capacity that a configuration allows, 2^40 bytes", () => {
  // 0.7 * 2^40 = 769,658,139,443.2 and 0.8 * 2^40 = 879,609,302,220.8
  const { upBytes, downBytes } = watermarks(options({ maxBytes: 2 ** 40 }));
  expect(upBytes[0]).toBe(769_658_139_444);
  expect(downBytes[2]).toBe(879_609_302_220);
});
