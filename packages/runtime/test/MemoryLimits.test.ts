/** How much a server's connections may hold together: by default, and as its owner says. */
import { ConfigurationError } from "@sluice/core";
import { ConnectionRegistry } from "@sluice/runtime";
import type { HubConnection } from "@sluice/runtime/adapter";
import { ConnectionMetrics, prometheusText } from "@sluice/runtime/metrics";
import { ManualFlusher } from "@sluice/runtime/testing";
import { Context, Metric } from "effect";
import { describe, expect, test } from "vitest";
import { defaultTotalBytes } from "../src/budget/defaultTotalBytes.js";
import { MemoryBudget } from "../src/budget/MemoryBudget.js";
import { HubSettings } from "../src/hub/HubOptions.js";

const gib = 2 ** 30;

describe("the default is a quarter", () => {
  test.each([
    ["of the container's memory", { container: gib, machine: 8 * gib, heap: 4 * gib }],
    ["of the machine's", { container: 2 ** 64, machine: gib, heap: 4 * gib }],
    ["of the limit of the heap", { container: 0, machine: 8 * gib, heap: gib }],
  ])("%s, if that is the least", (_, limits) => {
    expect(defaultTotalBytes(limits)).toBe(gib / 4);
  });

  test("and 1 MiB at least", () => {
    expect(defaultTotalBytes({ container: 1000, machine: gib, heap: gib })).toBe(2 ** 20);
  });

  test("of what limits this process", () => {
    const bytes = defaultTotalBytes();
    expect(bytes).toBeGreaterThanOrEqual(2 ** 20);
    expect(Number.isSafeInteger(bytes)).toBe(true);
    expect(new HubSettings({}, () => {}).budget?.maxBytes).toBe(bytes);
  });
});

describe("maxTotalBytes", () => {
  const settings = (maxTotalBytes: unknown) =>
    new HubSettings({ maxTotalBytes: maxTotalBytes as number }, () => {});

  test("is the budget, or there is none", () => {
    expect(settings(2 ** 20).budget?.use).toEqual({
      maxBytes: 2 ** 20,
      bytes: 0,
      shed: { messages: 0, bytes: 0 },
    });
    expect(settings("off").budget).toBeUndefined();
  });

  test.each([0, 2 ** 20 - 1, 2 ** 20 + 0.5, 2 ** 51, Number.POSITIVE_INFINITY, "on", null])(
    "is not %s",
    (value) => {
      expect(() => settings(value)).toThrow(ConfigurationError);
      expect(() => settings(value)).toThrow(/maxTotalBytes/);
    },
  );
});

test("a budget is measured with the connections that it is of", () => {
  const context = Context.make(Metric.MetricRegistry, new Map());
  const registry = new ConnectionRegistry<HubConnection>();
  registry.budget = new MemoryBudget(2 ** 20, new ManualFlusher());
  registry.budget.hold("tea", 3);
  const metrics = new ConnectionMetrics(registry, { context });
  expect(prometheusText(context)).toMatch(/^sluice_budget_bytes 67$/m);
  expect(prometheusText(context)).toMatch(/^sluice_budget_limit_bytes 1048576$/m);
  metrics.stop();
  expect(prometheusText(context)).not.toContain("sluice_budget");
});
