import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { parse } from "yaml";
import { Server } from "../src/Server.js";
import { type ExpositionFamily, parseExposition, type Sample } from "./Exposition.js";
import { selectorsOf } from "./PromQuery.js";
import { Database, until } from "./running.js";

const read = (file: string) =>
  readFileSync(new URL(`../observability/${file}`, import.meta.url), "utf8");

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Panel {
  readonly title: string;
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
  readonly targets: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>;
}

const alerts: { readonly groups: ReadonlyArray<{ readonly rules: ReadonlyArray<Rule> }> } = parse(
  read("alerts.yml"),
);
const rules = alerts.groups.flatMap((group) => group.rules);
const dashboard: {
  readonly panels: ReadonlyArray<Panel>;
  readonly templating: {
    readonly list: ReadonlyArray<{ readonly name: string; readonly definition?: string }>;
  };
} = JSON.parse(read("grafana-dashboard.json"));
const targets = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map((target) => ({
    title,
    ...target,
    expr: target.expr.replaceAll("$__rate_interval", "5m"),
  })),
);

let families: ReadonlyMap<string, ExpositionFamily>;
let samples: ReadonlyArray<Sample>;
beforeAll(async () => {
  const database = await Database.open();
  afterAll(() => database.close());
  const server = await Server.start({ database, feedRate: 50_000 });
  afterAll(() => server.stop());
  // A client that does not read.
  const slow = new WebSocket(`${server.url.replace("http", "ws")}/feed?policy=drop-oldest`);
  await once(slow, "open");
  slow.pause();
  await until(() => server.book.open().some(({ state }) => state === "dropping"));
  const scrape = async () => parseExposition(await (await fetch(`${server.url}/metrics`)).text());
  families = await scrape();
  // The delay of the event loop has quantiles from the second scrape on at which there was something to see.
  while (families.get("nodejs_eventloop_delay_seconds")?.samples.length !== 6) {
    await new Promise((resolve) => setImmediate(resolve));
    families = await scrape();
  }
  samples = [...families.values()].flatMap((family) => family.samples);
  slow.terminate();
});

/** Labels that Prometheus adds when it scrapes. */
const added = ["instance", "job"];

/** What is asked for and is not in the scrape. */
function missing(expression: string): ReadonlyArray<string> {
  return selectorsOf(expression).flatMap(({ metric, matchers, groupedBy }) => {
    const series = samples.filter(({ name }) => name === metric);
    if (series.length === 0) return [`metric ${metric}`];
    const values = (label: string) => new Set(series.map(({ labels }) => labels[label]));
    const isThere = (label: string) => added.includes(label) || !values(label).has(undefined);
    const labels = [...matchers.map(({ label }) => label), ...groupedBy];
    const unknownLabels = labels
      .filter((label) => !isThere(label))
      .map((label) => `${metric}{${label}}`);
    const unknownValues = matchers
      .filter(({ label, value }) => !added.includes(label) && !value.startsWith("$"))
      .flatMap(({ label, operator, value }) => {
        const wanted = operator.endsWith("~") ? value.split("|") : [value];
        return wanted
          .filter((one) => !values(label).has(one))
          .map((one) => `${metric}{${label}="${one}"}`);
      });
    return [...unknownLabels, ...unknownValues];
  });
}

describe("the reader of expressions", () => {
  test.each([
    ["sluice_connection", ["metric sluice_connection"]],
    [
      'sluice_connections{color="red"}',
      ["sluice_connections{color}", 'sluice_connections{color="red"}'],
    ],
    ['sluice_connections{state=~"paused|gone"}', ['sluice_connections{state="gone"}']],
    ["sum by (reason) (sluice_connections)", ["sluice_connections{reason}"]],
    ["rate(sluice_outbox_time_seconds[5m])", ["metric sluice_outbox_time_seconds"]],
    ['sum by (le, path) (rate(sluice_outbox_time_seconds_bucket{path="/feed"}[5m]))', []],
  ])("finds what is missing in %s", (expression, expected) => {
    expect(missing(expression)).toEqual(expected);
  });

  test("refuses what is not PromQL", () => {
    expect(() => selectorsOf("sum(rate(sluice_connections[5m])")).toThrow("not PromQL");
    expect(() => selectorsOf("")).toThrow();
  });
});

describe("an alert", () => {
  test("has a name of its own, a severity, and says what is the matter and what to do", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Sluice[A-Z]\w+$/);
      expect(["info", "warning", "critical"]).toContain(labels.severity);
      expect(annotations.summary).toMatch(/./);
      expect(annotations.description).toMatch(/\.$/);
    }
  });

  test.each(rules)("$alert asks for what the server has", ({ expr }) => {
    expect(missing(expr)).toEqual([]);
  });

  test.each(rules)("$alert shows labels that its expression leaves", ({ expr, annotations }) => {
    const shown = [...annotations.summary.matchAll(/\$labels\.(\w+)/g)].map(
      ([, label]) => label as string,
    );
    expect(missing(`sum by (${shown.join(", ")}) (${selectorsOf(expr)[0]?.metric})`)).toEqual([]);
    const grouped = selectorsOf(expr).flatMap(({ groupedBy }) => groupedBy);
    if (grouped.length > 0) expect(grouped).toEqual(expect.arrayContaining(shown));
  });

  test("is there for the unhealthy, drops, the budget, stalls and the event loop", () => {
    expect(rules.map(({ alert }) => alert)).toEqual(
      expect.arrayContaining([
        "SluiceConnectionsUnhealthy",
        "SluiceDropRate",
        "SluiceBudgetNearlyUsed",
        "SluiceStalls",
        "SluiceEventLoopBlocked",
      ]),
    );
  });
});

describe("the dashboard", () => {
  test.each(targets)("panel $title: $expr", ({ expr, legendFormat }) => {
    expect(missing(expr)).toEqual([]);
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label as string);
    for (const { metric } of selectorsOf(expr).slice(0, 1)) {
      expect(missing(`sum by (${shown.join(", ")}) (${metric})`)).toEqual([]);
    }
  });

  test("its variables are read off labels that there are", () => {
    const definitions = dashboard.templating.list.flatMap(({ definition }) => definition ?? []);
    expect(definitions).toHaveLength(2);
    for (const definition of definitions) {
      const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
      expect(missing(`sum by (${label}) (${metric})`)).toEqual([]);
    }
  });

  test("uses every metric of Sluice", () => {
    const used = new Set(
      targets.flatMap(({ expr }) => selectorsOf(expr).map(({ metric }) => metric)),
    );
    const isUsed = (name: string) => used.has(name) || used.has(`${name}_bucket`);
    const own = [...families.keys()].filter((name) => name.startsWith("sluice_"));
    expect(own.filter((name) => !isUsed(name))).toEqual([]);
  });

  test("has no panel on another", () => {
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from(
        { length: w * h },
        (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`,
      ),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
