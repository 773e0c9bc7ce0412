import { states } from "@sluice/machines";
import { defaultQuantum } from "@sluice/runtime";
import { Effect, Exit, Fiber, Scope } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { expectSound, rig, run } from "./harness.js";

const fill = (n: number) => Array.from({ length: n }, (_, index) => String(index));

describe("an observer", () => {
  test("is told of every step while it looks, whatever another one throws, and of none after it", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ configuration: { maxMessages: 10 } });
        const seen: Array<number> = [];
        r.connection.observe({
          onStep: () => {
            throw new Error("not mine");
          },
        });
        const stop = r.connection.observe({ onStep: (_, __, to) => seen.push(to) });
        for (const message of fill(9)) r.connection.offer(message);
        expect(seen.map((row) => states[row]?.state)).toEqual(["throttled", "paused"]);
        expect(seen.at(-1)).toBe(r.connection.stateId);
        stop();
        r.flusher.settle();
        expect(seen).toHaveLength(2);
        expect(r.connection.state).toBe("normal");
      }),
    ));
});

describe("delivery", () => {
  test("nothing is written before the flush, and everything in order in it", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        for (const message of fill(5)) r.connection.offer(message);
        expect(r.transport.accepted).toEqual([]);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(fill(5));
        expectSound(r);
      }),
    ));

  test("R21 · nothing is sent under pressure, and a 0 is never sent again", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 2 });
        for (const message of fill(6)) r.connection.offer(message);
        r.flusher.settle();
        // Two bytes fit, the third message is the one that finds pressure.
        expect(r.transport.accepted).toEqual(["0", "1", "2"]);
        expect(r.actor.isPressured).toBe(true);
        r.connection.offer("6");
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["0", "1", "2"]);
        r.transport.drain();
        r.actor.drained();
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(fill(7));
        expectSound(r);
      }),
    ));

  test("a message of any size is written, also one that fills a quantum to within its frame's header", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const { bytes } = defaultQuantum;
        for (let size = bytes - 12; size <= bytes + 2; size++) {
          r.connection.offer("x".repeat(size));
          r.connection.offer("behind it");
          r.flusher.settle();
          expect(r.connection.stats().buffered.messages, `${size} bytes`).toBe(0);
        }
        expectSound(r);
      }),
    ));

  test("a drain that leaves bytes behind is not a reason to send", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 0 });
        r.connection.offer("abcdef");
        r.connection.offer("g");
        r.flusher.settle();
        r.transport.drain(3);
        r.actor.drained();
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["abcdef"]);
        expectSound(r);
      }),
    ));

  test("a refused message stays in the outbox and goes out later, once", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        let refuse = true;
        const send = r.transport.send.bind(r.transport);
        r.transport.send = (message) => (refuse ? 2 : send(message));
        r.connection.offer("a");
        r.flusher.settle();
        expect(r.connection.stats().buffered.messages).toBe(1);
        expect(r.actor.pump.refusals).toBe(1);
        refuse = false;
        yield* TestClock.adjust(1_000);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["a"]);
        expectSound(r);
      }),
    ));

  test("R25 · a drain that never comes is survived: the watchdog finds the room", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 0, configuration: { watchdogMillis: 250 } });
        r.connection.offer("a");
        r.connection.offer("b");
        r.flusher.settle();
        r.transport.drain();
        yield* TestClock.adjust(249);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["a"]);
        yield* TestClock.adjust(1);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["a", "b"]);
        expectSound(r);
      }),
    ));

  test("a transport that throws costs its own connection and no other", () =>
    run(
      Effect.gen(function* () {
        const bad = yield* rig();
        const good = yield* rig();
        bad.transport.send = () => {
          throw new Error("broken");
        };
        const closed = yield* Effect.forkChild(bad.connection.closed);
        yield* Effect.yieldNow;
        bad.connection.offer("a");
        bad.connection.offer("b");
        good.connection.offer("c");
        bad.flusher.settle();
        good.flusher.settle();
        expect((yield* Fiber.join(closed)).code).toBe(1011);
        expect(good.transport.accepted).toEqual(["c"]);
        expectSound(bad);
      }),
    ));
});

describe("send", () => {
  test("is immediate while normal", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        expect(yield* r.connection.send("a")).toEqual({ _tag: "Accepted", evicted: 0 });
        expectSound(r);
      }),
    ));

  test("waits the delay while throttled, and no longer", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          configuration: { maxMessages: 20, maxDelayMillis: 100 },
          room: 0,
        });
        for (const message of fill(17)) r.connection.offer(message);
        expect(r.connection.delayMillis).toBe(75);
        const fiber = yield* Effect.forkChild(r.connection.send("late"));
        yield* TestClock.adjust(74);
        expect(r.connection.stats().waiting.messages).toBe(1);
        yield* TestClock.adjust(1);
        expect(Exit.isSuccess(yield* Fiber.await(fiber))).toBe(true);
        expect(r.connection.stats().waiting.messages).toBe(0);
        expectSound(r);
      }),
    ));

  test("R24 · wakes as soon as the state falls to normal", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ configuration: { maxMessages: 10 } });
        for (const message of fill(8)) r.connection.offer(message);
        const fiber = yield* Effect.forkChild(r.connection.send("late"));
        yield* Effect.yieldNow;
        r.flusher.settle();
        yield* Fiber.join(fiber);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual([...fill(8), "late"]);
        expectSound(r);
      }),
    ));

  test("R9 · a blocked send times out once, at its deadline, and is never delivered", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          configuration: { maxMessages: 2, overflow: "block", blockTimeoutMillis: 100 },
          room: 0,
        });
        r.connection.offer("a");
        r.connection.offer("b");
        const fiber = yield* Effect.forkChild(Effect.flip(r.connection.send("c")));
        yield* TestClock.adjust(99);
        expect(r.connection.stats().waiting.messages).toBe(1);
        yield* TestClock.adjust(1);
        const error = yield* Fiber.join(fiber);
        expect(error).toMatchObject({ _tag: "SendError", reason: "timeout" });
        expect(error.message).toContain("blockTimeoutMillis");
        r.transport.drain();
        r.actor.drained();
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["a", "b"]);
        expectSound(r);
      }),
    ));

  test("R19 · an interrupted send leaves no message, waiter or timer behind", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          configuration: { maxMessages: 1, overflow: "block" },
          room: 0,
        });
        r.connection.offer("a");
        const fiber = yield* Effect.forkChild(r.connection.send("b"));
        yield* Effect.yieldNow;
        yield* Fiber.interrupt(fiber);
        const { waiting, rejected } = r.connection.stats();
        expect(waiting.messages).toBe(0);
        expect(rejected.interrupted.messages).toBe(1);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(["a"]);
        expectSound(r);
      }),
    ));

  test("fails with its reason when it is refused", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ configuration: { maxBytes: 3 } });
        const error = yield* Effect.flip(r.connection.send("abcd"));
        expect(error.message).toBe(
          `connection ${r.connection.id}: message not sent (too-large): the message is larger than maxBytes: raise maxBytes, or split the message`,
        );
        expectSound(r);
      }),
    ));
});

describe("closing", () => {
  test("flushes what is queued, then ends with code and reason", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        r.connection.offer("a");
        const closing = yield* Effect.forkChild(r.connection.close({ code: 1000, reason: "done" }));
        yield* Effect.yieldNow;
        expect(r.connection.state).toBe("closing");
        expect(r.connection.offer("b")).toEqual({ _tag: "Rejected", reason: "closed" });
        r.flusher.settle();
        expect(yield* Fiber.join(closing)).toMatchObject({
          code: 1000,
          reason: "done",
          by: "close",
        });
        expect(r.transport.accepted).toEqual(["a"]);
        expect(r.transport.ending).toEqual({ code: 1000, reason: "done" });
        expectSound(r);
      }),
    ));

  test("waits for the transport to drain before it ends it", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 0 });
        r.connection.offer("a");
        r.actor.close();
        r.flusher.settle();
        expect(r.transport.ending).toBeUndefined();
        r.transport.drain();
        r.actor.drained();
        r.flusher.settle();
        expect(r.transport.ending).toEqual({ code: 1000, reason: "" });
        expectSound(r);
      }),
    ));

  test("terminates at its deadline and counts what was not delivered", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 0, configuration: { closeTimeoutMillis: 300 } });
        r.connection.offer("a");
        r.connection.offer("b");
        const closing = yield* Effect.forkChild(r.connection.close());
        yield* Effect.yieldNow;
        r.flusher.settle();
        yield* TestClock.adjust(300);
        r.flusher.settle();
        expect((yield* Fiber.join(closing)).by).toBe("deadline");
        expect(r.transport.ending).toBe("terminated");
        expect(r.connection.stats().dropped.closed.messages).toBe(1);
        expectSound(r);
      }),
    ));

  test("R17 · a second close, and everything after closed, has no effect", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        r.actor.close({ code: 1000, reason: "first" });
        r.actor.close({ code: 1001, reason: "second" });
        r.flusher.settle();
        r.actor.close();
        r.actor.evict();
        r.actor.drained();
        r.actor.disconnected();
        r.flusher.settle();
        expect(r.transport.ending).toEqual({ code: 1000, reason: "first" });
        expect(yield* Effect.flip(r.connection.send("x"))).toMatchObject({ reason: "closed" });
        expectSound(r);
      }),
    ));

  test("a blocked sender learns of the closing, and R20 · no fiber or listener remains", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ configuration: { maxMessages: 1, overflow: "block" }, room: 0 });
        r.connection.offer("a");
        const sender = yield* Effect.forkChild(Effect.flip(r.connection.send("b")));
        let finalized = 0;
        const { scope } = r.connection;
        yield* Scope.addFinalizer(
          scope,
          Effect.sync(() => finalized++),
        );
        yield* Effect.yieldNow;
        r.transport.disconnect();
        r.actor.disconnected(1006);
        r.actor.disconnected(1006);
        expect(yield* Fiber.join(sender)).toMatchObject({ reason: "closed" });
        yield* Effect.yieldNow;
        expect(finalized).toBe(1);
        yield* TestClock.adjust(60_000);
        r.flusher.settle();
        expectSound(r);
      }),
    ));

  test("disconnect: a slow consumer is told so, in the flush and not before", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          configuration: { maxMessages: 1, overflow: "disconnect" },
          room: 0,
        });
        r.connection.offer("a");
        expect(r.connection.offer("b")).toEqual({ _tag: "Rejected", reason: "slow-consumer" });
        expect(r.transport.ending).toBeUndefined();
        r.flusher.settle();
        expect(r.transport.ending).toEqual({ code: 1013, reason: "slow consumer" });
        expect(r.connection.state).toBe("closed");
        expectSound(r);
      }),
    ));

  test("a listener to its closing that throws keeps nobody else from being told", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const other = yield* rig();
        const told: Array<string> = [];
        r.actor.ending.onClosed(() => {
          throw new Error("a listener");
        });
        r.actor.ending.onClosed(() => told.push("closed"));
        r.actor.close();
        r.flusher.settle();
        expect(told).toEqual(["closed"]);
        other.connection.offer("a");
        other.flusher.settle();
        expect(other.transport.accepted).toEqual(["a"]);
        expectSound(r);
      }),
    ));

  test("a peer that goes before the goodbye is not ended again", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        r.actor.evict();
        r.transport.disconnect();
        r.actor.disconnected(1006);
        r.flusher.settle();
        expectSound(r);
      }),
    ));
});

describe("a client that takes nothing", () => {
  test("is stalled and unhealthy after stallTimeoutMillis, and evicted when that is configured", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          room: 0,
          configuration: { stallTimeoutMillis: 2_000, evictTimeoutMillis: 4_000 },
        });
        r.connection.offer("a");
        r.flusher.settle();
        yield* TestClock.adjust(1_999);
        expect(r.connection.assess()).toBe("healthy");
        yield* TestClock.adjust(1);
        expect(r.connection.assess()).toBe("unhealthy");
        expect(r.connection.recommendation().action).toBe("disconnect");
        yield* TestClock.adjust(2_000);
        r.flusher.settle();
        expect(r.connection.state).toBe("closed");
        const reason = "slow consumer: no progress for 4 s";
        expect(r.transport.ending).toEqual({ code: 1013, reason });
        expectSound(r);
      }),
    ));

  test("is not stalled while it takes a little", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 0, configuration: { stallTimeoutMillis: 2_000 } });
        r.connection.offer("abcdefgh");
        r.flusher.settle();
        for (let second = 0; second < 5; second++) {
          yield* TestClock.adjust(1_000);
          r.transport.drain(1);
          r.actor.drained();
        }
        expect(r.connection.assess()).toBe("healthy");
        expectSound(r);
      }),
    ));
});
