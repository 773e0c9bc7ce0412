/** R49: a server that was itself asleep blames nobody. */
import { Vigil } from "@sluice/runtime";
import { describe, expect, test, vi } from "vitest";
import { ManualLoop } from "./ManualLoop.js";

test("R49 · while the loop turns its time is the clock's", () => {
  const loop = new ManualLoop();
  const { vigil } = loop;
  vigil.watch();
  const start = vigil.now();
  for (let beat = 1; beat <= 20; beat++) {
    loop.stand(110);
    expect(vigil.now() - start).toBe(beat * 110);
    loop.turn();
    loop.hear();
    expect(vigil.now() - start).toBe(beat * 110);
  }
});

test("R49 · what the loop stood still for is left out, all but the time to the beat and its tolerance", () => {
  const loop = new ManualLoop();
  const { vigil } = loop;
  vigil.watch();
  const before = vigil.now();
  loop.stand(10_000);
  expect(vigil.now() - before).toBe(150);
  expect(vigil.asleepMillis).toBe(9_850);
  loop.turn();
  loop.hear();
  expect(vigil.now() - before).toBe(150);
  loop.stand(30);
  expect(vigil.now() - before).toBe(180);
  expect(vigil.asleepMillis).toBe(9_850);
});

test("R49 · after a late beat time stands still until the sockets have been heard", () => {
  const loop = new ManualLoop();
  const { vigil } = loop;
  vigil.watch();
  const before = vigil.now();
  loop.stand(1_000);
  loop.turn();
  loop.stand(500);
  expect(vigil.now() - before).toBe(150);
  loop.hear();
  loop.stand(1);
  expect(vigil.now() - before).toBe(151);
});

test("it beats only while somebody watches", () => {
  const loop = new ManualLoop();
  const { vigil, timers } = loop;
  expect(timers).toHaveLength(0);
  const [end, another] = [vigil.watch(), vigil.watch()];
  expect(timers).toHaveLength(1);
  end();
  end();
  expect(timers).toHaveLength(1);
  another();
  expect(timers).toHaveLength(0);
  const before = vigil.now();
  loop.stand(5_000);
  expect(vigil.now() - before).toBe(5_000);
  vigil.watch();
  loop.stand(100);
  loop.turn();
  loop.hear();
  expect(timers).toHaveLength(1);
});

test("R49 · a sleep is forgotten also when the last one stops to watch before the beat", () => {
  const loop = new ManualLoop();
  const { vigil, timers } = loop;
  const end = vigil.watch();
  loop.stand(10_000);
  const before = vigil.now();
  loop.turn();
  end();
  loop.hear();
  expect(vigil.now()).toBe(before);
  expect(timers).toHaveLength(0);
});

test("one that is watched anew while a beat waits for the sockets beats once", () => {
  const loop = new ManualLoop();
  const { vigil, timers } = loop;
  const end = vigil.watch();
  loop.stand(100);
  loop.turn();
  end();
  vigil.watch();
  loop.hear();
  expect(timers).toHaveLength(1);
});

describe("unless it is given another, its time is the process's", () => {
  test("it starts with the clock that does not go back, and so do its beats", () => {
    const vigil = new Vigil();
    const before = performance.now();
    const now = vigil.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(performance.now());
  });

  test("who waits for the sockets to be heard is called in a later turn of the loop", async () => {
    const vigil = new Vigil();
    let isHeard = false;
    vigil.afterInput(() => {
      isHeard = true;
    });
    await Promise.resolve();
    expect(isHeard).toBe(false);
    while (!isHeard) await new Promise((resolve) => setImmediate(resolve));
  });

  test("it has one timer while it is watched, and none afterwards", () => {
    vi.useFakeTimers();
    try {
      const end = new Vigil().watch();
      expect(vi.getTimerCount()).toBe(1);
      end();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
