/** Who was cut off at a server elsewhere, as `sluice top` reads and says it. */
import { expect, test } from "vitest";
import { remoteEvictions } from "../src/top/RemoteEviction.js";
import { topEvictions } from "../src/top/topLines.js";

const one = (id: string, atEpochMillis: number) => ({
  id,
  atEpochMillis,
  rung: "age",
  reason: "slow consumer: oldest message waited 8 s",
});

test("all paths are counted together, and the last of all is named", () => {
  const evictions = remoteEvictions({
    "/feed": { counts: { stalled: 1_200, age: 1, asked: 0 }, latest: [one("c1", 5), one("c2", 9)] },
    "/query": { counts: { stalled: 3, age: 1 }, latest: [{ ...one("c3", 7), label: "Ada" }] },
  });
  expect(evictions.counts).toEqual({ stalled: 1_203, age: 2 });
  expect(topEvictions(evictions)).toBe(
    "evicted: 1,203 stalled, 2 age; last c2 of /feed (slow consumer: oldest message waited 8 s)",
  );
});

test("nothing is said where nobody was cut off, or the server does not tell", () => {
  expect(topEvictions(remoteEvictions({ "/feed": { counts: { age: 0 }, latest: [] } }))).toBe("");
  expect(topEvictions(undefined)).toBe("");
});

test("what steers a terminal is not shown, and what is malformed is refused", () => {
  const evictions = remoteEvictions({
    "/feed": { counts: { "\x1b[2J": 1 }, latest: [{ ...one("c1", 1), reason: "\x1b[31mred" }] },
  });
  expect(topEvictions(evictions)).not.toContain("\x1b");
  expect(() => remoteEvictions({ "/feed": { counts: {}, latest: [{ id: 5 }] } })).toThrow();
});
