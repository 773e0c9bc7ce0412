/** The delay of the event loop, with a monitor whose times a test sets. */
import { createRequire, syncBuiltinESMExports } from "node:module";
import type { IntervalHistogram } from "node:perf_hooks";
import { processMetrics, prometheusText } from "@sluice/runtime/metrics";
import { Context, Metric } from "effect";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const perfHooks = createRequire(import.meta.url)("node:perf_hooks");
const { monitorEventLoopDelay } = perfHooks;
const millis = 1e6;

/** A monitor in the place of Node's, for as long as a test lasts. */
const monitor = {
  count: 0,
  mean: 0,
  min: 0,
  max: 0,
  percentile: (percent: number) => (20 + percent) * millis,
  enable: vi.fn(),
  disable: vi.fn(),
  reset: vi.fn(() => {
    monitor.count = 0;
  }),
};
const made = vi.fn((_: { resolution: number }) => monitor as unknown as IntervalHistogram);

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  perfHooks.monitorEventLoopDelay = made;
  syncBuiltinESMExports();
});
afterEach(() => {
  vi.useRealTimers();
  perfHooks.monitorEventLoopDelay = monitorEventLoopDelay;
  syncBuiltinESMExports();
});

/** The samples of a scrape, to a nanosecond, by what follows their common name. */
function scraped() {
  const context = Context.make(Metric.MetricRegistry, new Map());
  const stop = processMetrics(context);
  const name = "nodejs_eventloop_delay_seconds";
  const read = () => {
    const samples = prometheusText(context)
      .split("\n")
      .filter((line) => line.startsWith(name))
      .map((line) => line.slice(name.length).split(" "));
    return Object.fromEntries(
      samples.map(([key, value]) => [key, Number(Number(value).toFixed(9))]),
    );
  };
  return { stop, read };
}

/** So many times were measured since the last scrape, each with the monitor's own period of 10 ms in it. */
function measured(count: number, meanMillis: number): void {
  Object.assign(monitor, { count, mean: meanMillis * millis });
}

test("quantiles are of the last window, count and sum of all; the monitor's own period is no delay", () => {
  const { stop, read } = scraped();
  measured(4, 35);
  expect(read()).toMatchObject({
    '{quantile="0.5"}': 0.06,
    '{quantile="0.9"}': 0.1,
    '{quantile="0.99"}': 0.109,
    '{quantile="1"}': 0.11,
    _count: 4,
    _sum: 0.1,
  });
  expect(monitor.reset).toHaveBeenCalledTimes(1);
  measured(1, 5);
  // A timer that came before its time was not late.
  expect(read()).toMatchObject({ _count: 5, _sum: 0.1 });
  stop();
});

test("a window without times has no quantiles, and changes neither count nor sum", () => {
  const { stop, read } = scraped();
  measured(2, 60);
  read();
  measured(0, Number.NaN);
  const samples = read();
  expect(samples).toMatchObject({ _count: 2, _sum: 0.1 });
  expect(samples['{quantile="0.5"}'] ?? Number.NaN).toBeNaN();
  expect(monitor.reset).toHaveBeenCalledTimes(1);
  stop();
});

test("it is measured from the first scrape on, every 10 ms, and not before", () => {
  const { stop, read } = scraped();
  expect(made).not.toHaveBeenCalled();
  read();
  read();
  expect(made).toHaveBeenCalledTimes(1);
  expect(made).toHaveBeenCalledWith({ resolution: 10 });
  expect(monitor.enable).toHaveBeenCalledTimes(1);
  stop();
  expect(monitor.disable).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("it stops when nobody has asked for five minutes, and begins again when somebody does", () => {
  const { stop, read } = scraped();
  read();
  vi.advanceTimersByTime(5 * 60_000 - 1);
  read();
  vi.advanceTimersByTime(5 * 60_000 - 1);
  expect(monitor.disable).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(monitor.disable).toHaveBeenCalledTimes(1);
  read();
  expect(made).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5 * 60_000);
  expect(monitor.disable).toHaveBeenCalledTimes(2);
  stop();
});
