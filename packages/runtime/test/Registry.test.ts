import { inspect } from "node:util";
import type { Health } from "@sluice/core";
import {
  ConnectionRegistry,
  type HealthChange,
  healthChanges,
  type Registrable,
  Registry,
} from "@sluice/runtime";
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

test("what listeners do wrong goes to the hook, and everyone else is told", async () => {
  const heard: Array<unknown> = [];
  const told: Array<string> = [];
  const registry = new ConnectionRegistry<Registrable>({ onError: (error) => heard.push(error) });
  const fail = (what: string) => () => {
    throw what;
  };
  registry.onAdded(fail("added"));
  registry.onAdded((async () => Promise.reject("later")) as never);
  registry.onAdded(({ id }) => told.push(`added ${id}`));
  registry.onRemoved(fail("removed"));
  registry.onRemoved(({ id }) => told.push(`removed ${id}`));
  registry.onHealthChange(fail("health"));
  registry.onHealthChange(({ to }) => told.push(to));
  const connection = {
    id: "a",
    assess: () => "degraded" as const,
    recommendation: () => ({ action: "ok", reason: "" }) as never,
  };
  registry.add(connection);
  registry.assess();
  registry.remove(connection);
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(["added", "health", "removed", "later"]);
  expect(told).toEqual(["added a", "degraded", "removed a"]);
  expect(() => new ConnectionRegistry({ onError: 5 } as never)).toThrow("must be a function");
});

test("a listener to unhealthy connections that fails later is heard", async () => {
  const heard: Array<unknown> = [];
  const registry = new ConnectionRegistry<Registrable>({ onError: (error) => heard.push(error) });
  registry.onUnhealthy((async () => Promise.reject("later")) as never);
  registry.add({
    id: "a",
    assess: () => "unhealthy" as const,
    recommendation: () => ({ action: "ok", reason: "" }) as never,
  });
  registry.assess();
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual(["later"]);
});

test.each(["onAdded", "onRemoved", "onHealthChange", "onUnhealthy"] as const)(
  "a listener that is none is refused: %s",
  (method) => {
    const registry = new ConnectionRegistry<Registrable>();
    for (const none of [5, null, undefined, {}]) {
      expect(() => registry[method](none as never)).toThrow("listener must be a function");
    }
  },
);

test("a registry says how many it has, and shows the first of them", () => {
  const registry = new ConnectionRegistry<Registrable>();
  for (let index = 0; index < 12; index++) {
    registry.add({ id: `c${index}`, assess: () => "healthy", recommendation: () => ({}) as never });
  }
  const shown = inspect(registry);
  expect(shown).toMatch(/^ConnectionRegistry \(12\)\n[\s\S]*c0/);
  expect(shown).toMatch(/c9[\s\S]*and 2 more$/);
  expect(JSON.parse(JSON.stringify(registry))).toHaveLength(12);
});

test("what nobody hears of is logged, what the hook throws too, and a connection that fails keeps nobody else from being looked at", () => {
  const logged: Array<unknown> = [];
  const log = (error: unknown) => logged.push(error);
  const failing: Registrable = {
    id: "a",
    assess: () => {
      throw "no health";
    },
    recommendation: () => ({}) as never,
  };
  const well: Registrable = {
    id: "b",
    assess: () => "degraded",
    recommendation: () => ({ action: "ok", reason: "" }) as never,
  };
  for (const [options, heard] of [
    [{}, ["no health"]],
    [
      {
        onError: () => {
          throw "in the hook";
        },
      },
      ["in the hook"],
    ],
  ] as const) {
    const registry = new ConnectionRegistry<Registrable>(options);
    const told: Array<string> = [];
    registry.onHealthChange(({ to }) => told.push(to));
    registry.add(failing);
    registry.add(well);
    logged.length = 0;
    registry.assess(log);
    expect([told, logged]).toEqual([["degraded"], heard]);
  }
});

test("who is not registered is not found, and options that are none are refused by name", () => {
  const registry = new ConnectionRegistry<Registrable>();
  expect(registry.get("nobody")).toBeUndefined();
  expect(inspect(registry)).toBe("ConnectionRegistry (0)");
  expect(() => new ConnectionRegistry({ onErr: 5 } as never)).toThrow("ConnectionRegistry");
});

test("changes of health that nobody reads in time are the latest 1,024", () =>
  run(
    Effect.gen(function* () {
      const registry = new ConnectionRegistry<Registrable>();
      const one: Registrable & { health: Health } = {
        id: "a",
        health: "healthy",
        assess: () => one.health,
        recommendation: () => ({ action: "ok", reason: String(looks) }) as never,
      };
      let looks = 0;
      registry.add(one);
      const reasons: Array<string> = [];
      let go = () => {};
      const gate = new Promise<void>((resolve) => {
        go = resolve;
      });
      const reader = yield* Effect.forkChild(
        Stream.runForEach(Stream.take(healthChanges(registry), 1_025), ({ recommendation }) =>
          Effect.promise(async () => {
            reasons.push(recommendation.reason);
            await gate;
          }),
        ),
      );
      yield* Effect.yieldNow;
      const change = () => {
        looks++;
        one.health = one.health === "healthy" ? "degraded" : "healthy";
        registry.assess();
      };
      while (reasons.length === 0) {
        if (looks === 0) change();
        yield* Effect.yieldNow;
      }
      for (let index = 0; index < 2_000; index++) change();
      go();
      yield* Fiber.join(reader);
      expect([reasons[0], reasons[1], reasons.at(-1)]).toEqual(["1", "978", "2001"]);
    }),
  ));
