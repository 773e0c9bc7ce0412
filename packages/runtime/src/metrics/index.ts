/** Metrics of connections and of the process, as Effect's `Metric`, and their text for Prometheus. */
export { ConnectionMetrics, type Measurable, type MetricsOptions } from "./ConnectionMetrics.js";
export type { Labels } from "./Family.js";
export { processMemory } from "./ProcessMemory.js";
export { processMetrics } from "./ProcessMetrics.js";
export { prometheusContentType, prometheusText } from "./prometheusText.js";
export { scrape } from "./scrape.js";
export { Totals } from "./Totals.js";
export { TurnShare } from "./TurnShare.js";
