/** Who was cut off stays to be seen when the connections are gone. */
import { ConnectionRegistry, type Eviction } from "@sluice/runtime";
import { ConnectionMetrics, prometheusText } from "@sluice/runtime/metrics";
import { Context, Effect, Metric } from "effect";
import { TestClock } from "effect/testing";
import { expect, test } from "vitest";
import { type Rig, rig, run } from "./harness.js";

/** A connection of a registry, that goes from it when it has closed. */
const member = Effect.fnUntraced(function* (
  registry: ConnectionRegistry<Rig["connection"]>,
  options: Parameters<typeof rig>[0],
) {
  const r = yield* rig(options);
  registry.add(r.connection);
  r.actor.ending.onClosed(() => registry.remove(r.connection));
  return r;
});

test("each is there with what it was cut off for, what that was, and what it cost", () =>
  run(
    Effect.gen(function* () {
      const registry = new ConnectionRegistry<Rig["connection"]>();
      const heard: Array<Eviction> = [];
      registry.onEvicted((eviction) => heard.push(eviction));
      yield* TestClock.adjust(5_000);

      const full = yield* member(registry, {
        room: 0,
        configuration: { overflow: "disconnect", maxMessages: 2 },
      });
      full.connection.label = "Ada";
      full.connection.offer("a");
      full.flusher.settle();
      for (const message of ["b", "c", "d"]) full.connection.offer(message);
      full.flusher.settle();

      const asked = yield* member(registry, {});
      asked.connection.evict({ code: 4000, reason: "moved" });
      asked.flusher.settle();

      const stalled = yield* member(registry, {
        room: 0,
        configuration: { stallTimeoutMillis: 1_000, evictTimeoutMillis: 2_000 },
      });
      stalled.connection.offer("a");
      stalled.flusher.settle();
      stalled.connection.offer("bc");
      yield* TestClock.adjust(2_000);
      stalled.flusher.settle();

      const orderly = yield* member(registry, {});
      orderly.actor.close();
      orderly.flusher.settle();

      const [{ id: first }, { id: second }, { id: third }] = [
        full.connection,
        asked.connection,
        stalled.connection,
      ];
      expect(registry.evictions.latest).toMatchObject([
        { id: first, label: "Ada", rung: "overflow", atEpochMillis: 5_000, code: 1013 },
        { id: second, rung: "asked", code: 4000, reason: "moved", discarded: { messages: 0 } },
        {
          id: third,
          rung: "stalled",
          atEpochMillis: 7_000,
          reason: "slow consumer: no progress for 2 s",
          stalledMillis: 2_000,
          discarded: { messages: 1, bytes: 2 },
        },
      ]);
      expect(heard).toEqual(registry.evictions.latest);
      expect(registry.evictions.counts).toMatchObject({
        overflow: 1,
        asked: 1,
        stalled: 1,
        age: 0,
      });
      expect(JSON.parse(JSON.stringify(registry.evictions))).toEqual({
        counts: registry.evictions.counts,
        latest: registry.evictions.latest,
      });
      expect(orderly.connection.eviction).toBeUndefined();
    }),
  ));

test("of many the latest are kept, and all are counted, in the metrics too", () => {
  const registry = new ConnectionRegistry<Rig["connection"]>();
  const context = Context.make(Metric.MetricRegistry, new Map());
  const metrics = new ConnectionMetrics(registry, { labels: { path: "/feed" }, context });
  return run(
    Effect.gen(function* () {
      for (let index = 0; index < 300; index++) {
        const r = yield* member(registry, {});
        r.connection.evict({ reason: `${index}` });
        r.flusher.settle();
      }
      const { latest, counts } = registry.evictions;
      expect(latest).toHaveLength(256);
      expect(latest.at(-1)?.reason).toBe("299");
      expect(counts.asked).toBe(300);
      const text = prometheusText(context);
      expect(text).toContain('sluice_evictions_total{path="/feed",reason="asked"} 300');
      expect(text).toContain('sluice_evictions_total{path="/feed",reason="age"} 0');
      metrics.stop();
    }),
  );
});
