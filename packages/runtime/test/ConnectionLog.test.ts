import { type Connection, ConnectionRegistry, logConnections } from "@sluice/runtime";
import { Context, Effect, Logger, type LogLevel, References } from "effect";
import { TestClock } from "effect/testing";
import { expect, test } from "vitest";
import { rig, run } from "./harness.js";

interface Line {
  readonly level: string;
  readonly text: string;
  readonly annotations: Readonly<Record<string, unknown>>;
}

/** A registry whose connections are logged from a level on. */
function logged(minimum: LogLevel.LogLevel) {
  const lines: Array<Line> = [];
  const logger = Logger.make<unknown, void>(({ logLevel, message, fiber }) => {
    const annotations = { ...Context.get(fiber.context, References.CurrentLogAnnotations) };
    lines.push({ level: logLevel, text: String(message), annotations });
  });
  const context = Context.make(Logger.CurrentLoggers, new Set([logger])).pipe(
    Context.add(References.MinimumLogLevel, minimum),
  );
  const registry = new ConnectionRegistry<Connection<string>>();
  const stop = logConnections(registry, { annotations: () => ({ path: "/feed" }), context });
  return { registry, lines, stop };
}

const stalled = rig({ room: 0, configuration: { maxMessages: 10 } });

test("a change of state is logged at debug, with the connection's id and its owner's annotations", () =>
  run(
    Effect.gen(function* () {
      const { registry, lines } = logged("Debug");
      const { connection } = yield* stalled;
      registry.add(connection);
      for (let index = 0; index < 7; index++) connection.offer("x");
      expect(lines).toEqual([
        {
          level: "Debug",
          text: "state normal -> throttled",
          annotations: { path: "/feed", connection: connection.id, fill: 0.7 },
        },
      ]);
    }),
  ));

test("health that improves or degrades is logged at info, an unhealthy connection and an eviction at warning", () =>
  run(
    Effect.gen(function* () {
      const { registry, lines } = logged("Info");
      const { connection } = yield* stalled;
      registry.add(connection);
      for (let index = 0; index < 20; index++) connection.offer("x");
      connection.assess();
      connection.evict();
      expect(lines.map(({ level, text }) => [level, text])).toEqual([
        ["Info", "health healthy -> degraded"],
        ["Warn", "health degraded -> unhealthy"],
        ["Warn", "evicted"],
      ]);
    }),
  ));

test("lines carry the label and data that a connection has at that moment", () =>
  run(
    Effect.gen(function* () {
      const { registry, lines } = logged("Debug");
      const { connection } = yield* stalled;
      registry.add(connection);
      connection.label = "Ada";
      connection.data = { user: 7 };
      connection.evict();
      expect(lines.at(-1)).toMatchObject({ annotations: { label: "Ada", data: { user: 7 } } });
    }),
  ));

test("of a level that is off nothing is made: the connection is not even asked", () =>
  run(
    Effect.gen(function* () {
      const { registry, lines } = logged("Warn");
      const { connection } = yield* stalled;
      let asked = 0;
      registry.add(Object.create(connection, { fill: { get: () => asked++ } }));
      for (let index = 0; index < 8; index++) connection.offer("x");
      expect([asked, lines]).toEqual([0, []]);
    }),
  ));

test("with nothing to log nobody is listened to; nor after a stop, nor once removed", () =>
  run(
    Effect.gen(function* () {
      const { connection } = yield* stalled;
      let observers = 0;
      const watched: Connection<string> = Object.create(connection, {
        observe: {
          value: () => {
            observers++;
            return () => observers--;
          },
        },
      });
      logged("None").registry.add(watched);
      expect(observers).toBe(0);
      const { registry, stop } = logged("Debug");
      registry.add(watched);
      expect(observers).toBe(1);
      registry.remove(watched);
      expect(observers).toBe(0);
      registry.add(watched);
      stop();
      expect(observers).toBe(0);
    }),
  ));

test("a stall, and a closing that could not be flushed in time, are warnings that say so", () =>
  run(
    Effect.gen(function* () {
      const { registry, lines } = logged("Warn");
      const { connection, actor, flusher } = yield* rig({
        room: 0,
        configuration: { stallTimeoutMillis: 2_000, closeTimeoutMillis: 5_000 },
      });
      registry.add(connection);
      connection.offer("in transit");
      connection.offer("x");
      flusher.settle();
      yield* TestClock.adjust(2_000);
      actor.close();
      yield* TestClock.adjust(5_000);
      const texts = lines.map(({ level, text }) => [level, text]);
      expect(texts).toContainEqual(["Warn", "stalled: the client takes nothing"]);
      expect(texts).toContainEqual(["Warn", "cut off: it could not be flushed in time"]);
    }),
  ));

test("who is there already is logged too, with nothing but an id where its owner says nothing", () =>
  run(
    Effect.gen(function* () {
      const lines: Array<Readonly<Record<string, unknown>>> = [];
      const logger = Logger.make<unknown, void>(({ fiber }) => {
        lines.push({ ...Context.get(fiber.context, References.CurrentLogAnnotations) });
      });
      const registry = new ConnectionRegistry<Connection<string>>();
      const { connection } = yield* stalled;
      registry.add(connection);
      const stop = logConnections(registry, {
        context: Context.make(Logger.CurrentLoggers, new Set([logger])),
      });
      connection.evict();
      expect(lines).toStrictEqual([{ connection: connection.id, fill: 0, rung: "asked" }]);
      stop();
      const { connection: late } = yield* stalled;
      registry.add(late);
      registry.remove(late);
      late.evict();
      expect(lines).toHaveLength(1);
    }),
  ));

test("a registry that is logged already is refused; once that has stopped, it may be logged anew", () => {
  const { registry, stop } = logged("Debug");
  expect(() => logConnections(registry)).toThrow("logged already");
  stop();
  const stopAnother = logConnections(registry);
  // Whoever has stopped has nothing to do with the one that began since.
  stop();
  expect(() => logConnections(registry)).toThrow("logged already");
  stopAnother();
  logConnections(registry)();
});

test.each([
  [Promise.resolve({}), /must be a plain object, not a Promise/],
  [{ annotations: "path" }, /annotations \("path"\) must be a function/],
  [{ context: {} }, /context \(.*\) must be a Context of Effect/],
  [{ contexts: {} }, /did you mean context\?/],
])("options that are none (%o) are refused, and nothing is listened to", (options, message) => {
  const registry = new ConnectionRegistry<Connection<string>>();
  expect(() => logConnections(registry, options as never)).toThrow(message);
  // Nothing was attached by it.
  logConnections(registry)();
});

test("who cannot be annotated is not logged; it is told once, and its going is no error", () =>
  run(
    Effect.gen(function* () {
      const heard: Array<unknown> = [];
      const registry = new ConnectionRegistry<Connection<string>>({
        onError: (error) => heard.push(error),
      });
      const stop = logConnections(registry, {
        annotations: () => {
          throw "no room";
        },
      });
      const { connection } = yield* stalled;
      registry.add(connection);
      registry.remove(connection);
      expect(heard).toEqual(["no room"]);
      stop();
    }),
  ));
