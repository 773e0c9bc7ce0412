import fc from "fast-check";
import { expect, test } from "vitest";
// The ring is not public: it has no bound of its own.
import { Ring } from "../src/lane/Ring.js";

type Operation = { readonly push: number } | "shift" | "clear";

const operations = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.record({ push: fc.nat(9) }) },
    { weight: 9, arbitrary: fc.constant<Operation>("shift") },
    { weight: 1, arbitrary: fc.constant<Operation>("clear") },
  ),
  { maxLength: 120, size: "max" },
);

test("a ring is an array that is pushed to and shifted from", () => {
  let longest = 0;
  let wrapped = 0;
  fc.assert(
    fc.property(operations, (trace) => {
      const ring = new Ring<string>();
      const model: Array<{ readonly message: string; readonly bytes: number }> = [];
      let shiftsSinceClear = 0;
      for (const [index, operation] of trace.entries()) {
        if (operation === "clear") {
          ring.clear();
          model.length = 0;
          shiftsSinceClear = 0;
        } else if (operation !== "shift") {
          ring.push(`m${index}`, operation.push);
          model.push({ message: `m${index}`, bytes: operation.push });
        } else if (model.length > 0) {
          expect(ring.shift()).toBe(model.shift()?.bytes);
          shiftsSinceClear++;
        }
        expect(ring.length).toBe(model.length);
        expect(ring.bytes).toBe(model.reduce((sum, { bytes }) => sum + bytes, 0));
        expect(ring.peek()).toBe(model[0]?.message);
        expect(ring.peekBytes()).toBe(model[0]?.bytes ?? 0);
        longest = Math.max(longest, ring.length);
        if (shiftsSinceClear > 8 && ring.length > 0) wrapped++;
      }
      for (let place = 0; place <= model.length; place++) {
        expect(ring.at(place)).toBe(model[place]?.message);
        expect(ring.bytesAt(place)).toBe(model[place]?.bytes ?? 0);
      }
    }),
    { numRuns: 500 },
  );
  // It has grown twice and gone round.
  expect(longest).toBeGreaterThan(16);
  expect(wrapped).toBeGreaterThan(0);
});

test("growing in mid-round keeps the order", () => {
  const ring = new Ring<number>();
  for (let index = 0; index < 8; index++) ring.push(index, 1);
  for (let index = 0; index < 5; index++) ring.shift();
  for (let index = 8; index < 30; index++) ring.push(index, 1);
  expect(Array.from({ length: 25 }, (_, place) => ring.at(place))).toEqual(
    Array.from({ length: 25 }, (_, place) => place + 5),
  );
});

test("messages may be undefined, and have no bytes", () => {
  const ring = new Ring<undefined>();
  ring.push(undefined, 0);
  expect([ring.length, ring.bytes, ring.peek()]).toEqual([1, 0, undefined]);
  expect(ring.shift()).toBe(0);
  expect(ring.length).toBe(0);
});
