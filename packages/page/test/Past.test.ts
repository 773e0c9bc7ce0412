import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionRegistry } from "@sluice/runtime";
import type { UwsConnection } from "@sluice/uws";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { Past } from "../src/Past.js";

// The event loop is timed for real; when it is looked at is ours to say.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

function kept(): Past {
  const routes = { "/feed": { connections: new ConnectionRegistry<UwsConnection>() } };
  const past = new Past(routes, () => "");
  past.start();
  onTestFinished(() => past.stop());
  return past;
}

test("what was before a page came includes how late the event loop was", async () => {
  const past = kept();
  expect(past.points.map(({ loopDelayMillis }) => loopDelayMillis)).toEqual([null]);
  let longest = 0;
  for (let tries = 0; longest < 50 && tries < 200; tries++) {
    // It has to come round before it can be late, and after.
    await sleep(20);
    const end = performance.now() + 100;
    while (performance.now() < end);
    await sleep(20);
    vi.advanceTimersByTime(5_000);
    longest = past.points.at(-1)?.loopDelayMillis?.max ?? 0;
  }
  expect(longest).toBeGreaterThan(50);
  const { median, p99 } = past.points.at(-1)?.loopDelayMillis ?? {};
  expect(p99).toBeLessThanOrEqual(longest);
  expect(median).toBeLessThanOrEqual(p99 ?? 0);
});

test("memory that cannot be read ends nothing", () => {
  const past = kept();
  vi.spyOn(process, "memoryUsage").mockImplementation(() => {
    throw new Error("EMFILE");
  });
  vi.advanceTimersByTime(10_000);
  expect(past.points).toHaveLength(3);
  for (const { rssBytes } of past.points) expect(rssBytes).toBeGreaterThanOrEqual(0);
});
