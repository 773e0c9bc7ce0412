/** The names of metrics and alerts in OPERATIONS are those that there are, all of them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ConnectionMetrics, processMetrics, prometheusText } from "@sluice/runtime/metrics";
import { Sluice } from "@sluice/uws";
import { Context, Metric } from "effect";
import { expect, test } from "vitest";
import { root } from "./Documents.js";

const page = readFileSync(join(root, "docs", "OPERATIONS.md"), "utf8");
const alerts = readFileSync(join(root, "packages/server/observability/alerts.yml"), "utf8");

const found = (text: string, pattern: RegExp) =>
  Array.from(text.matchAll(pattern), ([, name = ""]) => name).toSorted();

test("OPERATIONS has every metric that is exposed, and no other", () => {
  const context = Context.make(Metric.MetricRegistry, new Map());
  const metrics = new ConnectionMetrics(new Sluice({ incoming: {} }).connections, { context });
  const stop = processMetrics(context);
  const exposed = found(prometheusText(context), /^# TYPE (\S+)/gm);
  stop();
  metrics.stop();
  const named = found(page, /`((?:sluice|process|nodejs)_[a-z_]+)`/g);
  expect([...new Set(named)]).toEqual(exposed);
});

test("OPERATIONS has every alert, and no other", () => {
  expect(found(page, /^\| `(Sluice\w+)` \|/gm)).toEqual(found(alerts, /- alert: (\w+)/g));
});
