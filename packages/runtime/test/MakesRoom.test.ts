/** A burst is no slowness: who finds no room makes some, out of turn, while the transport takes what it is given. */
import { imbalance, type OfferResult } from "@sluice/core";
import { defaultQuantum, SendStatus } from "@sluice/runtime";
import { Effect } from "effect";
import { describe, expect, test } from "vitest";
import { expectSound, type Rig, rig, run } from "./harness.js";

const names = (count: number) => Array.from({ length: count }, (_, index) => String(index));

/** A connection that makes room, for ten messages unless said otherwise. */
const roomy = (options: Parameters<typeof rig>[0] = {}) =>
  rig({
    makesRoom: true,
    ...options,
    configuration: { maxMessages: 10, ...options.configuration },
  });

const outcome = (result: OfferResult) =>
  result._tag === "Accepted" ? result.evicted : result.reason;

describe("while the transport takes everything", () => {
  test.each(["drop-oldest", "drop-newest", "drop-all", "disconnect", "block"] as const)(
    "R50 · %s: a burst of any length loses nothing, is bounded, and goes out in order",
    (overflow) =>
      run(
        Effect.gen(function* () {
          const r = yield* roomy({ configuration: { overflow } });
          for (const message of names(95)) {
            expect(outcome(r.connection.offer(message))).toBe(0);
            expect(r.connection.stats().buffered.messages).toBeLessThanOrEqual(10);
          }
          r.flusher.settle();
          expect(r.transport.accepted).toEqual(names(95));
          expect(r.connection.stats().dropRate.lifetime).toBe(0);
          expectSound(r);
        }),
      ),
  );

  test("nothing goes out of turn before there is no room, and one quantum of it is enough", () =>
    run(
      Effect.gen(function* () {
        const { messages } = defaultQuantum;
        const r = yield* roomy({ configuration: { maxMessages: 2 * messages } });
        for (const message of names(2 * messages)) r.connection.offer(message);
        expect(r.transport.accepted).toEqual([]);
        r.connection.offer("one more");
        expect(r.transport.accepted).toEqual(names(messages));
        expectSound(r);
      }),
    ));

  test("as many quanta go out as a large message needs, and no more", () =>
    run(
      Effect.gen(function* () {
        const r = yield* roomy({ configuration: { maxMessages: 1_000, maxBytes: 100_000 } });
        for (let index = 0; index < 100; index++) r.connection.offer("x".repeat(1_000));
        expect(outcome(r.connection.offer("y".repeat(40_000)))).toBe(0);
        // A quantum is 15 messages of 1,000 bytes with their headers.
        expect(r.transport.accepted).toHaveLength(45);
        expectSound(r);
      }),
    ));

  test("a sender finds the room too, and does not wait", () =>
    run(
      Effect.gen(function* () {
        const r = yield* roomy({ configuration: { overflow: "block" } });
        for (const message of names(10)) r.connection.offer(message);
        yield* r.connection.send("late");
        expect(r.connection.stats().peakWaiting.messages).toBe(0);
        r.flusher.settle();
        expect(r.transport.accepted).toEqual([...names(10), "late"]);
        expectSound(r);
      }),
    ));
});

describe("the strategy has its turn", () => {
  /** Ten messages are there, the next evicts the oldest of them. */
  function expectEviction(r: Rig): void {
    const before = r.transport.accepted.length;
    while (r.connection.fill < 1) r.connection.offer("filler");
    expect(outcome(r.connection.offer("one more"))).toBe(1);
    expect(r.transport.accepted).toHaveLength(before);
    expectSound(r);
  }

  test("R21 · when the transport takes no more: nothing is sent under pressure", () =>
    run(
      Effect.gen(function* () {
        const r = yield* roomy({ room: 3 });
        for (const message of names(10)) r.connection.offer(message);
        expect(outcome(r.connection.offer("10"))).toBe(0);
        expect(r.transport.accepted).toEqual(names(4));
        expect(r.actor.isPressured).toBe(true);
        expectEviction(r);
        r.transport.drain();
        r.actor.drained();
        r.flusher.settle();
        expect(r.transport.accepted.slice(0, 5)).toEqual(["0", "1", "2", "3", "5"]);
        expectSound(r);
      }),
    ));

  test("when the transport refuses what it is given", () =>
    run(
      Effect.gen(function* () {
        const r = yield* roomy();
        r.transport.send = () => SendStatus.refused;
        expectEviction(r);
        expect(r.actor.pump.refusals).toBe(1);
      }),
    ));

  test.each(["hold", "drained"] as const)(
    "after %s, until the next turn: the transport may be in a callback that does not bear writing",
    (way) =>
      run(
        Effect.gen(function* () {
          const r = yield* roomy();
          r.actor[way]();
          expectEviction(r);
          r.flusher.flush();
          for (const message of names(95)) expect(outcome(r.connection.offer(message))).toBe(0);
          expectSound(r);
        }),
      ),
  );

  test("inside of a turn: what is offered from within a write is written behind it", () =>
    run(
      Effect.gen(function* () {
        const r = yield* roomy();
        const results: Array<OfferResult> = [];
        r.connection.observe({
          onStep: () => {
            if (!r.transport.accepted.includes("0") || results.length > 0) return;
            for (const message of names(20)) results.push(r.connection.offer(`late ${message}`));
          },
        });
        for (const message of names(10)) r.connection.offer(message);
        r.flusher.settle();
        expect(results.map(outcome).filter((evicted) => evicted !== 0)).not.toEqual([]);
        expect(imbalance(r.connection.stats())).toEqual({ messages: 0, bytes: 0 });
        expectSound(r);
      }),
    ));

  test("where it was not asked to make room", () =>
    run(
      Effect.gen(function* () {
        expectEviction(yield* rig({ configuration: { maxMessages: 10 } }));
      }),
    ));
});

test("a transport that throws while it makes room costs its own connection: the message is refused", () =>
  run(
    Effect.gen(function* () {
      const heard: Array<unknown> = [];
      const r = yield* roomy({ onError: (error) => heard.push(error) });
      r.transport.send = () => {
        throw "broken";
      };
      for (const message of names(10)) r.connection.offer(message);
      expect(outcome(r.connection.offer("one more"))).toBe("closed");
      r.flusher.settle();
      expect(r.transport.ending).toEqual({ code: 1011, reason: "internal error" });
      expect(heard).toEqual(["broken"]);
      expectSound(r);
    }),
  ));
