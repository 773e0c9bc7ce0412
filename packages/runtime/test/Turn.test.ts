/** What one connection does in its turn of the flush, and when it is in line for one. */
import { SendStatus, UnsendableError } from "@sluice/runtime";
import { Effect } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { answer, expectSound, type Rig, rig, run } from "./harness.js";

const names = (count: number) => Array.from({ length: count }, (_, index) => String(index));

/** How many messages went out in each cork, and out of any. */
function corks({ transport }: Rig) {
  const corked: Array<number> = [];
  let alone = 0;
  let isCorked = false;
  const { batch, send } = transport;
  transport.batch = (write) => {
    corked.push(0);
    isCorked = true;
    batch.call(transport, write);
    isCorked = false;
  };
  transport.send = (message) => {
    if (isCorked) corked.push((corked.pop() ?? 0) + 1);
    else alone++;
    return send.call(transport, message);
  };
  return () => ({ corked, alone });
}

describe("a turn", () => {
  test("writes several messages in one cork, and a single one without", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const seen = corks(r);
        r.connection.offer("x");
        r.flusher.settle();
        expect(seen()).toEqual({ corked: [], alone: 1 });
        for (const message of names(5)) r.connection.offer(message);
        r.flusher.settle();
        expect(seen()).toEqual({ corked: [5], alone: 1 });
        expectSound(r);
      }),
    ));

  test("is over after so many messages, and says whether there are more", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const quantum = { bytes: 1_000, messages: 3 };
        for (const message of names(7)) r.connection.offer(message);
        expect(r.actor.pump.flush(quantum)).toBe(true);
        expect(r.transport.accepted).toEqual(names(3));
        expect(r.actor.pump.flush(quantum)).toBe(true);
        expect(r.actor.pump.flush(quantum)).toBe(false);
        expect(r.transport.accepted).toEqual(names(7));
        expect(r.actor.pump.flush(quantum)).toBe(false);
        expectSound(r);
      }),
    ));

  test("is over after so many bytes, each message with the 10 of its frame; a larger one goes alone", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const seen = corks(r);
        for (let index = 0; index < 4; index++) r.connection.offer("x".repeat(20));
        r.connection.offer("y".repeat(81));
        r.connection.offer("z");
        const taken = [90, 90, 90].map((bytes) => {
          r.actor.pump.flush({ bytes, messages: 100 });
          return r.transport.accepted.length;
        });
        expect(taken).toEqual([3, 4, 5]);
        expect(seen()).toEqual({ corked: [3, 1], alone: 1 });
        r.actor.pump.flush({ bytes: 90, messages: 100 });
        expect(r.transport.accepted).toHaveLength(6);
        expectSound(r);
      }),
    ));

  test("under pressure is none: nothing is written, and there is nothing more to write", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 0 });
        r.connection.offer("a");
        r.connection.offer("b");
        const quantum = { bytes: 1_000, messages: 100 };
        expect(r.actor.pump.flush(quantum)).toBe(false);
        expect(r.actor.pump.flush(quantum)).toBe(false);
        expect(r.transport.accepted).toEqual(["a"]);
        expectSound(r);
      }),
    ));

  test("stops at a message that is refused, and begins with it again", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig();
        const { send } = r.transport;
        let tries = 0;
        r.transport.send = (message) => {
          if (message === "1" && tries++ === 0) return SendStatus.refused;
          return send.call(r.transport, message);
        };
        for (const message of names(4)) r.connection.offer(message);
        r.flusher.settle();
        expect([r.transport.accepted, r.actor.pump.refusals, tries]).toEqual([["0"], 1, 1]);
        expect(r.actor.isPressured).toBe(true);
        r.actor.drained();
        expect(r.actor.isPressured).toBe(false);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual(names(4));
        expect([r.actor.pump.refusals, r.actor.isPressured]).toEqual([1, false]);
        expectSound(r);
      }),
    ));

  test("goes on behind a message that cannot be sent: that one is lost, counted and told of by itself", () =>
    run(
      Effect.gen(function* () {
        const heard: Array<readonly [unknown, string]> = [];
        const r = yield* rig({ onError: (error, what) => heard.push([error, what]) });
        const { send } = r.transport;
        r.transport.send = (message) =>
          message === "gone" ? SendStatus.unsendable : send.call(r.transport, message);
        for (const message of ["a", "gone", "b"]) r.connection.offer(message);
        r.flusher.flush();
        // Not inside of the cork, where who hears of it might do anything.
        expect(heard).toEqual([]);
        expect(r.transport.accepted).toEqual(["a", "b"]);
        expect(r.connection.stats().dropped.unsendable).toEqual({ messages: 1, bytes: 4 });
        yield* Effect.promise(() => Promise.resolve());
        const lost = new UnsendableError({ connection: r.connection.id, bytes: 4 });
        expect(heard).toEqual([[lost, "a message could not be sent"]]);
        expect(lost.message).toBe(
          `connection ${r.connection.id}: a message of 4 bytes was dropped: its bytes were gone before they were ` +
            "sent; copy what a message handler is given with Frame.copy (Buffer.from only looks at it)",
        );
        expect([r.connection.state, r.actor.isPressured]).toEqual(["normal", false]);
        expectSound(r);
      }),
    ));
});

describe("in line for a turn", () => {
  test("is once whose transport is held, who is closed with something to write, and who is evicted with it", () =>
    run(
      Effect.gen(function* () {
        const held = yield* rig();
        held.actor.hold();
        held.actor.hold();
        expect(held.flusher.size).toBe(1);
        for (const way of ["close", "evict"] as const) {
          const r = yield* rig();
          r.connection.offer("x");
          r.actor[way]();
          expect(r.flusher.size).toBe(1);
        }
        const pressed = yield* rig({ room: 0 });
        pressed.connection.offer("x");
        pressed.flusher.flush();
        pressed.actor.close();
        pressed.transport.drain();
        pressed.actor.drained();
        expect(pressed.flusher.size).toBe(1);
        pressed.flusher.settle();
        expect(pressed.transport.ending).toEqual({ code: 1000, reason: "" });
        expectSound(pressed);
      }),
    ));

  test("is once who has something to write, however much, and nobody under pressure", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 0 });
        for (const message of names(3)) r.connection.offer(message);
        yield* r.connection.send("x");
        r.actor.hold();
        expect(r.flusher.size).toBe(1);
        r.flusher.flush();
        expect(r.flusher.size).toBe(0);
        r.connection.offer("y");
        yield* r.connection.send("z");
        r.actor.hold();
        r.actor.drained();
        expect([r.actor.isPressured, r.flusher.size]).toEqual([true, 0]);
        r.transport.drain();
        r.actor.drained();
        r.actor.drained();
        expect(r.flusher.size).toBe(1);
        expectSound(r);
      }),
    ));

  test("is once who is closed, to be ended in it, and then never again", () =>
    run(
      Effect.gen(function* () {
        const [closed, evicted, gone] = [yield* rig(), yield* rig(), yield* rig()];
        closed.actor.close();
        closed.actor.close();
        evicted.actor.evict();
        gone.actor.disconnected();
        expect([closed, evicted, gone].map(({ flusher }) => flusher.size)).toEqual([1, 1, 0]);
        for (const r of [closed, evicted, gone]) {
          r.flusher.settle();
          r.actor.hold();
          r.actor.drained();
          r.actor.close();
          r.actor.evict();
          r.connection.offer("x");
          expect(r.flusher.size).toBe(0);
          expectSound(r);
        }
      }),
    ));
});

test("an end in order says what its client has not read, and one that is none does not", () =>
  run(
    Effect.gen(function* () {
      const ends: Array<unknown> = [];
      for (const way of ["close", "evict"] as const) {
        const r = yield* rig({ isPinged: true });
        r.transport.end = (code, reason, unread) => void ends.push([code, reason, unread]);
        answer(r);
        r.connection.offer("x");
        r.flusher.settle();
        r.actor[way]({ code: 4000, reason: way });
        r.flusher.settle();
      }
      expect(ends).toEqual([
        [4000, "close", expect.anything()],
        [4000, "evict", undefined],
      ]);
    }),
  ));

test("a close in order takes as many turns as there is something to write", () =>
  run(
    Effect.gen(function* () {
      const r = yield* rig();
      const quantum = { bytes: 1_000, messages: 1 };
      for (const message of names(3)) r.connection.offer(message);
      r.actor.close();
      for (const count of [1, 2]) {
        r.actor.pump.flush(quantum);
        expect([r.transport.accepted.length, r.transport.ending]).toEqual([count, undefined]);
      }
      r.actor.pump.flush(quantum);
      expect(r.transport.accepted).toEqual(names(3));
      expect(r.transport.ending).toEqual({ code: 1000, reason: "" });
      expectSound(r);
    }),
  ));

test("a transport that closes inside of a write is not asked for anything any more", () =>
  run(
    Effect.gen(function* () {
      const heard: Array<unknown> = [];
      const r = yield* rig({ onError: (error) => heard.push(error) });
      r.transport.send = () => {
        r.transport.disconnect();
        r.actor.disconnected(1006);
        return SendStatus.refused;
      };
      r.connection.offer("x");
      r.flusher.settle();
      expect([heard, r.connection.state]).toEqual([[], "closed"]);
      expectSound(r);
    }),
  ));

test("how a connection ended is what ended it first, for whoever asks and however late", () =>
  run(
    Effect.gen(function* () {
      const closed = yield* rig();
      closed.actor.close();
      closed.flusher.settle();
      closed.actor.disconnected(1006, "too late");
      expect(yield* closed.connection.closed).toMatchObject({
        code: 1000,
        reason: "",
        by: "close",
      });
      const slow = yield* rig({
        room: 0,
        configuration: { watchdogMillis: 100, closeTimeoutMillis: 1_000 },
      });
      slow.connection.offer("x");
      slow.flusher.settle();
      slow.actor.close();
      yield* TestClock.adjust(999);
      slow.flusher.settle();
      expect(slow.transport.ending).toBeUndefined();
      yield* TestClock.adjust(1);
      slow.flusher.settle();
      expect(slow.transport.ending).toBe("terminated");
      expect(yield* slow.connection.closed).toMatchObject({
        code: 1006,
        reason: "",
        by: "deadline",
      });
      expectSound(slow);
    }),
  ));
