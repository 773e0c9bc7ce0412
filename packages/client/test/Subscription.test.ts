/** What a client makes of what a server says of one channel. */
import { retryAfterMillis } from "@sluice/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Backoff } from "../src/Backoff.js";
import { mayReturn, retryMillis } from "../src/Closing.js";
import { type Gap, type Said, Subscription } from "../src/Subscription.js";

function listening(place?: { readonly epoch: string; readonly position: number }) {
  const had: Array<number> = [];
  const gaps: Array<Gap> = [];
  const onMessage = (data: unknown) => void had.push(data as number);
  const subscription = new Subscription("a", {
    onMessage,
    onGap: (gap) => void gaps.push(gap),
    place,
  });
  const hear = (said: Omit<Said, "channel">) => subscription.hear({ channel: "a", ...said });
  return { subscription, had, gaps, hear };
}

test("R40 · whatever is lost, doubled or late, each message comes at most once and in order, and each that does not come is in one gap", () => {
  const events = fc.array(
    fc.record({
      what: fc.constantFrom("message", "message", "message", "again", "lose", "gap", "skip"),
      size: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(events, (all) => {
      const { had, gaps, hear } = listening({ epoch: "e", position: 0 });
      let at = 0;
      for (const { what, size } of all) {
        if (what === "message") hear({ epoch: "e", position: ++at, data: at });
        else if (what === "again") {
          const old = Math.max(1, at - size);
          if (old <= at) hear({ epoch: "e", position: old, data: old });
        } else if (what === "lose") at += size;
        else if (what === "skip") hear({ epoch: "e", position: ++at });
        else {
          const gap = { first: at + 1, last: at + size, count: size, reason: "trimmed" as const };
          at += size;
          hear({ epoch: "e", position: undefined as never, gap });
        }
      }
      hear({ epoch: "e", position: ++at, data: at });
      expect(had).toEqual([...new Set(had)].sort((a, b) => a - b));
      const missed = gaps.flatMap(({ first, last, count }) => {
        expect(count).toBe(last - first + 1);
        return Array.from({ length: count }, (_, index) => first + index);
      });
      const skips = all.filter(({ what }) => what === "skip").length;
      expect(new Set([...had, ...missed]).size).toBe(had.length + missed.length);
      // What it was left out of comes as a place alone.
      expect(had.length + missed.length).toBe(at - skips);
    }),
  );
});

test("one without a place begins where it is told, and of nothing before", () => {
  const { subscription, had, gaps, hear } = listening();
  expect(subscription.request).toEqual({ type: "subscribe", channel: "a" });
  // Of another subscription to the channel, that ended just now.
  hear({ epoch: "e", position: 5, data: 5 });
  hear({ epoch: "e", position: 9 });
  hear({ epoch: "e", position: 10, data: 10 });
  expect(had).toEqual([5, 10]);
  expect(gaps).toEqual([]);
  expect(subscription.request).toEqual({
    type: "subscribe",
    channel: "a",
    epoch: "e",
    position: 10,
  });
});

test("another epoch is one gap, whether a notice says so or the next message", () => {
  const [told, seen] = [
    listening({ epoch: "e", position: 7 }),
    listening({ epoch: "e", position: 7 }),
  ];
  const gap = { first: 1, last: 2, count: 2, reason: "epoch" as const };
  told.hear({ epoch: "f", position: undefined as never, gap });
  for (const { hear, gaps, had } of [told, seen]) {
    hear({ epoch: "f", position: 3, data: 3 });
    expect(gaps).toEqual([{ channel: "a", epoch: "f", ...gap }]);
    expect(had).toEqual([3]);
  }
});

test("a hint of when to come back is read as the core writes it", () => {
  const reasons = [
    "",
    "retry=1",
    "slow; retry=12.345",
    "slow; retry=0",
    "retry=1; slow",
    "xretry=1",
    "; retry=1.2345",
  ];
  for (const reason of reasons) expect(retryMillis(reason)).toBe(retryAfterMillis(reason));
});

test("it does not come back after what would be so again, unless it is told when", () => {
  const final = [1_000, 1_002, 1_003, 1_007, 1_008, 1_009, 1_010, 4_000, 4_999];
  for (const code of final) {
    expect(mayReturn(code, "enough")).toBe(false);
    expect(mayReturn(code, "later; retry=3")).toBe(true);
  }
  for (const code of [1_001, 1_005, 1_006, 1_011, 1_012, 1_013, 1_014, 3_000]) {
    expect(mayReturn(code, "")).toBe(true);
  }
});

test("a wait is a half to all of what doubles up to its limit, and begins anew after a connection that lasted", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 12 }), (draws) => {
      let drawn = 0;
      const backoff = new Backoff(100, 3_000, () => drawn);
      for (const [at, draw] of draws.entries()) {
        drawn = draw;
        const most = Math.min(100 * 2 ** at, 3_000);
        expect(backoff.next(at % 2 === 0 ? 0 : 50)).toBeCloseTo(most * (0.5 + draw / 2));
      }
      expect(backoff.next(10_000)).toBeLessThanOrEqual(100);
    }),
  );
});
