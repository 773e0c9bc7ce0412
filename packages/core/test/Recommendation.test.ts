import { expect, test } from "vitest";
import { type Condition, type ConnectionState, recommend } from "../src/index.js";

const condition = (some: Partial<Condition> = {}): Condition => ({
  state: "normal",
  health: "healthy",
  fill: 0.25,
  dropRate: 0,
  stalledMillis: 0,
  ...some,
});

test.each<[ConnectionState, string]>([
  ["normal", "ok"],
  ["throttled", "throttle"],
  ["paused", "pause"],
  ["dropping", "warning"],
  ["closing", "ok"],
  ["closed", "ok"],
])("healthy and %s: %s", (state, action) => {
  expect(recommend(condition({ state })).action).toBe(action);
});

test("it carries the fill, a reason and a suggestion, in words", () => {
  for (const state of ["normal", "throttled", "paused", "dropping", "closing", "closed"] as const) {
    const advice = recommend(condition({ state, fill: 0.75 }));
    expect(advice.fill).toBe(0.75);
    expect(advice.reason.length).toBeGreaterThan(5);
    expect(advice.suggestion.length).toBeGreaterThan(5);
  }
  expect(recommend(condition({ state: "paused", fill: 0.95 })).reason).toContain("95 %");
});

test("who is slow is said to be behind, by how much, from a second on", () => {
  for (const state of ["throttled", "paused", "dropping"] as const) {
    const reasonAt = (behindMillis: number) => recommend(condition({ state, behindMillis })).reason;
    expect(reasonAt(2_345)).toContain("; the client is 2.3 s behind");
    expect(reasonAt(999)).not.toContain("behind");
  }
});

test("whatever is advised has a reason, and a suggestion of its own", () => {
  const sick = [{ health: "degraded" }, { health: "unhealthy" }, { stalledMillis: 1 }] as const;
  const states = ["normal", "throttled", "paused", "dropping"] as const;
  const advice = [...sick, ...states.map((state) => ({ state }))].map((some) =>
    recommend(condition(some)),
  );
  for (const { reason, suggestion } of advice) {
    expect(reason).toMatch(/\w+ \w+/);
    expect(suggestion).toMatch(/\w+ \w+/);
  }
  expect(new Set(advice.map(({ suggestion }) => suggestion)).size).toBe(advice.length);
});

test("the worst that is true decides: a stall, then bad health, then the state", () => {
  const all = condition({
    state: "dropping",
    health: "unhealthy",
    dropRate: 0.5,
    stalledMillis: 1_500,
  });
  expect(recommend(all)).toMatchObject({
    action: "disconnect",
    reason: expect.stringContaining("1.5 s"),
  });
  const unhealthy = recommend({ ...all, stalledMillis: 0 });
  expect(unhealthy).toMatchObject({
    action: "disconnect",
    reason: expect.stringContaining("50 %"),
  });
  const degraded = recommend({ ...all, stalledMillis: 0, health: "degraded", dropRate: 0.2 });
  expect(degraded).toMatchObject({ action: "warning", reason: expect.stringContaining("20 %") });
});

test("what is closing or closed needs nothing, however bad it was", () => {
  for (const state of ["closing", "closed"] as const) {
    const bad = condition({ state, health: "unhealthy", dropRate: 1, stalledMillis: 9_000 });
    expect(recommend(bad).action).toBe("ok");
  }
});
