import { describe, expect, test } from "vitest";
import { dropRate, healthOf, RecentDropRate } from "../src/index.js";

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
  expect(recent.rate(5, 10)).toBe(0.5);
  recent.advance(50, 5, 10);
  expect(recent.rate(5, 20)).toBe(0.25);
  recent.advance(100, 5, 20);
  expect(recent.rate(5, 30)).toBe(0);
});

test("the recent rate forgets what is older than its window", () => {
  const recent = new RecentDropRate(100, 0);
  recent.advance(50, 100, 100);
  recent.advance(100, 100, 100);
  expect(recent.rate(100, 100)).toBe(0);
  expect(recent.rate(101, 104)).toBe(0.25);
});

test("the window does not move on before half of it has passed", () => {
  const recent = new RecentDropRate(100, 1_000);
  for (const now of [1_010, 1_049.999]) recent.advance(now, 50, 50);
  expect(recent.rate(50, 100)).toBe(0.5);
});

test("the recent rate covers at least the last half of its window", () => {
  const recent = new RecentDropRate(100, 0);
  let lost = 0;
  for (let now = 1; now <= 1_000; now++) {
    lost++;
    recent.advance(now, lost, now);
    expect(recent.rate(lost, now)).toBe(1);
  }
});

test("the recent rate is at most 1, also when what is lost was offered before the window", () => {
  const recent = new RecentDropRate(1_000, 0);
  recent.advance(500, 0, 100);
  recent.advance(1_000, 0, 100);
  expect(recent.rate(50, 110)).toBe(1);
});
