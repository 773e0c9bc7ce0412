import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configuration, type DelaySettings, delayMillis } from "../src/index.js";

test("the figures of the design: 85 % of a delay of up to 100 ms is 75 ms", () => {
  expect(delayMillis(configuration({ maxDelayMillis: 100 }), 0.85)).toBe(75);
});

test("the figures of the design: 80 % between marks at 50 % and 90 %, up to 200 ms, is 150 ms", () => {
  const settings = configuration({ throttleAt: 0.5, pauseAt: 0.9, maxDelayMillis: 200 });
  expect(delayMillis(settings, 0.8)).toBe(150);
});

describe("the bands of the defaults", () => {
  const settings = configuration();
  test.each([
    [0, 0],
    [0.699_999, 0],
    [0.7, 0],
    [0.8, 250],
    [0.899_999_999, 500],
    [0.9, 500],
    [1, 500],
  ])("at a fill of %d: %d ms", (fill, millis) => {
    expect(delayMillis(settings, fill)).toBe(millis);
  });
});

test("the pause never delays less than the fullest throttled band", () => {
  expect(delayMillis(configuration({ pauseDurationMillis: 50 }), 1)).toBe(500);
  expect(delayMillis(configuration({ pauseDurationMillis: 700 }), 1)).toBe(700);
});

test("without adaptive throttling the throttled band has the least delay", () => {
  const settings = configuration({ adaptiveThrottling: false, minDelayMillis: 3 });
  expect([0, 0.7, 0.85, 0.9].map((fill) => delayMillis(settings, fill))).toEqual([3, 3, 3, 500]);
});

test("the delay grows in a line from the least to the most between the marks", () => {
  const given = configuration({ minDelayMillis: 100, maxDelayMillis: 300 });
  expect([0.7, 0.75, 0.8, 0.85].map((fill) => delayMillis(given, fill))).toEqual([
    100, 150, 200, 250,
  ]);
});

test("the least delay holds below the throttle mark too", () => {
  expect(delayMillis(configuration({ minDelayMillis: 20 }), 0)).toBe(20);
  expect(delayMillis(configuration({ minDelayMillis: 20 }), 0.7)).toBe(20);
});

const millis = fc.oneof(
  fc.nat(1_000),
  fc.integer({ min: 0, max: 10_000_000 }).map((n) => n / 1_000),
);

/** Settings whose delays are whole microseconds, which is what a delay is rounded to. */
const settings: fc.Arbitrary<DelaySettings> = fc
  .record({
    marks: fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 2, maxLength: 2 }),
    delays: fc.tuple(millis, millis),
    pauseDurationMillis: millis,
    adaptiveThrottling: fc.boolean(),
  })
  .map(({ marks, delays, ...rest }) =>
    configuration({
      ...rest,
      throttleAt: Math.min(...marks) / 1_000,
      pauseAt: Math.max(...marks) / 1_000,
      hysteresis: 0,
      minDelayMillis: Math.min(...delays),
      maxDelayMillis: Math.max(...delays),
    }),
  );

/** Fills everywhere, and one unit below, at and above each mark. */
const fills = (given: DelaySettings, capacity: number): ReadonlyArray<number> => {
  const counts = [given.throttleAt, given.pauseAt, 1].flatMap((mark) => {
    const count = Math.round(mark * capacity);
    return [count - 1, count, count + 1];
  });
  return [0, ...counts.map((count) => count / capacity), given.throttleAt, given.pauseAt, 1]
    .filter((fill) => fill >= 0 && fill <= 1)
    .sort((a, b) => a - b);
};

const capacities = fc.constantFrom(1, 2, 3, 10, 64, 1_000, 2 ** 24);

test("R13 · the delay is finite, never negative, and at most its stated maximum", () => {
  const fill = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(settings, capacities, fill, (given, capacity, somewhere) => {
      const most = Math.max(given.pauseDurationMillis, given.maxDelayMillis);
      for (const at of [...fills(given, capacity), somewhere]) {
        const delay = delayMillis(given, at);
        expect(delay).toBeGreaterThanOrEqual(given.minDelayMillis);
        expect(delay).toBeLessThanOrEqual(most);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("R14 · the delay never decreases as fill grows, across every band boundary", () => {
  const fill = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(settings, capacities, fill, fill, (given, capacity, a, b) => {
      const ordered = [...fills(given, capacity), a, b].sort((x, y) => x - y);
      const delays = ordered.map((at) => delayMillis(given, at));
      for (let index = 1; index < delays.length; index++) {
        expect(delays[index]).toBeGreaterThanOrEqual(delays[index - 1] as number);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("R14 · rounding to microseconds does not make the delay fall at the throttle mark", () => {
  const given = configuration({ minDelayMillis: 0.000_4 });
  expect(delayMillis(given, 0.7)).toBeGreaterThanOrEqual(delayMillis(given, 0.699));
});

test("R13 · rounding to microseconds does not lift the delay over its stated maximum", () => {
  const given = configuration({ maxDelayMillis: 0.000_6, pauseDurationMillis: 0 });
  expect(delayMillis(given, 0.899_999)).toBeLessThanOrEqual(given.maxDelayMillis);
});
