import { type Connection, ConnectionRegistry } from "@sluice/runtime";
import { ConnectionMetrics, processMetrics, prometheusText } from "@sluice/runtime/metrics";
import { Context, Effect, Fiber, Metric } from "effect";
import { TestClock } from "effect/testing";
import { describe, expect, test } from "vitest";
import { type Rig, rig, run } from "./harness.js";

const ownRegistry = () => Context.make(Metric.MetricRegistry, new Map());

/** A registry under metrics, and what is read off it. */
function measured(labels: Readonly<Record<string, string>> = {}, context = ownRegistry()) {
  const registry = new ConnectionRegistry<Connection<string>>();
  const metrics = new ConnectionMetrics(registry, { labels, context });
  const lines = () => prometheusText(context).split("\n");
  /** The value of a sample, as it is written up to the space. */
  const read = (sample: string) => {
    const line = lines().find((one) => one.startsWith(`${sample} `));
    return line === undefined ? undefined : Number(line.slice(sample.length + 1));
  };
  return { registry, metrics, context, lines, read };
}

/** A client whose kernel takes nothing; 10 messages fit, of one byte each. */
const stalled = rig({ room: 0, configuration: { maxMessages: 10, pauseAt: 0.9 } });

function offer({ connection }: Rig, count: number): void {
  for (let index = 0; index < count; index++) connection.offer("x");
}

describe("a scrape", () => {
  test("has connections by state, health and recommendation, and what their outboxes hold", () =>
    run(
      Effect.gen(function* () {
        const { registry, read } = measured();
        const slow = yield* stalled;
        const fast = yield* rig();
        registry.add(slow.connection);
        registry.add(fast.connection);
        offer(slow, 13);
        offer(fast, 2);
        fast.flusher.settle();
        registry.assess();
        expect(read('sluice_connections{state="dropping"}')).toBe(1);
        expect(read('sluice_connections{state="normal"}')).toBe(1);
        expect(read('sluice_connections_health{health="degraded"}')).toBe(1);
        expect(read('sluice_connections_recommendation{action="warning"}')).toBe(1);
        expect(read('sluice_connections_recommendation{action="ok"}')).toBe(1);
        expect(read("sluice_buffered_messages")).toBe(10);
        expect(read("sluice_buffered_bytes")).toBe(10);
        expect(read("sluice_buffer_limit_messages")).toBe(1_010);
        expect(read("sluice_offered_messages_total")).toBe(15);
        expect(read("sluice_delivered_bytes_total")).toBe(2);
        expect(read('sluice_dropped_messages_total{reason="evicted"}')).toBe(3);
      }),
    ));

  test("has every family with help and type, and no series for a connection", () =>
    run(
      Effect.gen(function* () {
        const { registry, lines } = measured();
        const before = lines().length;
        for (let index = 0; index < 5; index++) registry.add((yield* rig()).connection);
        expect(lines()).toHaveLength(before);
        const names = (keyword: string) =>
          lines().flatMap((line) => (line.startsWith(`# ${keyword} `) ? [line.split(" ")[2]] : []));
        expect(names("TYPE")).toEqual(names("HELP"));
        expect(names("TYPE").length).toBeGreaterThan(20);
      }),
    ));

  test("counts the steps of the chart by event, from when a connection is registered", () =>
    run(
      Effect.gen(function* () {
        const { registry, read } = measured();
        const slow = yield* stalled;
        registry.add(slow.connection);
        offer(slow, 13);
        expect(read('sluice_crossings_total{event="throttle.reached"}')).toBe(1);
        expect(read('sluice_crossings_total{event="pause.reached"}')).toBe(1);
        expect(read('sluice_crossings_total{event="overflow"}')).toBe(1);
        expect(read('sluice_crossings_total{event="evict"}')).toBe(0);
        slow.connection.evict();
        expect(read('sluice_crossings_total{event="evict"}')).toBe(1);
      }),
    ));

  test("has time in pause in seconds", () =>
    run(
      Effect.gen(function* () {
        const { registry, read } = measured();
        const slow = yield* stalled;
        registry.add(slow.connection);
        offer(slow, 10);
        yield* TestClock.adjust(2_500);
        yield* Effect.yieldNow;
        expect(read("sluice_pause_seconds_total")).toBe(2.5);
      }),
    ));

  test("never counts down when a connection goes", () =>
    run(
      Effect.gen(function* () {
        const { registry, read } = measured();
        const slow = yield* stalled;
        registry.add(slow.connection);
        offer(slow, 13);
        slow.actor.disconnected();
        registry.remove(slow.connection);
        expect(registry.remove(slow.connection)).toBe(false);
        expect(read('sluice_connections{state="dropping"}')).toBe(0);
        expect(read("sluice_connections_opened_total")).toBe(1);
        expect(read("sluice_offered_messages_total")).toBe(13);
        expect(read('sluice_dropped_messages_total{reason="closed"}')).toBe(10);
        expect(read("sluice_buffered_messages")).toBe(0);
        expect(read("sluice_buffer_limit_messages")).toBe(0);
      }),
    ));

  test("takes one picture for all of its series", () =>
    run(
      Effect.gen(function* () {
        const { registry, lines } = measured();
        const { connection } = yield* rig();
        let pictures = 0;
        const look = () => {
          pictures++;
          return connection.look();
        };
        registry.add(Object.create(connection, { look: { value: look } }));
        lines();
        expect(pictures).toBe(1);
        yield* Effect.promise(() => Promise.resolve());
        lines();
        expect(pictures).toBe(2);
      }),
    ));
});

describe("a sample", () => {
  const outboxTime = "sluice_outbox_time_seconds";

  test("of time in the outbox is from when a message is taken to when it is handed over", () =>
    run(
      Effect.gen(function* () {
        const { registry, read } = measured();
        const slow = yield* rig({ room: 0, configuration: { watchdogMillis: 60_000 } });
        registry.add(slow.connection);
        offer(slow, 1);
        slow.flusher.settle();
        slow.connection.assess(); // Arms it, as the registry's assessment does.
        offer(slow, 5);
        yield* TestClock.adjust(3_000);
        expect(read(`${outboxTime}_count`)).toBe(0);
        slow.transport.drain();
        slow.actor.drained();
        slow.flusher.settle();
        expect(read(`${outboxTime}_count`)).toBe(1);
        expect(read(`${outboxTime}_sum`)).toBe(3);
        expect(read(`${outboxTime}_bucket{le="2.5"}`)).toBe(0);
        expect(read(`${outboxTime}_bucket{le="5"}`)).toBe(1);
      }),
    ));

  test.each(["send", "offer"] as const)(
    "of a message that comes by %s is taken once a second",
    (way) =>
      run(
        Effect.gen(function* () {
          const { registry, read } = measured();
          const fast = yield* rig();
          registry.add(fast.connection);
          for (let second = 0; second < 3; second++) {
            fast.connection.assess();
            for (let index = 0; index < 100; index++) {
              if (way === "offer") fast.connection.offer("x");
              else yield* fast.connection.send("x");
              fast.flusher.settle();
            }
          }
          expect(read(`${outboxTime}_count`)).toBe(3);
        }),
      ),
  );

  test("is not made of a message that was dropped", () =>
    run(
      Effect.gen(function* () {
        const { registry, read } = measured();
        const slow = yield* stalled;
        registry.add(slow.connection);
        offer(slow, 1);
        slow.flusher.settle();
        slow.connection.assess();
        offer(slow, 11);
        slow.transport.drain();
        slow.actor.drained();
        slow.flusher.settle();
        expect(slow.connection.stats().dropped.evicted.messages).toBe(1);
        expect(read(`${outboxTime}_count`)).toBe(0);
      }),
    ));

  test("of a sender that waited is its wait; those that did not wait are none", () =>
    run(
      Effect.gen(function* () {
        const { registry, read } = measured();
        const configuration = { maxMessages: 10, adaptiveThrottling: false } as const;
        const slow = yield* rig({
          room: 0,
          configuration: { ...configuration, overflow: "block" },
        });
        registry.add(slow.connection);
        for (let index = 0; index < 8; index++) yield* slow.connection.send("x");
        expect(read("sluice_send_wait_seconds_count")).toBe(0);
        offer(slow, 2);
        const sender = yield* Effect.forkChild(Effect.exit(slow.connection.send("late")));
        yield* Effect.yieldNow;
        expect(read("sluice_waiting_senders")).toBe(1);
        yield* TestClock.adjust(5_000);
        expect((yield* Fiber.join(sender))._tag).toBe("Failure");
        expect(read("sluice_send_wait_seconds_count")).toBe(1);
        expect(read("sluice_send_wait_seconds_sum")).toBe(5);
      }),
    ));

  test("of batches is what one turn handed over, once a second", () =>
    run(
      Effect.gen(function* () {
        const { registry, read } = measured();
        const fast = yield* rig();
        registry.add(fast.connection);
        for (let second = 0; second < 3; second++) {
          fast.connection.assess();
          for (let turn = 0; turn < 100; turn++) {
            offer(fast, 7);
            fast.flusher.flush();
          }
        }
        expect(read("sluice_flush_batch_messages_count")).toBe(3);
        expect(read("sluice_flush_batch_messages_sum")).toBe(21);
      }),
    ));
});

describe("the registry of metrics", () => {
  test("has several registries of connections side by side, told apart by their labels", () =>
    run(
      Effect.gen(function* () {
        const context = ownRegistry();
        const feed = measured({ path: "/feed" }, context);
        measured({ path: "/query" }, context);
        feed.registry.add((yield* rig()).connection);
        expect(feed.read('sluice_connections_opened_total{path="/feed"}')).toBe(1);
        expect(feed.read('sluice_connections_opened_total{path="/query"}')).toBe(0);
      }),
    ));

  test("is empty again, and connections are left alone, after a stop", () =>
    run(
      Effect.gen(function* () {
        const { registry, metrics, lines, read } = measured();
        const slow = yield* stalled;
        registry.add(slow.connection);
        metrics.stop();
        expect(lines()).toEqual([""]);
        slow.connection.assess();
        offer(slow, 20);
        registry.add((yield* rig()).connection);
        expect(read("sluice_outbox_time_seconds_count")).toBe(undefined);
        expect(lines()).toEqual([""]);
      }),
    ));

  test("is that of the fiber, and its series last as long as the scope, with make", () =>
    run(
      Effect.gen(function* () {
        const context = ownRegistry();
        const registry = new ConnectionRegistry<Connection<string>>();
        yield* Effect.scoped(
          Effect.gen(function* () {
            yield* ConnectionMetrics.make(registry, { labels: { room: "tea" } });
            expect(prometheusText(context)).toContain(
              'sluice_connections{room="tea",state="normal"}',
            );
          }),
        ).pipe(Effect.provide(context));
        expect(prometheusText(context)).toBe("");
      }),
    ));

  test("has the process, and the delay of the event loop once it has been measured", async () => {
    const context = ownRegistry();
    const stop = processMetrics(context);
    expect(prometheusText(context)).toMatch(/^process_resident_memory_bytes \d{6,}$/m);
    let text = "";
    // The monitor needs turns of the event loop to see any.
    while (!/^nodejs_eventloop_delay_seconds_count [1-9]/m.test(text)) {
      await new Promise((resolve) => setImmediate(resolve));
      text = prometheusText(context);
    }
    expect(text).toMatch(/^nodejs_eventloop_delay_seconds\{quantile="0.99"\} [\d.e-]+$/m);
    stop();
    expect(prometheusText(context)).toBe("");
  });
});

test("the connections of a registry are measured once: a second one is refused until the first has stopped", () => {
  const { registry, metrics, context } = measured();
  expect(() => new ConnectionMetrics(registry, { context })).toThrow("already: stop it first");
  metrics.stop();
  const again = new ConnectionMetrics(registry, { context });
  metrics.stop();
  expect(() => new ConnectionMetrics(registry, { context })).toThrow("already: stop it first");
  again.stop();
});

test.each([
  [new Date(0), /must be a plain object, not a Date/],
  [{ labels: "path" }, /labels \("path"\) must be a plain object of strings/],
  [{ context: null }, /context \(null\) must be a Context of Effect/],
  [{ label: {} }, /did you mean labels\?/],
])("options that are none (%o) are refused, and nothing is measured", (options, message) => {
  const registry = new ConnectionRegistry<Connection<string>>();
  expect(() => new ConnectionMetrics(registry, options as never)).toThrow(message);
  new ConnectionMetrics(registry, {
    context: Context.make(Metric.MetricRegistry, new Map()),
  }).stop();
});
