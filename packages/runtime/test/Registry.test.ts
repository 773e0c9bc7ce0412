import { ConnectionRegistry, type HealthChange, healthChanges, Registry } from "@sluice/runtime";
import { Effect, Fiber, Stream } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { type Rig, rig, run } from "./harness.js";

/** Half of what is offered is lost. */
function lose(r: Rig): void {
  for (let index = 0; index < 20; index++) r.connection.offer(String(index));
}

const small = { configuration: { maxMessages: 10, healthWindowMillis: 4_000 } };

describe("registry", () => {
  test("finds, lists and forgets connections", () =>
    run(
      Effect.gen(function* () {
        const registry = new ConnectionRegistry();
        const { connection: a } = yield* rig();
        const { connection: b } = yield* rig();
        registry.add(a);
        registry.add(b);
        expect(registry.get(a.id)).toBe(a);
        expect([...registry]).toEqual([a, b]);
        expect(() => registry.add(a)).toThrow(`id ${a.id} is registered already`);
        expect(registry.remove(a)).toBe(true);
        expect(registry.remove(a)).toBe(false);
        expect(registry.size).toBe(1);
      }),
    ));

  test("tells of who comes, while somebody listens", () =>
    run(
      Effect.gen(function* () {
        const registry = new ConnectionRegistry();
        const [a, b, c] = [yield* rig(), yield* rig(), yield* rig()];
        const seen: Array<string> = [];
        registry.add(a.connection);
        const stop = registry.onAdded(({ id }) => seen.push(id));
        registry.add(b.connection);
        stop();
        registry.add(c.connection);
        expect(seen).toEqual([b.connection.id]);
      }),
    ));

  test("tells once when a connection turns unhealthy, and when it recovers", () =>
    run(
      Effect.gen(function* () {
        const registry = new ConnectionRegistry<Rig["connection"]>();
        const unhealthy: Array<HealthChange<Rig["connection"]>> = [];
        const all: Array<string> = [];
        registry.onUnhealthy((change) => unhealthy.push(change));
        const stop = registry.onHealthChange((change) => all.push(`${change.from} ${change.to}`));
        const r = yield* rig(small);
        registry.add(r.connection);
        registry.assess();
        lose(r);
        registry.assess();
        registry.assess();
        expect(unhealthy.map(({ connection }) => connection)).toEqual([r.connection]);
        expect(unhealthy[0]?.recommendation.reason).toBe(
          "50 % of recent messages were lost (over 30 %)",
        );
        r.flusher.settle();
        for (let step = 0; step < 3; step++) {
          yield* TestClock.adjust(2_000);
          registry.assess();
        }
        expect(all).toEqual(["healthy unhealthy", "unhealthy healthy"]);
        stop();
        lose(r);
        registry.assess();
        expect(all).toHaveLength(2);
      }),
    ));

  test("a listener that throws keeps nobody else from being told, now or later", () =>
    run(
      Effect.gen(function* () {
        const registry = yield* Registry;
        const told: Array<string> = [];
        registry.onUnhealthy(() => {
          throw new Error("a listener");
        });
        registry.onUnhealthy(({ connection }) => told.push(connection.id));
        const [a, b] = [yield* rig(small), yield* rig(small)];
        registry.add(a.connection);
        lose(a);
        yield* TestClock.adjust(1_000);
        registry.add(b.connection);
        lose(b);
        yield* TestClock.adjust(1_000);
        expect(told).toEqual([a.connection.id, b.connection.id]);
      }).pipe(Effect.provide(Registry.layer)),
    ));

  test("tells of each connection that goes, once, and not of a stranger of the same id", () =>
    run(
      Effect.gen(function* () {
        const registry = yield* Registry;
        const { connection } = yield* rig(small);
        const gone: Array<unknown> = [];
        const stop = registry.onRemoved((one) => gone.push(one));
        registry.add(connection);
        expect(registry.remove(Object.create(connection))).toBe(false);
        expect(registry.remove(connection)).toBe(true);
        expect(registry.remove(connection)).toBe(false);
        expect(gone).toEqual([connection]);
        stop();
        registry.add(connection);
        registry.remove(connection);
        expect(gone).toHaveLength(1);
      }).pipe(Effect.provide(Registry.layer)),
    ));

  test("as a service it looks at health by itself, and its changes are a stream", () =>
    run(
      Effect.gen(function* () {
        const registry = yield* Registry;
        const r = yield* rig(small);
        registry.add(r.connection);
        const first = yield* Effect.forkChild(
          Stream.runCollect(Stream.take(healthChanges(registry), 1)),
        );
        yield* Effect.yieldNow;
        lose(r);
        yield* TestClock.adjust(1_000);
        const changes = yield* Fiber.join(first);
        expect(changes.map((change) => change.to)).toEqual(["unhealthy"]);
      }).pipe(Effect.provide(Registry.layer)),
    ));
});
