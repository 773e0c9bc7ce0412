/** R49 for a connection: none of its deadlines counts the time for which its server stood still. */
import { Event } from "@sluice/machines";
import { Effect, Fiber } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { expectSound, rig, run } from "./harness.js";
import { ManualLoop } from "./ManualLoop.js";

/** A connection whose kernel takes nothing, in a loop that a test turns. */
const watched = Effect.fnUntraced(function* (
  configuration: NonNullable<Parameters<typeof rig>[0]>["configuration"],
) {
  const loop = new ManualLoop();
  const r = yield* rig({ room: 0, vigil: loop.vigil, configuration: configuration ?? {} });
  const events: Array<number> = [];
  r.connection.observe({ onStep: (event) => events.push(event) });
  return { ...r, loop, events };
});

/** So long the loop stands still; then every timer that is due wakes, and nobody has heard the sockets yet. */
const stand = (loop: ManualLoop, millis: number) =>
  Effect.suspend(() => {
    loop.stand(millis);
    loop.turn();
    return TestClock.adjust(millis);
  });

/** So long the loop turns, ten times a second, and hears the sockets each time. */
const pass = Effect.fnUntraced(function* (loop: ManualLoop, millis: number) {
  for (let left = millis; left > 0; left -= 100) {
    yield* stand(loop, Math.min(left, 100));
    loop.hear();
  }
});

const night = 8 * 60 * 60_000;

describe("a stall", () => {
  const stalls = { watchdogMillis: 100, stallTimeoutMillis: 2_000, evictTimeoutMillis: 4_000 };

  test("R49 · is none of who took everything meanwhile, though no drain has told of it", () =>
    run(
      Effect.gen(function* () {
        const r = yield* watched(stalls);
        r.connection.offer("a");
        r.connection.offer("b");
        r.flusher.settle();
        r.transport.drain();
        yield* stand(r.loop, night);
        expect(r.transport.accepted).toEqual(["a"]);
        r.loop.hear();
        expect(r.transport.accepted).toEqual(["a", "b"]);
        expect([r.events, r.connection.assess()]).toEqual([[], "healthy"]);
        expectSound(r);
      }),
    ));

  test("R49 · and an eviction come when the loop has turned for their time, however long it stood", () =>
    run(
      Effect.gen(function* () {
        const r = yield* watched(stalls);
        r.connection.offer("a");
        r.flusher.settle();
        yield* stand(r.loop, night);
        r.loop.hear();
        yield* pass(r.loop, 1_700);
        expect(r.events).toEqual([]);
        yield* pass(r.loop, 300);
        expect(r.events).toContain(Event.stall);
        yield* stand(r.loop, night);
        r.loop.hear();
        yield* pass(r.loop, 1_500);
        expect(r.connection.state).toBe("normal");
        yield* pass(r.loop, 500);
        expect(r.connection.state).toBe("closed");
        expectSound(r);
      }),
    ));
});

describe("a blocked sender", () => {
  const blocking = { maxMessages: 1, overflow: "block", blockTimeoutMillis: 1_000 } as const;

  /** One message is in transit, one in the outbox, one waits. */
  const blocked = Effect.gen(function* () {
    const r = yield* watched(blocking);
    r.connection.offer("in transit");
    r.flusher.settle();
    r.connection.offer("buffered");
    const sender = yield* Effect.forkChild(Effect.exit(r.connection.send("late")));
    yield* Effect.yieldNow;
    return { ...r, sender };
  });

  test("R49 · gives up when the loop has turned for its time, however long it stood", () =>
    run(
      Effect.gen(function* () {
        const r = yield* blocked;
        yield* stand(r.loop, night);
        r.loop.hear();
        yield* pass(r.loop, 800);
        expect(r.connection.stats().waiting.messages).toBe(1);
        yield* pass(r.loop, 200);
        expect(r.connection.stats().rejected.timeout.messages).toBe(1);
        expect((yield* Fiber.join(r.sender))._tag).toBe("Failure");
        expectSound(r);
      }),
    ));

  test("R49 · whose deadline is over at a late wake is let in where there is room by then", () =>
    run(
      Effect.gen(function* () {
        const r = yield* blocked;
        yield* pass(r.loop, 900);
        r.transport.drain();
        yield* stand(r.loop, night);
        expect(r.connection.stats().waiting.messages).toBe(1);
        r.loop.hear();
        expect((yield* Fiber.join(r.sender))._tag).toBe("Success");
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["in transit", "buffered", "late"]);
        expectSound(r);
      }),
    ));
});

describe("a close", () => {
  test("R49 · whose deadline is over at a late wake is in order where all was taken by then", () =>
    run(
      Effect.gen(function* () {
        const r = yield* watched({ closeTimeoutMillis: 1_000 });
        r.connection.offer("in transit");
        r.connection.offer("buffered");
        r.flusher.settle();
        const closing = yield* Effect.forkChild(r.connection.close());
        yield* Effect.yieldNow;
        yield* pass(r.loop, 900);
        r.transport.drain();
        yield* stand(r.loop, night);
        r.loop.hear();
        r.flusher.settle();
        expect((yield* Fiber.join(closing)).by).toBe("close");
        expect(r.transport.accepted).toEqual(["in transit", "buffered"]);
        expectSound(r);
      }),
    ));

  test("that comes between a late wake and the sockets' turn is the end: nothing is judged after it", () =>
    run(
      Effect.gen(function* () {
        const r = yield* watched({ evictTimeoutMillis: 100 });
        r.connection.offer("a");
        r.flusher.settle();
        yield* stand(r.loop, night);
        r.transport.disconnect();
        r.actor.disconnected();
        r.loop.hear();
        r.flusher.settle();
        expect(r.events).toEqual([Event.disconnected]);
        expectSound(r);
      }),
    ));
});

test("the loop is watched while a connection has a deadline, and not when it has none or has closed", () =>
  run(
    Effect.gen(function* () {
      const r = yield* watched({});
      expect(r.loop.timers).toHaveLength(0);
      r.connection.offer("a");
      r.flusher.settle();
      expect(r.loop.timers).toHaveLength(1);
      yield* pass(r.loop, 300);
      r.transport.drain(1);
      r.actor.drained();
      r.flusher.settle();
      yield* pass(r.loop, 2_000);
      expect(r.loop.timers).toHaveLength(0);
      r.connection.offer("b");
      r.flusher.settle();
      expect(r.loop.timers).toHaveLength(1);
      r.actor.disconnected();
      expect(r.loop.timers).toHaveLength(0);
      expectSound(r);
    }),
  ));
