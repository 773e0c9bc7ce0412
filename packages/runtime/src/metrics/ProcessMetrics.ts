/** What every Prometheus client tells of its process, under the usual names, and how late its event loop is. */
import { Context, Metric } from "effect";
import { EventLoopDelay } from "./EventLoopDelay.js";
import { type Family, one, register } from "./Family.js";
import { OncePerTurn } from "./OncePerTurn.js";
import { processMemory } from "./ProcessMemory.js";

/** Processor and memory of the process at the moment of a scrape. */
interface Usage {
  readonly cpuMicros: NodeJS.CpuUsage;
  readonly memory: NodeJS.MemoryUsage;
}

/**
 * The metrics of this process, read when they are scraped. Returns how to take them out again.
 *
 * @example
 * ```ts
 * import { processMetrics, prometheusText } from "@sluice/runtime/metrics";
 *
 * const stop = processMetrics();
 * /^process_resident_memory_bytes \d+$/m.test(prometheusText()); // => true
 * stop();
 * ```
 */
export function processMetrics(context: Context.Context<never> = Context.empty()): () => void {
  const usage = new OncePerTurn<Usage>(() => ({
    cpuMicros: process.cpuUsage(),
    memory: processMemory(),
  }));
  const remove = register(families, { source: () => usage.get(), labels: {}, context });
  const delay = new EventLoopDelay();
  const registration = Metric.registerUnsafe(eventLoopDelay, context, {
    get: () => delay.read(),
    update: () => {},
    modify: () => {},
  });
  return () => {
    remove();
    registration.remove();
    delay.stop();
  };
}

const families: ReadonlyArray<Family<Usage>> = [
  {
    name: "process_cpu_seconds_total",
    help: "Processor time of the process, in user and system mode.",
    unit: "seconds",
    series: one(({ cpuMicros: { user, system } }) => (user + system) / 1e6),
  },
  {
    name: "process_start_time_seconds",
    help: "When the process started, in seconds since 1970.",
    unit: "seconds",
    series: one(() => Math.round(performance.timeOrigin) / 1000),
  },
  {
    name: "process_resident_memory_bytes",
    help: "Resident memory of the process.",
    unit: "bytes",
    series: one(({ memory }) => memory.rss),
  },
  {
    name: "nodejs_heap_size_total_bytes",
    help: "Size of the heap of V8.",
    unit: "bytes",
    series: one(({ memory }) => memory.heapTotal),
  },
  {
    name: "nodejs_heap_size_used_bytes",
    help: "Used size of the heap of V8.",
    unit: "bytes",
    series: one(({ memory }) => memory.heapUsed),
  },
  {
    name: "nodejs_external_memory_bytes",
    help: "Memory outside of the heap that objects in it hold.",
    unit: "bytes",
    series: one(({ memory }) => memory.external),
  },
];

/** The settings of a summary say how Effect would keep one; this one is kept by Node. */
const eventLoopDelay = Metric.summary("nodejs_eventloop_delay_seconds", {
  description: "How late the event loop ran a timer: quantiles since the last scrape.",
  attributes: { unit: "seconds" },
  maxAge: 0,
  maxSize: 1,
  quantiles: [],
});
