/** The ladder for slow clients: when one is closed, with what it is told, and when never. */
import { retryAfterMillis } from "@sluice/core";
import { Effect, Random } from "effect";
import { TestClock } from "effect/testing";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectSound, type Rig, rig, run } from "./harness.js";

const lookMillis = 1_000;

/** Lets time pass, and looks at the connection once a second, as a server does. */
const pass = Effect.fnUntraced(function* (r: Rig, millis: number) {
  for (let left = millis; left > 0; left -= lookMillis) {
    yield* TestClock.adjust(Math.min(left, lookMillis));
    r.connection.assess();
  }
});

function reasonOf({ transport: { ending } }: Rig): string {
  return typeof ending === "object" ? ending.reason : `${ending}`;
}

const ageing = {
  room: 0,
  configuration: { evictAgeMillis: 8_000, maxMessages: 1_000, evictGraceMillis: 0 },
} as const;

describe("a message that waits", () => {
  test("closes its connection when it has waited too long, which the reason says", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(ageing);
        r.connection.offer("ab");
        r.flusher.settle();
        r.connection.offer("cd");
        yield* pass(r, 8_000);
        expect(r.actor.outbox.isOpen).toBe(true);
        yield* pass(r, 1_000);
        r.flusher.settle();
        expect(r.transport.ending).toEqual({
          code: 1013,
          reason: "slow consumer: oldest message waited 8 s",
        });
        expect(r.connection.stats().dropped.closed.messages).toBe(1);
        expectSound(r);
      }),
    ));

  test("closes nothing where no age is too much", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ room: 0 });
        r.connection.offer("ab");
        r.flusher.settle();
        r.connection.offer("cd");
        yield* pass(r, 100_000);
        expect(r.actor.outbox.isOpen).toBe(true);
      }),
    ));

  test("must be too old for the whole of the grace: a client that takes it in that time stays", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({
          room: 0,
          configuration: { evictAgeMillis: 8_000, evictGraceMillis: 5_000 },
        });
        r.connection.offer("ab");
        r.flusher.settle();
        r.connection.offer("cd");
        yield* pass(r, 13_000);
        expect(r.actor.outbox.isOpen).toBe(true);
        r.transport.drain();
        r.actor.drained();
        r.flusher.settle();
        yield* pass(r, 20_000);
        expect(r.actor.outbox.isOpen).toBe(true);
        expectSound(r);
      }),
    ));
});

describe("a client that loses too much", () => {
  const losing = {
    room: 0,
    configuration: {
      maxMessages: 10,
      evictDropRate: 0.5,
      evictDropMillis: 5_000,
      healthWindowMillis: 2_000,
    },
  } as const;

  test("is closed when it has for long enough, and is told so", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(losing);
        for (let second = 0; second < 30 && r.actor.outbox.isOpen; second++) {
          for (let index = 0; index < 20; index++) r.connection.offer("x");
          r.flusher.settle();
          yield* pass(r, 1_000);
          if (second < 4) expect(r.actor.outbox.isOpen).toBe(true);
        }
        r.flusher.settle();
        expect(r.transport.ending).toMatchObject({ code: 1013 });
        expect(reasonOf(r)).toMatch(/^slow consumer: \d+ % lost$/);
        expectSound(r);
      }),
    ));

  test("stays if it does not for long enough", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig(losing);
        for (let index = 0; index < 40; index++) r.connection.offer("x");
        yield* pass(r, 60_000);
        expect(r.actor.outbox.isOpen).toBe(true);
      }),
    ));
});

test("without progress for the timeout and the grace it is closed, and not before", () =>
  run(
    Effect.gen(function* () {
      const configuration = {
        watchdogMillis: 100,
        stallTimeoutMillis: 1_000,
        evictTimeoutMillis: 2_000,
        evictGraceMillis: 3_000,
      };
      const r = yield* rig({ room: 0, configuration });
      r.connection.offer("ab");
      r.flusher.settle();
      yield* TestClock.adjust(4_900);
      expect(r.actor.outbox.isOpen).toBe(true);
      yield* TestClock.adjust(100);
      r.flusher.settle();
      expect(reasonOf(r)).toBe("slow consumer: no progress for 5 s");
    }),
  ));

describe("who is closed as slow is told when to come back,", () => {
  const told = (seed: string) =>
    run(
      Effect.gen(function* () {
        const configuration = {
          overflow: "disconnect",
          maxMessages: 1,
          minRetryMillis: 2_000,
          maxRetryMillis: 10_000,
        } as const;
        const r = yield* rig({ room: 0, configuration });
        for (let index = 0; index < 3; index++) r.connection.offer("x");
        r.flusher.settle();
        return reasonOf(r);
      }).pipe(Random.withSeed(seed)),
    );

  test("by the chance of its context", async () => {
    const reasons = [await told("a"), await told("a"), await told("b")];
    expect(reasons[0]).toMatch(/^slow consumer; retry=\d+(\.\d+)?$/);
    expect(reasons[1]).toBe(reasons[0]);
    expect(reasons[2]).not.toBe(reasons[0]);
    for (const reason of reasons) {
      expect(retryAfterMillis(reason)).toBeGreaterThanOrEqual(2_000);
      expect(retryAfterMillis(reason)).toBeLessThanOrEqual(10_000);
    }
  });

  test("and nobody else is", () =>
    run(
      Effect.gen(function* () {
        const r = yield* rig({ configuration: { maxRetryMillis: 10_000 } });
        r.connection.evict({ code: 4000, reason: "moved" });
        r.flusher.settle();
        expect(r.transport.ending).toEqual({ code: 4000, reason: "moved" });
      }),
    ));
});

/** What happens in a second: so many messages come, and so many bytes are taken. */
const seconds = fc.array(fc.record({ come: fc.nat(6), taken: fc.nat(6) }), {
  minLength: 20,
  maxLength: 60,
});

/** A queue beside it, of when each message came that waits. */
test("R39 · nobody is closed for its age before a message has waited so long for the whole of the grace, and whoever has by a bound", () => {
  const settings = fc.record({
    evictAgeMillis: fc.integer({ min: 1_000, max: 12_000 }),
    evictGraceMillis: fc.constantFrom(0, 1_000, 4_000),
    overflow: fc.constantFrom("drop-oldest", "drop-all", "drop-newest"),
    maxMessages: fc.integer({ min: 3, max: 60 }),
  });
  const outcomes = { open: 0, closed: 0 };
  return fc
    .assert(
      fc.asyncProperty(settings, seconds, async (configuration, story) => {
        const { evictAgeMillis, evictGraceMillis } = configuration;
        await run(
          Effect.gen(function* () {
            const r = yield* rig({ room: 0, configuration });
            const boundMillis = evictAgeMillis + evictAgeMillis / 8 + lookMillis + evictGraceMillis;
            let cameAt: ReadonlyArray<number> = [];
            let number = 0;
            const ages: Array<number> = [];
            /** Ages of the oldest that waits, before each second passes. */
            const follow = () => {
              const { buffered, enqueued } = r.connection.stats();
              cameAt = cameAt.slice(cameAt.length - buffered.messages);
              expect(enqueued.messages).toBeLessThanOrEqual(number);
            };
            for (let at = 0; at < story.length; at++) {
              const { come = 0, taken = 0 } = story[at] ?? {};
              const nowMillis = at * lookMillis;
              for (let index = 0; index < come; index++) {
                number++;
                const { enqueued } = r.connection.stats();
                r.connection.offer("x");
                if (r.connection.stats().enqueued.messages > enqueued.messages) {
                  cameAt = [...cameAt, nowMillis];
                }
              }
              follow();
              if (taken > 0) {
                r.transport.drain(taken);
                r.actor.drained();
              }
              r.flusher.settle();
              follow();
              const oldest = cameAt[0] ?? Number.POSITIVE_INFINITY;
              yield* TestClock.adjust(lookMillis);
              r.connection.assess();
              const ageMillis = nowMillis + lookMillis - oldest;
              if (!r.actor.outbox.isOpen) {
                outcomes.closed++;
                expect(ageMillis).toBeGreaterThanOrEqual(evictAgeMillis + 0 * evictGraceMillis);
                r.flusher.settle();
                expectSound(r);
                return;
              }
              expect(ageMillis).toBeLessThanOrEqual(boundMillis);
              ages.push(ageMillis);
            }
            outcomes.open++;
            expectSound(r);
          }),
        );
      }),
      { numRuns: 100 },
    )
    .then(() => {
      expect(outcomes.open).toBeGreaterThan(0);
      expect(outcomes.closed).toBeGreaterThan(0);
    });
});
