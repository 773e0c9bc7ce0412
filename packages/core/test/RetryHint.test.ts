/** The hint of when to come back, in the reason of a close. */
import { retryAfterMillis, withRetry } from "@sluice/core";
import * as fc from "fast-check";
import { expect, test } from "vitest";

test("what is written is read, behind whatever reason", () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 0, max: 86_400_000 }), (reason, millis) => {
      const hinted = withRetry(reason, millis);
      expect(hinted.startsWith(reason)).toBe(true);
      expect(retryAfterMillis(hinted)).toBe(millis);
    }),
  );
});

test("it is at the end of the reason, in seconds to the millisecond", () => {
  expect(withRetry("slow consumer", 12_345.4)).toBe("slow consumer; retry=12.345");
  expect(withRetry("", 2_000)).toBe("retry=2");
});

test.each([
  "",
  "slow consumer",
  "retry=",
  "retry=-1",
  "retry=1e3",
  "retry=1.2345",
  "retry=1234567",
  "retry=5; later",
  "noretry=5",
  "slow consumer;retry=5",
])("%j says nothing of it", (reason) => {
  expect(retryAfterMillis(reason)).toBeUndefined();
});
