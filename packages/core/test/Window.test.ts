/** How many bytes may be on their way: a link of a known rate and length is played, and the window must suit it. */
import { Window, type WindowSetting, windowBounds } from "@sluice/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Link, play } from "./Way.js";

describe("an adaptive window", () => {
  test.each<[string, Link]>([
    ["near and slow", { bytesPerMilli: 500, roundTripMillis: 1 }],
    ["far and slow", { bytesPerMilli: 500, roundTripMillis: 200 }],
    ["near and fast", { bytesPerMilli: 20_000, roundTripMillis: 1 }],
    ["far and fast", { bytesPerMilli: 20_000, roundTripMillis: 40 }],
  ])("fills a link that is %s, and holds little more than it", (_, link) => {
    const { carried, mostInFlight, millis } = play(new Window("adaptive"), [[8_000, link]]);
    expect(carried / (link.bytesPerMilli * millis)).toBeGreaterThan(0.9);
    const needed = link.bytesPerMilli * (link.roundTripMillis + 50);
    expect(mostInFlight).toBeLessThan(Math.max(3 * needed, 2 * windowBounds.least));
  });

  test("follows a link that becomes slower, faster, farther and nearer", () => {
    const slow = { bytesPerMilli: 200, roundTripMillis: 5 };
    const legs: ReadonlyArray<readonly [string, Link]> = [
      ["slow", slow],
      ["fast", { bytesPerMilli: 10_000, roundTripMillis: 5 }],
      ["far", { bytesPerMilli: 2_000, roundTripMillis: 300 }],
      ["slow again", slow],
    ];
    // Thirty seconds each. What has become sixty times as far is known as such when the way is measured anew, once in ten.
    const before = { carried: 0 };
    for (const [at, [name, link]] of legs.entries()) {
      const all = play(
        new Window("adaptive"),
        legs.slice(0, at + 1).map(([, leg]) => [30_000, leg]),
      );
      const share = (all.carried - before.carried) / (30_000 * link.bytesPerMilli);
      expect(share, name).toBeGreaterThan(0.7);
      before.carried = all.carried;
      const needed =
        link.bytesPerMilli * (link.roundTripMillis + Math.max(50, link.roundTripMillis));
      expect(all.mostInFlight, name).toBeLessThan(Math.max(3 * needed, 2 * windowBounds.least));
    }
  });

  test("is larger from the start on a longer way", () => {
    const firstOf = (roundTripMillis: number) => {
      const window = new Window("adaptive");
      const nothing = { acknowledgedBytes: 0, inFlight: 0, isHolding: false };
      window.received({ roundTripMillis, ...nothing }, roundTripMillis);
      return window.bytes;
    };
    expect([1, 50, 100, 200].map(firstOf)).toEqual([1, 1, 2, 4].map((n) => n * windowBounds.first));
    expect(firstOf(10_000)).toBe(windowBounds.most);
  });

  test("lets the way run empty once in ten seconds while it holds something back, though answers agree, and measures it anew", () => {
    const window = new Window("adaptive");
    const answer = { inFlight: 50_000, isHolding: true };
    window.received({ roundTripMillis: 1, acknowledgedBytes: 0, ...answer }, 0);
    let now = 0;
    for (; now < 11_000; now += 100) {
      expect(window.isFull(1)).toBe(now > 10_000);
      window.received({ roundTripMillis: 50, acknowledgedBytes: now * 100, ...answer }, now);
    }
    expect(window.isFull(1)).toBe(true);
    expect(window.isUnmeasured).toBe(false);
    const empty = {
      roundTripMillis: 60,
      acknowledgedBytes: now * 100,
      inFlight: 0,
      isHolding: true,
    };
    window.received(empty, now);
    expect(window.isUnmeasured).toBe(true);
    expect(window.isFull(1)).toBe(false);
    window.received({ ...empty, inFlight: 1_000 }, now + 60);
    expect(window.smallestMillis).toBe(60);
    expect(window.isUnmeasured).toBe(false);
  });

  test("follows a way that becomes longer: after a second, or ten of its old round trips, and thirteen of its new", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 60, max: 800 }),
        fc.integer({ min: 100, max: 2_000 }),
        fc.integer({ min: 0, max: 3_000 }),
        (before, more, rate, longSince) => {
          const window = new Window("adaptive");
          const link = { bytesPerMilli: 10 * rate, roundTripMillis: before };
          const longer = { ...link, roundTripMillis: before + more };
          const millis =
            Math.max(1_000, 10 * before) + 100 + 13 * longer.roundTripMillis + longSince;
          play(
            window,
            [
              [3_000, link],
              [millis, longer],
            ],
            rate,
          );
          const carried = Math.min(rate * longer.roundTripMillis, windowBounds.most);
          expect(window.bytes).toBeGreaterThanOrEqual(0.8 * carried);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("stays small on a way that becomes longer and narrower at once: the rate of the former way does not come back", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 60, max: 400 }),
        fc.integer({ min: 20, max: 200 }),
        (roundTripMillis, bytesPerMilli) => {
          const before = { bytesPerMilli: 2_000, roundTripMillis: 1 };
          const after = { bytesPerMilli, roundTripMillis };
          // The former window is read by then at the rate of the new way.
          const { mostInFlight } = play(new Window("adaptive"), [
            [4_000, before],
            [8_000 + 10 * roundTripMillis, after],
          ]);
          const needed = 2 * bytesPerMilli * Math.max(50, roundTripMillis);
          expect(mostInFlight).toBeLessThan(Math.max(1.5 * needed, 2 * windowBounds.least));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("costs a slow client less and less: an emptied way that finds nothing new is emptied half as often, down to once in ten seconds", () => {
    const client = { bytesPerMilli: 20, roundTripMillis: 100 };
    const window = new Window("adaptive");
    const { carried: first } = play(window, [[20_000, client]], 1_500);
    const { carried } = play(new Window("adaptive"), [[60_000, client]], 1_500);
    expect((carried - first) / 40_000).toBeGreaterThan(0.96 * client.bytesPerMilli);
  });

  test("is not deceived by a client that reads slowly, and stays small", () => {
    const client = { bytesPerMilli: 5, roundTripMillis: 1 };
    const window = new Window("adaptive");
    play(window, [[20_000, client]], 1_500);
    const { carried, mostInFlight } = play(window, [[20_000, client]], 1_500);
    expect(window.bytes).toBe(windowBounds.least);
    expect(mostInFlight).toBeLessThan(2 * windowBounds.least);
    expect(carried).toBeGreaterThan(0.95 * 20_000 * client.bytesPerMilli);
  });

  test("grows by what was read without being held back, and remembers within a spell that it held back", () => {
    const window = new Window("adaptive");
    window.received(
      { roundTripMillis: 50, acknowledgedBytes: 0, inFlight: 1, isHolding: false },
      0,
    );
    const much = { roundTripMillis: 50, acknowledgedBytes: 1_000_000, inFlight: 1 };
    window.received({ ...much, isHolding: false }, 100);
    expect(window.bytes).toBe(1_000_000);
    // Held back at first in a spell of little: it shrinks, though nothing was held back when that ended.
    const little = { roundTripMillis: 50, inFlight: 1 };
    window.received({ ...little, acknowledgedBytes: 1_000_100, isHolding: true }, 120);
    window.received({ ...little, acknowledgedBytes: 1_050_000, isHolding: false }, 200);
    expect(window.bytes).toBe(50_000);
  });

  test("asks more often while it is not known what the client reads; what there is room for never wraps round", () => {
    const window = new Window("adaptive");
    expect(window.bytesToAsk(0)).toBe(windowBounds.least);
    expect([window.roomBytes(3 * 2 ** 30), window.bytesToAsk(3 * 2 ** 30)]).toEqual([-1, -1]);
  });

  test("keeps its bounds", () => {
    const narrow = play(new Window("adaptive"), [
      [600_000, { bytesPerMilli: 1, roundTripMillis: 1 }],
    ]);
    expect(narrow.bytes).toBe(windowBounds.least);
    const wide = { bytesPerMilli: 1_000_000, roundTripMillis: 100 };
    expect(play(new Window("adaptive"), [[5_000, wide]]).bytes).toBe(windowBounds.most);
  });

  test.each<[string, Link, number]>([
    ["near", { bytesPerMilli: 90, roundTripMillis: 5 }, 95],
    ["far", { bytesPerMilli: 90, roundTripMillis: 270 }, 150],
  ])(
    "is not filled first by a feed that a slow client, %s, does not quite keep up with",
    (_, link, feed) => {
      const { mostInFlight, carried, millis } = play(
        new Window("adaptive"),
        [[30_000, link]],
        feed,
      );
      const needed =
        link.bytesPerMilli * (link.roundTripMillis + Math.max(50, link.roundTripMillis));
      expect(mostInFlight).toBeLessThan(Math.max(3 * needed, 2 * windowBounds.least));
      expect(carried / (link.bytesPerMilli * millis)).toBeGreaterThan(0.9);
    },
  );

  test("does not shrink for a client that is given little, nor for one that was idle before a burst", () => {
    const window = new Window("adaptive");
    const roundTripMillis = 2;
    for (let at = 0; at < 100; at++) {
      const answer = { acknowledgedBytes: (at + 1) * 10, inFlight: 0, isHolding: false };
      window.received({ roundTripMillis, ...answer }, at * 1_000);
    }
    expect(window.bytes).toBe(windowBounds.first);
    const first = { acknowledgedBytes: 1_000 + 64 * 1024, inFlight: 192 * 1024, isHolding: true };
    window.received({ roundTripMillis, ...first }, 200_000);
    expect(window.bytes).toBe(windowBounds.first);
  });
});

test.each<[WindowSetting, number]>([
  [1_000, 1_000],
  ["off", Number.POSITIVE_INFINITY],
])("a window of %s stays what it is", (setting, bytes) => {
  const window = new Window(setting);
  play(window, [[2_000, { bytesPerMilli: 100, roundTripMillis: 10 }]]);
  expect(window.bytes).toBe(bytes);
});

test("R34 · a fixed window is never exceeded by more than one message", () => {
  const link = { bytesPerMilli: 300, roundTripMillis: 20 };
  expect(play(new Window(5_500), [[2_000, link]]).mostInFlight).toBe(6_000);
});
