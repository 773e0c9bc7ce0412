/** What Prometheus is told, to the letter: names, help, types, labels, and which number is where. */
import { type Connection, ConnectionRegistry } from "@sluice/runtime";
import {
  ConnectionMetrics,
  processMetrics,
  prometheusContentType,
  prometheusText,
} from "@sluice/runtime/metrics";
import { Context, Effect, Metric } from "effect";
import { expect, test, vi } from "vitest";
import { IncomingCounts } from "../src/incoming/IncomingCounts.js";
import { rig, run } from "./harness.js";

const ownRegistry = () => Context.make(Metric.MetricRegistry, new Map());

/** The same with every number in it one that no other place has: `from` and upwards, in order. */
function numbered<T>(value: T, from: number): T {
  let next = from;
  const renumber = (part: unknown): unknown => {
    if (typeof part === "number") return next++;
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, renumber(inner)]));
  };
  return renumber(value) as T;
}

/** A connection whose statistics have every number in a place of its own. */
const counted = Effect.fnUntraced(function* (from: number) {
  const { connection } = yield* rig();
  const seen = connection.look();
  const statistics = numbered(seen.statistics, from);
  return Object.create(connection, {
    stats: { value: () => statistics },
    look: { value: () => ({ ...seen, statistics }) },
  }) as Connection<string>;
});

test("an exposition without connections has every family and every series already, at 0", async () => {
  const context = ownRegistry();
  const metrics = new ConnectionMetrics(new ConnectionRegistry<Connection<string>>(), { context });
  await expect(prometheusText(context)).toMatchFileSnapshot("exposition/empty.txt");
  metrics.stop();
});

test("each number of a connection's statistics is where its name says, also when it has gone", () =>
  run(
    Effect.gen(function* () {
      const context = ownRegistry();
      const registry = new ConnectionRegistry<Connection<string>>();
      const metrics = new ConnectionMetrics(registry, { context, labels: { path: "/feed" } });
      registry.add(yield* counted(1_000));
      registry.add(yield* counted(20_000));
      const gone = yield* counted(300_000);
      registry.add(gone);
      registry.remove(gone);
      const text = prometheusText(context);
      yield* Effect.promise(async () => {
        await expect(text).toMatchFileSnapshot("exposition/counted.txt");
      });
      metrics.stop();
    }),
  ));

test("what clients send is told where that is paced: each number is where its name says", async () => {
  const context = ownRegistry();
  const registry = new ConnectionRegistry<Connection<string>>();
  registry.inboxes = { statistics: numbered(new IncomingCounts().statistics(), 100) };
  const metrics = new ConnectionMetrics(registry, { context });
  const text = prometheusText(context).split("# HELP sluice_received_messages_total ")[1];
  await expect(text?.split("# HELP sluice_outbox_time")[0]).toMatchFileSnapshot(
    "exposition/incoming.txt",
  );
  metrics.stop();
});

test("the process tells its processor time in seconds and its memory in bytes, read once for a scrape", () => {
  const context = ownRegistry();
  const cpu = vi.spyOn(process, "cpuUsage").mockReturnValue({ user: 1_500_000, system: 250_000 });
  const memory = vi
    .spyOn(process, "memoryUsage")
    .mockReturnValue({ rss: 5, heapTotal: 4, heapUsed: 3, external: 2, arrayBuffers: 1 });
  const stop = processMetrics(context);
  try {
    const lines = prometheusText(context).split("\n");
    expect(cpu).toHaveBeenCalledTimes(1);
    expect(lines.filter((line) => /process|nodejs_(heap|external)/.test(line))).toEqual([
      "# HELP process_cpu_seconds_total Processor time of the process, in user and system mode.",
      "# TYPE process_cpu_seconds_total counter",
      "process_cpu_seconds_total 1.75",
      "# HELP process_start_time_seconds When the process started, in seconds since 1970.",
      "# TYPE process_start_time_seconds gauge",
      `process_start_time_seconds ${Math.round(performance.timeOrigin) / 1000}`,
      expect.stringMatching(/^# HELP process_resident_memory_bytes .+\.$/),
      "# TYPE process_resident_memory_bytes gauge",
      "process_resident_memory_bytes 5",
      "# HELP nodejs_heap_size_total_bytes Size of the heap of V8.",
      "# TYPE nodejs_heap_size_total_bytes gauge",
      "nodejs_heap_size_total_bytes 4",
      "# HELP nodejs_heap_size_used_bytes Used size of the heap of V8.",
      "# TYPE nodejs_heap_size_used_bytes gauge",
      "nodejs_heap_size_used_bytes 3",
      "# HELP nodejs_external_memory_bytes Memory outside of the heap that objects in it hold.",
      "# TYPE nodejs_external_memory_bytes gauge",
      "nodejs_external_memory_bytes 2",
    ]);
  } finally {
    stop();
    cpu.mockRestore();
    memory.mockRestore();
  }
});

test("an exporter is told the unit that a name ends in, and of nothing else one", () => {
  const context = ownRegistry();
  const metrics = new ConnectionMetrics(new ConnectionRegistry<Connection<string>>(), { context });
  const stop = processMetrics(context);
  for (const { id, attributes } of Metric.snapshotUnsafe(context)) {
    const unit = /_(seconds|bytes)(_total)?$/.exec(id)?.[1];
    expect(attributes?.["unit"], id).toBe(unit);
  }
  stop();
  metrics.stop();
});

test("counters are told as ones that only grow", () => {
  const context = ownRegistry();
  const metrics = new ConnectionMetrics(new ConnectionRegistry<Connection<string>>(), { context });
  const counters = Metric.snapshotUnsafe(context).filter(({ type }) => type === "Counter");
  expect(counters.length).toBeGreaterThan(10);
  for (const { state } of counters) expect(state).toMatchObject({ incremental: true });
  metrics.stop();
});

test("the text is served as what Prometheus reads", () => {
  expect(prometheusContentType).toBe("text/plain; version=0.0.4; charset=utf-8");
});
