import fc from "fast-check";
import { expect, test } from "vitest";
import { OldestMessage } from "../src/OldestMessage.js";

/** What happens in a second: so many enter, so many leave from the head. */
const second = fc.record({ enters: fc.nat(5), leaves: fc.nat(5) });

test("the bounds hold the age of the oldest message, whatever enters and leaves", () => {
  fc.assert(
    fc.property(fc.array(second, { maxLength: 400 }), (seconds) => {
      const oldest = new OldestMessage();
      const entries: Array<number> = [];
      let enqueued = 0;
      let now = 0;
      oldest.look(now, enqueued, 0);
      for (const { enters, leaves } of seconds) {
        for (let n = 0; n < enters; n++) entries.push(now + ((n + 1) * 1000) / (enters + 1));
        enqueued += enters;
        entries.splice(0, leaves);
        now += 1000;
        const age = oldest.look(now, enqueued, entries.length);
        const [head] = entries;
        if (head === undefined) expect(age).toBeUndefined();
        else {
          expect(age?.atLeast).toBeLessThanOrEqual(now - head);
          expect(age?.atMost).toBeGreaterThanOrEqual(now - head);
        }
      }
    }),
  );
});

test("of a message that was there before the first look only the least age is known", () => {
  const oldest = new OldestMessage();
  oldest.look(5_000, 10, 3);
  expect(oldest.look(9_000, 12, 5)).toEqual({ atLeast: 4_000, atMost: undefined });
  expect(oldest.look(10_000, 12, 1)).toEqual({ atLeast: 1_000, atMost: 5_000 });
});
