import { type Connection, ConnectionRegistry, logConnections } from "@sluice/runtime";
import { Context, Effect, Logger, type LogLevel, References } from "effect";
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
      connection.health;
      connection.evict();
      expect(lines.map(({ level, text }) => [level, text])).toEqual([
        ["Info", "health healthy -> degraded"],
        ["Warn", "health degraded -> unhealthy"],
        ["Warn", "evicted"],
      ]);
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
