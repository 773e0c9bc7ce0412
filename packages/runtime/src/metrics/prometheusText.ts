/** Effect's metrics as the text that Prometheus scrapes, by Effect's own formatter. */
import { Context } from "effect";
import { formatUnsafe } from "effect/observability/PrometheusMetrics";

/** The content type of `prometheusText`. */
export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * All metrics of a context, by default those of the process.
 *
 * @example
 * ```ts
 * import { prometheusText } from "@sluice/runtime/metrics";
 * import { Context, Metric } from "effect";
 *
 * const context = Context.make(Metric.MetricRegistry, new Map());
 * Metric.counter("teas_total", { description: "Cups of tea." }).updateUnsafe(2, context);
 * prometheusText(context); // => "# HELP teas_total Cups of tea.\n# TYPE teas_total counter\nteas_total 2\n"
 * ```
 */
export const prometheusText = (context: Context.Context<never> = Context.empty()): string =>
  formatUnsafe(context);
