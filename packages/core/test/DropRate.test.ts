import { describe, expect, test } from "vitest";
import { dropRate, healthOf, RecentDropRate } from "../src/index.js";

const counts = (lost: number, offered: number) => ({ lost, tooLarge: 0, crowded: 0, offered });

describe("health", () => {
  test.each([
    [0, "healthy"],
    [0.099_999, "healthy"],
    [0.1, "degraded"],
    [0.2, "degraded"],
    [0.3, "degraded"],
    [0.300_001, "unhealthy"],
    [1, "unhealthy"],
  ] as const)("a drop rate of %d is %s", (rate, health) => {
    expect(healthOf(rate)).toBe(health);
  });

  test("the boundaries hold for counts too", () => {
    const of = (lost: number, offered: number) => healthOf(dropRate(lost, offered));
    expect(of(99, 1_000)).toBe("healthy");
    expect(of(100, 1_000)).toBe("degraded");
    expect(of(300, 1_000)).toBe("degraded");
    expect(of(301, 1_000)).toBe("unhealthy");
    expect(of(3, 10)).toBe("degraded");
    expect(of(1, 10)).toBe("degraded");
  });
});

test("with nothing offered nothing was lost", () => {
  expect(dropRate(0, 0)).toBe(0);
  expect(healthOf(dropRate(0, 0))).toBe("healthy");
});

test("the recent rate is that of the whole life until half a window has passed twice", () => {
  const recent = new RecentDropRate(100, 0);
  expect(recent.rates(counts(5, 10)).lost).toBe(0.5);
  recent.advance(50, counts(5, 10));
  expect(recent.rates(counts(5, 20)).lost).toBe(0.25);
  recent.advance(100, counts(5, 20));
  expect(recent.rates(counts(5, 30)).lost).toBe(0);
});

test("the recent rate forgets what is older than its window", () => {
  const recent = new RecentDropRate(100, 0);
  recent.advance(50, counts(100, 100));
  recent.advance(100, counts(100, 100));
  expect(recent.rates(counts(100, 100)).lost).toBe(0);
  expect(recent.rates(counts(101, 104)).lost).toBe(0.25);
});

test("the window does not move on before half of it has passed", () => {
  const recent = new RecentDropRate(100, 1_000);
  for (const now of [1_010, 1_049.999]) recent.advance(now, counts(50, 50));
  expect(recent.rates(counts(50, 100)).lost).toBe(0.5);
});

test("the recent rate covers at least the last half of its window", () => {
  const recent = new RecentDropRate(100, 0);
  let lost = 0;
  for (let now = 1; now <= 1_000; now++) {
    lost++;
    recent.advance(now, counts(lost, now));
    expect(recent.rates(counts(lost, now)).lost).toBe(1);
  }
});

test("the recent rate is at most 1, also when what is lost was offered before the window", () => {
  const recent = new RecentDropRate(1_000, 0);
  recent.advance(500, counts(0, 100));
  recent.advance(1_000, counts(0, 100));
  expect(recent.rates(counts(50, 110)).lost).toBe(1);
});

test("mistakes of the sender's have shares of their own", () => {
  const recent = new RecentDropRate(100, 0);
  recent.advance(50, { lost: 1, tooLarge: 2, crowded: 4, offered: 10 });
  recent.advance(100, { lost: 1, tooLarge: 2, crowded: 4, offered: 10 });
  const later = { lost: 2, tooLarge: 4, crowded: 7, offered: 20 };
  expect(recent.rates(later)).toEqual({ lost: 0.1, tooLarge: 0.2, crowded: 0.3 });
});
