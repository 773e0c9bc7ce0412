/** R20: what has time in it is one timer at the most, for the earliest deadline, and none where there is no deadline. */
import { Clock, Duration, Effect, Fiber } from "effect";
import { TestClock } from "effect/testing";
import { expect, test } from "vitest";
import { expectSound, rig, run } from "./harness.js";
import { ManualLoop } from "./ManualLoop.js";

/** A connection whose timers are counted. */
const timed = Effect.fnUntraced(function* (options: Parameters<typeof rig>[0]) {
  const clock = yield* Clock.Clock;
  const begun: Array<number> = [];
  let running = 0;
  const counting: Clock.Clock = {
    ...clock,
    sleep: (duration) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          running++;
          begun.push(Duration.toMillis(duration));
        }),
        () => clock.sleep(duration),
        () => Effect.sync(() => running--),
      ),
  };
  const r = yield* rig(options).pipe(Effect.provideService(Clock.Clock, counting));
  return {
    ...r,
    begun,
    running: Effect.andThen(
      Effect.yieldNow,
      Effect.sync(() => running),
    ),
  };
});

const blocking = { maxMessages: 1, overflow: "block" } as const;

test("R20 · there is none without a deadline, and one for the earliest of several", () =>
  run(
    Effect.gen(function* () {
      const configuration = {
        ...blocking,
        watchdogMillis: 2_000,
        blockTimeoutMillis: 500,
        closeTimeoutMillis: 300,
      };
      const r = yield* timed({ room: 0, configuration });
      r.connection.offer("in transit");
      expect(yield* r.running).toBe(0);
      r.flusher.settle();
      expect([yield* r.running, r.begun]).toEqual([1, [2_000]]);
      r.connection.offer("full");
      const sender = yield* Effect.forkChild(Effect.exit(r.connection.send("late")));
      expect([yield* r.running, r.begun]).toEqual([1, [2_000, 500]]);
      r.actor.close();
      expect([yield* r.running, r.begun]).toEqual([1, [2_000, 500, 300]]);
      expect((yield* Fiber.join(sender))._tag).toBe("Failure");
      yield* TestClock.adjust(300);
      r.flusher.settle();
      expect([yield* r.running, r.transport.ending]).toEqual([0, "terminated"]);
      expectSound(r);
    }),
  ));

test("a later deadline leaves the timer alone, and has its own when that has come", () =>
  run(
    Effect.gen(function* () {
      const configuration = { ...blocking, watchdogMillis: 400, blockTimeoutMillis: 500 };
      const r = yield* timed({ room: 0, configuration });
      r.connection.offer("in transit");
      r.flusher.settle();
      r.connection.offer("full");
      const sender = yield* Effect.forkChild(Effect.exit(r.connection.send("late")));
      expect([yield* r.running, r.begun]).toEqual([1, [400]]);
      yield* TestClock.adjust(400);
      expect([yield* r.running, r.begun]).toEqual([1, [400, 100]]);
      yield* TestClock.adjust(100);
      expect((yield* Fiber.join(sender))._tag).toBe("Failure");
      expect([yield* r.running, r.begun]).toEqual([1, [400, 100, 300]]);
      expectSound(r);
    }),
  ));

test("R20 · the one that runs is gone as soon as the connection is, whoever ends it", () =>
  run(
    Effect.gen(function* () {
      for (const end of ["disconnected", "evict"] as const) {
        const r = yield* timed({ room: 0 });
        r.connection.offer("in transit");
        r.flusher.settle();
        expect(yield* r.running).toBe(1);
        r.actor[end]();
        r.flusher.settle();
        expect(yield* r.running).toBe(0);
        yield* TestClock.adjust(60_000);
        expect(r.begun).toHaveLength(1);
        expectSound(r);
      }
    }),
  ));

test("once the transport has drained and nothing is due, the last one that was set is not set again", () =>
  run(
    Effect.gen(function* () {
      const r = yield* timed({ room: 0, configuration: { watchdogMillis: 400 } });
      r.connection.offer("in transit");
      r.flusher.settle();
      r.transport.drain();
      r.actor.drained();
      r.flusher.settle();
      yield* TestClock.adjust(60_000);
      expect([yield* r.running, r.begun]).toEqual([0, [400]]);
      expectSound(r);
    }),
  ));

const always = { adaptiveThrottling: false, minDelayMillis: 5, maxDelayMillis: 20 } as const;

test("R24 · a sender that is delayed at an empty outbox goes out when its delay is over", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ configuration: always });
      const sender = yield* Effect.forkChild(r.connection.send("x"));
      yield* Effect.yieldNow;
      r.flusher.settle();
      expect(r.connection.stats().waiting.messages).toBe(1);
      yield* TestClock.adjust(5);
      yield* Fiber.join(sender);
      r.flusher.settle();
      expect(r.transport.accepted).toEqual(["x"]);
      expectSound(r);
    }),
  ));

test("R24 · a sender whose delay is over is let in by one before it that leaves, and is in line at once", () =>
  run(
    Effect.gen(function* () {
      const loop = new ManualLoop();
      const r = yield* rig({ configuration: always, vigil: loop.vigil });
      const settled: Array<string> = [];
      const first = r.actor.send("first", () => settled.push("first"));
      r.actor.send("second", () => settled.push("second"));
      r.flusher.settle();
      loop.stand(5);
      // The timer has yet to wake.
      if (first !== undefined) r.actor.cancel(first);
      r.flusher.settle();
      expect([settled, r.transport.accepted]).toEqual([["first", "second"], ["second"]]);
      expectSound(r);
    }),
  ));
