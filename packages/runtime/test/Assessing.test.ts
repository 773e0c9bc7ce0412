/** The registry looks at health, tells of it, and lets go of who listens. */
import type { Health } from "@sluice/core";
import {
  assessEveryMillis,
  assessing,
  ConnectionRegistry,
  type HealthChange,
  healthChanges,
} from "@sluice/runtime";
import { Effect, Fiber, Logger, References, Stream } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { run } from "./harness.js";

/** A connection whose health a test says. */
function patient(id: string) {
  return {
    id,
    health: "healthy" as Health,
    assess(): Health {
      return this.health;
    },
    recommendation: () => ({ action: "ok", reason: `of ${id}` }) as never,
  };
}

type Patient = ReturnType<typeof patient>;

describe("assessing", () => {
  test("looks once a second unless said otherwise, and stops when it is interrupted", () =>
    run(
      Effect.gen(function* () {
        expect(assessEveryMillis).toBe(1_000);
        const registry = new ConnectionRegistry<Patient>();
        let looks = 0;
        registry.assess = () => void looks++;
        const usual = yield* Effect.forkChild(assessing(registry));
        yield* TestClock.adjust(999);
        expect(looks).toBe(0);
        yield* TestClock.adjust(1);
        expect(looks).toBe(1);
        yield* TestClock.adjust(2_000);
        expect(looks).toBe(3);
        yield* Fiber.interrupt(usual);
        yield* TestClock.adjust(10_000);
        expect(looks).toBe(3);
        yield* Effect.forkChild(assessing(registry, 100));
        yield* TestClock.adjust(1_000);
        expect(looks).toBe(13);
      }),
    ));

  test("logs what a listener throws and goes on", () =>
    run(
      Effect.gen(function* () {
        const lines: Array<string> = [];
        const logger = Logger.make<unknown, void>(
          ({ message }) => void lines.push(String(message)),
        );
        const registry = new ConnectionRegistry<Patient>();
        const one = patient("a");
        const told: Array<string> = [];
        registry.add(one);
        registry.onHealthChange(({ to }) => {
          told.push(to);
          throw new Error("a listener");
        });
        const fiber = yield* Effect.forkChild(
          assessing(registry).pipe(
            Effect.provideService(Logger.CurrentLoggers, new Set([logger])),
            Effect.provideService(References.MinimumLogLevel, "Info"),
          ),
        );
        one.health = "degraded";
        yield* TestClock.adjust(1_000);
        one.health = "unhealthy";
        yield* TestClock.adjust(1_000);
        yield* Fiber.interrupt(fiber);
        expect(told).toEqual(["degraded", "unhealthy"]);
        expect(lines).toHaveLength(2);
      }),
    ));
});

describe("a change of health", () => {
  test("has its connection, both healths and what is recommended; and is told once", () => {
    const registry = new ConnectionRegistry<Patient>();
    const [a, b] = [patient("a"), patient("b")];
    registry.add(a);
    registry.add(b);
    const changes: Array<HealthChange<Patient>> = [];
    registry.onHealthChange((change) => changes.push(change));
    registry.assess();
    expect(changes).toEqual([]);
    b.health = "degraded";
    registry.assess();
    registry.assess();
    expect(changes).toEqual([
      { connection: b, from: "healthy", to: "degraded", recommendation: b.recommendation() },
    ]);
  });

  test("that is no turn for the worst is none to who asked for the unhealthy, nor is any after a stop", () => {
    const registry = new ConnectionRegistry<Patient>();
    const one = patient("a");
    registry.add(one);
    const told: Array<string> = [];
    const stop = registry.onUnhealthy(({ to }) => told.push(to));
    for (const health of ["degraded", "unhealthy", "healthy"] as const) {
      one.health = health;
      registry.assess();
    }
    expect(told).toEqual(["unhealthy"]);
    stop();
    one.health = "unhealthy";
    registry.assess();
    expect(told).toHaveLength(1);
  });

  test("as a stream is listened to only while somebody reads it", () =>
    run(
      Effect.gen(function* () {
        const registry = new ConnectionRegistry<Patient>();
        let listeners = 0;
        const onHealthChange = registry.onHealthChange.bind(registry);
        registry.onHealthChange = (listener) => {
          listeners++;
          const stop = onHealthChange(listener);
          return () => {
            listeners--;
            stop();
          };
        };
        const one = patient("a");
        registry.add(one);
        expect(listeners).toBe(0);
        const reader = yield* Effect.forkChild(
          Stream.runCollect(Stream.take(healthChanges(registry), 1)),
        );
        while (listeners === 0) yield* Effect.yieldNow;
        one.health = "unhealthy";
        registry.assess();
        expect((yield* Fiber.join(reader)).map(({ to }) => to)).toEqual(["unhealthy"]);
        expect(listeners).toBe(0);
      }),
    ));
});
