/** The text that Prometheus scrapes, made so that connections go on being served while it is. */
import { Context, Metric } from "effect";
import { prometheusText } from "./prometheusText.js";

/** What takes long to look at, and is looked at before it is read. */
export interface Scraped {
  /** Looks, in many turns of the event loop. */
  look(): Promise<void>;
  /** What was seen is what is read in the code that runs now. */
  show(): void;
}

/** By registry of metrics. */
const known = new WeakMap<object, Set<Scraped>>();

/**
 * All metrics of a context, by default those of the process, as `prometheusText` has them. Connections are looked at in
 * many turns of the event loop, each of them at a moment after this was called; every total is exact.
 *
 * @example
 * ```ts
 * import { scrape } from "@sluice/runtime/metrics";
 * import { Context, Metric } from "effect";
 *
 * const context = Context.make(Metric.MetricRegistry, new Map());
 * Metric.counter("teas_total", { description: "Cups of tea." }).updateUnsafe(2, context);
 * await scrape(context); // => "# HELP teas_total Cups of tea.\n# TYPE teas_total counter\nteas_total 2\n"
 * ```
 */
export async function scrape(context: Context.Context<never> = Context.empty()): Promise<string> {
  const all = [...scrapedIn(context)];
  await Promise.all(all.map((one) => one.look()));
  for (const one of all) one.show();
  return prometheusText(context);
}

/** Has something looked at before a context is scraped. Returns how to stop that. */
export function scraped(context: Context.Context<never>, one: Scraped): () => void {
  const all = scrapedIn(context);
  all.add(one);
  return () => all.delete(one);
}

function scrapedIn(context: Context.Context<never>): Set<Scraped> {
  const registry = Context.get(context, Metric.MetricRegistry);
  const all = known.get(registry) ?? new Set();
  known.set(registry, all);
  return all;
}
