/** The age of what waits of channels with limits of their own, beside a connection's outbox that has an order of its own. */
import { Frame } from "@sluice/runtime/adapter";
import fc from "fast-check";
import { expect, test } from "vitest";
import { behind, type ChannelWorld } from "./ChannelWorld.js";

const lookMillis = 1_000;

/** A second passes, and the connection is looked at, as a server does. */
function pass(world: ChannelWorld): void {
  world.clock.advance(lookMillis);
  world.connection.assess();
  world.clock.advance(0);
  world.flusher.settle();
}

test("however much its own outbox loses meanwhile, what waits of a channel is seen to be too old", () => {
  const world = behind(
    { maxMessages: 2, overflow: "drop-newest" },
    { maxMessages: 10, evictAgeMillis: 8_000 },
  );
  world.publish("prices.a", "old");
  const closedAt = () => world.connection.eviction?.atEpochMillis;
  for (let second = 0; second < 20 && closedAt() === undefined; second++) {
    for (let count = 0; count < 50; count++) world.connection.offer(Frame.text("x"));
    pass(world);
  }
  expect(world.connection.eviction).toMatchObject({ rung: "age", oldestMillis: 8_000 });
  expect(closedAt()).toBeLessThanOrEqual(8_000 + 1_000 + lookMillis);
});

test("a channel of which everything has left begins anew", () => {
  const world = behind({ maxMessages: 2 }, { maxMessages: 10, evictAgeMillis: 4_000 });
  for (let second = 0; second < 20; second++) {
    world.publish("prices.a", `a${second}`);
    pass(world);
    if (second % 3 === 2) for (let left = 3; left > 0; left--) world.read(10_000);
  }
  expect(world.connection.state).not.toBe("closed");
});

test("a message's time in the outbox ends when it has left, not when so many of channels have", () => {
  const world = behind({ maxMessages: 10 });
  const told: Array<number> = [];
  const heard = { onBatch: () => {}, onSendWait: () => {}, onRoundTrip: () => {} };
  world.connection.sample({ ...heard, onOutboxTime: (millis) => void told.push(millis) });
  for (let count = 0; count < 3; count++) world.connection.offer(Frame.text("x".repeat(16_000)));
  for (let count = 0; count < 3; count++) world.publish("prices.a", "x".repeat(16_000));
  world.flusher.settle();
  world.connection.assess();
  world.connection.offer(Frame.text("own"));
  while (!world.received.includes("own")) {
    expect(told).toEqual([]);
    world.clock.advance(1_000);
    world.read(16_000);
  }
  expect(told).toEqual([world.clock.millis]);
});

const queues = ["own", "prices.a", "prices.b"] as const;

/** What happens in a second: so many messages come of each, and the client takes so many bytes. */
const second = fc.record({
  come: fc.tuple(fc.nat(4), fc.nat(2), fc.nat(2)),
  taken: fc.constantFrom(0, 0, 6, 20),
});

const settings = fc.record({
  evictAgeMillis: fc.integer({ min: 1_000, max: 12_000 }),
  evictGraceMillis: fc.constantFrom(0, 3_000),
  overflow: fc.constantFrom("drop-oldest" as const, "drop-newest" as const),
  maxMessages: fc.integer({ min: 2, max: 20 }),
});

const limits = fc.record({
  maxMessages: fc.constantFrom(1, 3, 20),
  overflow: fc.constantFrom("drop-oldest" as const, "drop-newest" as const),
});

/** Three queues beside it, of when each message came that waits. */
test("R39 · with channels that have limits nobody is closed for its age before its time, and whoever is slow is by the same bound", () => {
  let closed = 0;
  fc.assert(
    fc.property(
      settings,
      limits,
      fc.array(second, { minLength: 30, maxLength: 60 }),
      (given, limit, story) => {
        const world = behind(limit, given);
        const { evictAgeMillis, evictGraceMillis } = given;
        const boundMillis = (evictAgeMillis * 9) / 8 + lookMillis + evictGraceMillis;
        const cameAt = new Map<string, number>();
        const waiting = new Map<string, Array<string>>(queues.map((name) => [name, []]));
        let count = 0;
        /** What the client's socket has taken waits no more. */
        const leave = () => {
          const gone = new Set(world.received);
          for (const [name, queue] of waiting) {
            const stays = queue.filter((text) => !gone.has(text));
            waiting.set(name, stays);
          }
        };
        /** Who came is taken, and who was lost for that was the oldest of its queue. */
        const come = (name: string, nowMillis: number) => {
          leave();
          const text = `${name} ${count++}`;
          const before = world.connection.stats();
          if (name === "own") world.connection.offer(Frame.text(text));
          else world.publish(name, text);
          const after = world.connection.stats();
          if (after.enqueued.messages === before.enqueued.messages) return;
          cameAt.set(text, nowMillis);
          const queue = waiting.get(name) ?? [];
          queue.push(text);
          for (
            let lost = before.dropped.evicted.messages;
            lost < after.dropped.evicted.messages;
            lost++
          )
            queue.shift();
        };
        for (const [at, { come: counts, taken }] of story.entries()) {
          const nowMillis = at * lookMillis;
          for (const [index, name] of queues.entries()) {
            for (let left = counts[index] ?? 0; left > 0; left--) come(name, nowMillis);
          }
          if (taken > 0) world.read(taken);
          leave();
          const oldest = Math.min(
            ...[...waiting.values()].flat().map((text) => cameAt.get(text) ?? Number.NaN),
          );
          pass(world);
          const eviction = world.connection.eviction;
          const ageMillis = nowMillis + lookMillis - oldest;
          if (eviction !== undefined) {
            closed++;
            expect(eviction.rung).toBe("age");
            expect(ageMillis).toBeGreaterThanOrEqual(evictAgeMillis);
            expect(eviction.oldestMillis).toBeLessThanOrEqual(ageMillis);
            return;
          }
          expect(ageMillis).toBeLessThanOrEqual(boundMillis);
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(closed).toBeGreaterThan(10);
});
