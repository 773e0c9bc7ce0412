/** What a Prometheus server scrapes: everything that the connections count, by path, and the process beside it. */
import type { ConnectionRegistry } from "@sluice/runtime";
import { ConnectionMetrics, processMetrics, scrape } from "@sluice/runtime/metrics";
import type { UwsConnection } from "@sluice/uws";
import type { Context } from "effect";
import type { Path } from "../Visitor.js";

/** The connections of each path. */
export type Registries = Readonly<Record<Path, ConnectionRegistry<UwsConnection>>>;

export class Metrics {
  readonly #context: Context.Context<never>;

  /** They go to the registry of metrics of the context, and stay there: what is exported last is the whole. */
  constructor(registries: Registries, context: Context.Context<never>) {
    this.#context = context;
    for (const [path, registry] of Object.entries(registries)) {
      new ConnectionMetrics(registry, { labels: { path }, context });
    }
    processMetrics(context);
  }

  text(): Promise<string> {
    return scrape(this.#context);
  }
}
