/** A client that takes nothing, for a while or for good: what is made of it, and when it is taken back. */
import { Event, states } from "@sluice/machines";
import { Effect, Fiber } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { expectSound, rig, run } from "./harness.js";

const stalls = {
  room: 0,
  configuration: { watchdogMillis: 100, stallTimeoutMillis: 2_000, evictTimeoutMillis: null },
} as const;

describe("a stall", () => {
  test("is taken back as soon as the client takes something, and begins anew after that", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(stalls);
        r.connection.offer("abcdefgh");
        r.flusher.settle();
        yield* TestClock.adjust(3_000);
        expect(r.connection.assess()).toBe("unhealthy");
        expect(r.connection.recommendation().action).toBe("disconnect");
        expect(r.connection.recommendation().reason).toContain("3");
        r.transport.drain(1);
        r.actor.drained();
        expect(r.connection.assess()).toBe("healthy");
        expect(r.connection.recommendation().action).toBe("ok");
        yield* TestClock.adjust(1_999);
        expect(r.connection.assess()).toBe("healthy");
        yield* TestClock.adjust(1);
        expect(r.connection.assess()).toBe("unhealthy");
        r.transport.drain();
        r.actor.drained();
        expect(r.connection.assess()).toBe("healthy");
        expect(r.actor.isPressured).toBe(false);
        expectSound(r);
      }),
    ));

  test("is reported once, as a step of the chart", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(stalls);
        const seen: Array<number> = [];
        r.connection.offer("abc");
        r.flusher.settle();
        r.connection.observe({ onStep: (event) => seen.push(event) });
        yield* TestClock.adjust(10_000);
        expect(seen.filter((event) => event === Event.stall)).toHaveLength(1);
      }),
    ));

  test("of no length is none: a connection that nobody sends to is healthy for ever", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(stalls);
        r.connection.offer("x");
        r.flusher.settle();
        r.transport.drain();
        r.actor.drained();
        yield* TestClock.adjust(60_000);
        expect(r.connection.assess()).toBe("healthy");
        expect(r.connection.recommendation().action).toBe("ok");
      }),
    ));

  test("is counted from when its own pressure began, however long ago the last one was", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(stalls);
        r.connection.offer("x");
        r.flusher.settle();
        r.transport.drain(1);
        r.actor.drained();
        yield* TestClock.adjust(60_000);
        r.connection.offer("y");
        r.flusher.settle();
        expect(r.actor.isPressured).toBe(true);
        yield* TestClock.adjust(1_999);
        expect(r.connection.assess()).toBe("healthy");
        yield* TestClock.adjust(1);
        expect(r.connection.assess()).toBe("unhealthy");
        expectSound(r);
      }),
    ));

  test("is not ended by a drain that took nothing", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(stalls);
        r.connection.offer("abc");
        r.flusher.settle();
        for (let tenth = 0; tenth < 20; tenth++) {
          yield* TestClock.adjust(100);
          r.actor.drained();
        }
        expect(r.connection.assess()).toBe("unhealthy");
      }),
    ));
});

test("who never reads is evicted only where that is configured", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig(stalls);
      r.connection.offer("abc");
      r.flusher.settle();
      yield* TestClock.adjust(60_000);
      expect(r.connection.state).not.toBe("closed");
    }),
  ));

test("an observer is not told of the step in which it came, but of the next one", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ configuration: { maxMessages: 10 } });
      const late: Array<string | undefined> = [];
      let came = false;
      r.connection.observe({
        onStep: () => {
          if (came) return;
          came = true;
          r.connection.observe({ onStep: (_, __, to) => late.push(states[to]?.state) });
        },
      });
      for (let index = 0; index < 7; index++) r.connection.offer("x");
      expect([came, late]).toEqual([true, []]);
      for (let index = 0; index < 2; index++) r.connection.offer("x");
      expect(late).toEqual(["paused"]);
    }),
  ));

test("an observer that stops during a step of its own keeps nobody else from being told", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({ configuration: { maxMessages: 10 } });
      const told: Array<string> = [];
      const stop = r.connection.observe({
        onStep: () => {
          told.push("first");
          stop();
        },
      });
      r.connection.observe({ onStep: () => told.push("second") });
      for (let index = 0; index < 9; index++) r.connection.offer("x");
      expect(told).toEqual(["first", "second", "second"]);
    }),
  ));

test("a sender that gives up lets the next in line go, and what is let in goes out", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig({
        room: 0,
        configuration: { maxBytes: 10, overflow: "block", adaptiveThrottling: false },
      });
      r.connection.offer("in transit");
      r.flusher.settle();
      r.connection.offer("12345678");
      const large = yield* Effect.forkChild(r.connection.send("large one"));
      yield* Effect.yieldNow;
      const small = yield* Effect.forkChild(r.connection.send("ok"));
      yield* Effect.yieldNow;
      expect(r.connection.stats().waiting.messages).toBe(2);
      yield* Fiber.interrupt(large);
      expect((yield* Fiber.join(small))._tag).toBe("Accepted");
      r.transport.drain();
      r.actor.drained();
      r.flusher.settle();
      expect(r.transport.accepted).toEqual(["in transit", "12345678", "ok"]);
      expectSound(r);
    }),
  ));
