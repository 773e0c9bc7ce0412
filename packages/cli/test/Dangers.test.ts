/** The advice of `sluice check` is taken, and checked again: it is worth no more than what comes of it. */
import { type Configuration, type ConfigurationOptions, configuration } from "@sluice/core";
import { type Diagnosis, diagnose } from "@sluice/properties";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { dangersOf } from "../src/check/dangers.js";
import { closenessOf } from "../src/check/marks.js";

// Exploring takes as long as the machine lets it.
vi.setConfig({ testTimeout: 120_000 });

/** Dangers are decided without exploring; that shows only how they come to be. */
const unexplored = { flaps: undefined, sticks: undefined } as Diagnosis;

const fraction = fc.integer({ min: 1, max: 100 }).map((hundredths) => hundredths / 100);

const marks = fc
  .tuple(fraction, fraction, fraction)
  .map(([a, b, c]) => {
    const [hysteresis = 0, throttleAt = 0, pauseAt = 0] = [a, b, c].sort((x, y) => x - y);
    return { hysteresis: c === 1 ? 0 : hysteresis, throttleAt, pauseAt };
  })
  .filter(({ throttleAt, pauseAt }) => throttleAt < pauseAt);

const valid: fc.Arbitrary<Configuration> = fc
  .record({
    marks,
    maxMessages: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 2 ** 24 })),
    maxBytes: fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 2 ** 40 })),
    overflow: fc.constantFrom("block" as const, "drop-oldest" as const),
    maxWaiters: fc.constantFrom(0, 5),
    blockTimeoutMillis: fc.constantFrom(0, 5),
    evictTimeoutMillis: fc.constantFrom(null, 1, 86_400_000),
    evictDropRate: fc.constantFrom(null, 0.5),
    evictDropMillis: fc.constantFrom(0, 86_400_000),
    evictAgeMillis: fc.constantFrom(null, 1, 86_400_000),
    stallTimeoutMillis: fc.constantFrom(1, 30_000, 86_400_000),
    watchdogMillis: fc.constantFrom(1, 86_400_000),
    closeTimeoutMillis: fc.constantFrom(0, 5),
  })
  .map(({ marks, ...rest }) => configuration({ ...rest, ...marks }));

const dangersIn = (options: ConfigurationOptions) =>
  dangersOf(configuration(options), unexplored).map(({ what, remedy }) => ({ what, remedy }));

test("each advice is valid, takes its danger away and brings none; all of it, one after another, is safe", () => {
  fc.assert(
    fc.property(valid, (settings) => {
      let current = settings;
      for (let left = dangersIn(current); left.length > 0; ) {
        for (const { remedy } of left) {
          expect(remedy.set).not.toEqual({});
          const rules = dangersIn({ ...current, ...remedy.set }).map((one) => one.remedy.rule);
          expect(rules).not.toContain(remedy.rule);
          expect(left.map((one) => one.remedy.rule)).toEqual(expect.arrayContaining(rules));
        }
        const before = left.length;
        current = configuration({ ...current, ...left[0]?.remedy.set });
        left = dangersIn(current);
        expect(left.length).toBeLessThan(before);
      }
    }),
    { numRuns: 200 },
  );
});

test("marks are too close by reckoning exactly when exploring shows a cycle", () => {
  const seen = { flaps: 0, sticks: 0, neither: 0 };
  fc.assert(
    fc.property(marks, fc.integer({ min: 2, max: 30 }), (fractions, maxMessages) => {
      const { flaps, sticks } = diagnose(configuration({ ...fractions, maxMessages }));
      const close = closenessOf(fractions, maxMessages);
      expect(close.includes("flaps")).toBe(flaps !== undefined);
      if (sticks !== undefined) expect(close).toContain("sticks");
      if (flaps !== undefined) seen.flaps++;
      if (sticks !== undefined) seen.sticks++;
      if (flaps === undefined && sticks === undefined) seen.neither++;
    }),
    { numRuns: 60 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
});

describe("maxBytes is held against ordinary messages:", () => {
  const fits = (options: ConfigurationOptions) =>
    !dangersIn(options).some(({ what }) => what.includes("message fits"));

  test.each([
    { maxMessages: 1_000, maxBytes: 64 },
    { maxMessages: 1, maxBytes: 1 },
    { maxMessages: 1_000, maxBytes: 1_024 },
    { maxMessages: 100, maxBytes: 2_000 },
    { maxMessages: 1_000_000, maxBytes: 16_384 },
  ])("too few: %j", (options) => expect(fits(options)).toBe(false));

  test.each([
    {},
    { maxMessages: 1, maxBytes: 1_024 },
    { maxMessages: 40, maxBytes: 4_096 },
    { maxMessages: 1_000, maxBytes: 65_536 },
    { maxMessages: 2 ** 24, maxBytes: 1_048_576 },
  ])("enough: %j", (options) => expect(fits(options)).toBe(true));
});

test("the defaults have no danger", () => {
  expect(dangersIn({})).toEqual([]);
});
