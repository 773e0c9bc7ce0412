import fc from "fast-check";
import { expect, test } from "vitest";
import { Elapsed } from "../src/index.js";

test("R18 · a clock that goes forward is followed", () => {
  let now = 1_000;
  const elapsed = new Elapsed(() => now);
  expect(elapsed.millis()).toBe(0);
  now = 1_250.5;
  expect(elapsed.millis()).toBe(250.5);
});

test("R18 · a clock that stands still adds nothing", () => {
  const elapsed = new Elapsed(() => 7);
  expect([elapsed.millis(), elapsed.millis()]).toEqual([0, 0]);
});

test("R18 · a clock that jumps back adds nothing, and is followed from there at once", () => {
  let now = 1_000;
  const elapsed = new Elapsed(() => now);
  now = 1_100;
  expect(elapsed.millis()).toBe(100);
  now = 0;
  expect(elapsed.millis()).toBe(100);
  now = 5;
  expect(elapsed.millis()).toBe(105);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "R18 · a clock that says %d is not believed, and is followed again when it is well",
  (ill) => {
    let now = 10;
    const elapsed = new Elapsed(() => now);
    now = ill;
    expect(elapsed.millis()).toBe(0);
    now = 30;
    expect(elapsed.millis()).toBe(20);
  },
);

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  "R18 · a clock that says %d at the start gives a finite time all the same",
  (ill) => {
    let now = ill;
    const elapsed = new Elapsed(() => now);
    now = 30;
    expect(elapsed.millis()).toBe(0);
    now = 40;
    expect(elapsed.millis()).toBe(10);
  },
);

test("R18 · a clock that says -Infinity at the start gives a finite time all the same", () => {
  let now = Number.NEGATIVE_INFINITY;
  const elapsed = new Elapsed(() => now);
  now = 30;
  expect(elapsed.millis()).toBe(0);
});

test("R18 · on any clock it is the sum of the steps forward, and never decreases", () => {
  const reading = fc.oneof(
    fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  );
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(reading, { maxLength: 50, size: "max" }),
      (start, readings) => {
        let now = start;
        const elapsed = new Elapsed(() => now);
        let expected = 0;
        let last = start;
        for (const at of readings) {
          now = at;
          if (Number.isFinite(at)) {
            expected += Math.max(0, at - last);
            last = at;
          }
          expect(elapsed.millis()).toBe(expected);
        }
      },
    ),
  );
});
