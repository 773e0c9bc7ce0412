/** The simulation: nothing is lost from its books, and the same seed gives the same run, in one part or in several. */
import { overflowStrategies } from "@sluice/core";
import { isAway, readsUntil } from "@sluice/simulation/engine";
import { describe, expect, test } from "vitest";
import { feed } from "../src/simulate/feed.js";
import { type Client, clientOf, inEqualParts, mix } from "../src/simulate/mix.js";
import { byClass, byStrategy } from "../src/simulate/Outcome.js";
import { simulation } from "../src/simulate/simulation.js";
import type { Tally } from "../src/simulate/Tally.js";

const classes = inEqualParts(mix);
const run = (from: number, to: number, seed = 7) =>
  simulation({ mix: classes, kind: "sluice", seed, from, to });
const whole = run(0, 300);

/** Everything in it that can be compared. */
const contents = ({ counts, ages, heldBytes }: Tally) => ({
  counts,
  ages: ages.map(({ count, min, max, mean }) =>
    count === 0 ? undefined : { count, min, max, mean },
  ),
  heldBytes,
});

describe("a simulation", () => {
  test("accounts for every message", () => {
    for (const counts of whole.counts) {
      const { offered, delivered, dropped, rejected, left, arrived } = counts;
      expect(offered).toBe(delivered + dropped + rejected + left);
      expect(arrived).toBeLessThanOrEqual(delivered);
    }
    const connections = whole.counts.reduce((sum, counts) => sum + counts.connections, 0);
    expect(connections).toBe(300);
  });

  test("has the same outcome whenever it is run, and another with another seed", () => {
    expect(contents(run(0, 300))).toEqual(contents(whole));
    expect(contents(run(0, 300, 8))).not.toEqual(contents(whole));
  });

  test("in parts adds up to the whole", () => {
    const sum = run(0, 120);
    sum.add(run(120, 300));
    expect(contents(sum).counts).toEqual(whole.counts);
    expect(sum.heldBytes).toEqual(whole.heldBytes);
    expect(sum.ages.map(({ count, max }) => ({ count, max }))).toEqual(
      whole.ages.map(({ count, max }) => ({ count, max })),
    );
  });

  test("loses nothing of fast clients, and of sleeping ones by the fate of their strategy", () => {
    for (const { name, strategy, lost, counts } of byClass(whole)) {
      if (name === "fast") expect(lost).toBe(0);
      if (name !== "asleep") continue;
      expect(counts.dropped > 0).toBe(["drop-oldest", "drop-all", "disconnect"].includes(strategy));
      expect(counts.disconnected > 0).toBe(strategy === "disconnect");
      expect(counts.skipped > 0).toBe(strategy === "block");
    }
  });

  test("has the same of uWebSockets.js alone: it loses nothing, and what is slow is older", () => {
    const bare = simulation({ mix: classes, kind: "bare", seed: 7, from: 0, to: 300 });
    const ours = byClass(whole);
    for (const [at, { name, strategy, counts, age }] of byClass(bare).entries()) {
      expect(counts).toMatchObject({ dropped: 0, rejected: 0, delivered: counts.offered });
      expect(counts.connections).toBe(ours[at]?.counts.connections);
      if (name === "3g" && strategy === "drop-oldest") {
        expect(age.p50).toBeGreaterThan(ours[at]?.age.p50 ?? 0);
      }
    }
    const last = feed.seconds - 1;
    const held = (tally: Tally) => tally.heldBytes.reduce((sum, one) => sum + (one[last] ?? 0), 0);
    expect(held(bare)).toBeGreaterThan(held(whole));
  });

  test("has every strategy, with ages that are ordered", () => {
    const outcomes = byStrategy(whole);
    expect(outcomes.map(({ strategy }) => strategy)).toEqual(overflowStrategies);
    for (const { age } of outcomes) expect(age.p50).toBeLessThan(age.p99);
  });
});

describe("a client", () => {
  const clients = Array.from({ length: 200 }, (_, number) => clientOf(classes, 3, number));

  test("reads in two goes what it reads in one", () => {
    for (const client of clients) {
      const [from, bytes] = [client.opensAtMillis, feed.messageBytes];
      const twice = readsUntil(client, readsUntil(client, from, bytes), bytes);
      const once = readsUntil(client, from, 2 * bytes);
      if (once === Number.POSITIVE_INFINITY) expect(twice).toBe(once);
      else expect(twice).toBeCloseTo(once, 6);
    }
  });

  test("reads nothing while it is away", () => {
    const away: Client = {
      ...(clients[0] as Client),
      bytesPerMilli: 10,
      awayEveryMillis: 1_000,
      awayForMillis: 400,
      awayAtMillis: 500,
      sleepsAtMillis: 5_000,
    };
    expect([499, 500, 899, 900, 1_499, 1_500, 5_000].map((at) => isAway(away, at))).toEqual([
      false,
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
    expect(readsUntil(away, 0, 5_000)).toBe(500);
    expect(readsUntil(away, 0, 5_001)).toBeCloseTo(900.1, 6);
    expect(readsUntil(away, 600, 100)).toBe(910);
    expect(readsUntil(away, 0, 10_000)).toBe(1_400);
    expect(readsUntil(away, 0, 1_000_000)).toBe(Number.POSITIVE_INFINITY);
  });

  test("follows from its seed and number, and each share is kept", () => {
    expect(clientOf(mix, 5, 17)).toEqual(clientOf(mix, 5, 17));
    const many = Array.from({ length: 10_000 }, (_, number) => clientOf(mix, 5, number).kind);
    for (const [kind, { share }] of mix.entries()) {
      expect(many.filter((one) => one === kind).length / many.length).toBeCloseTo(share, 1.5);
    }
  });
});
